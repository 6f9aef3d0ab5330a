import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddedEncryptionKey, parseEncryptionKey } from './encryption-key.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a key is 32 bytes in hex, base64 or base64url', () => {
  const key = Buffer.alloc(32, 0xfb);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    expect(parseEncryptionKey(`${key.toString(encoding)}\n`)).toEqual(key);
  }
  const long = Buffer.alloc(33).toString('base64');
  for (const text of ['', 'secret', key.toString('hex').slice(2), long, 'g'.repeat(64)]) {
    expect(() => parseEncryptionKey(text)).toThrow('must be 32 bytes');
  }
});

test('the embedded key is made once, for its owner only', () => {
  const data = join(dir, 'data');
  const key = embeddedEncryptionKey(data);
  expect(key).toHaveLength(32);
  expect(embeddedEncryptionKey(data)).toEqual(key);
  expect(statSync(join(data, 'encryption.key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(data)).toEqual(['encryption.key']);
});

test('a database without its key is told, and no other key is put in its place', () => {
  mkdirSync(join(dir, 'postgres'));
  expect(() => embeddedEncryptionKey(dir)).toThrow('encryption.key is missing');
  expect(readdirSync(dir)).toEqual(['postgres']);
});

test('a damaged file is told by its path', () => {
  writeFileSync(join(dir, 'encryption.key'), 'half');
  expect(() => embeddedEncryptionKey(dir)).toThrow(/encryption\.key cannot be used: it must be 32/);
});

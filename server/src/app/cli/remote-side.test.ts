import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { remoteSideOf } from './remote-side.ts';

const dir = mkdtempSync(join(tmpdir(), 'milepost-side-'));
afterAll(() => rmSync(dir, { recursive: true }));

const sideOf = (env: Record<string, string>, options: { url?: string } = {}) =>
  remoteSideOf({ env, out: () => {}, err: () => {}, isTerminal: false }, options);
const KEY = { MILEPOST_SECRET_KEY: 'mp_sk_test_1' };

test('a side is named by the environment, and its server by the command line first', () => {
  expect(sideOf(KEY)).toEqual({ url: 'http://127.0.0.1:4400', key: 'mp_sk_test_1' });
  const env = { ...KEY, MILEPOST_URL: 'https://mail.example.com/' };
  expect(sideOf(env).url).toBe('https://mail.example.com');
  expect(sideOf(env, { url: 'http://localhost:4500' }).url).toBe('http://localhost:4500');
  const file = join(dir, 'key');
  writeFileSync(file, 'mp_sk_test_2\n');
  expect(sideOf({ MILEPOST_SECRET_KEY_FILE: file }).key).toBe('mp_sk_test_2');
});

test('what is missing is said, and no password is repeated', () => {
  const none = join(dir, 'none');
  expect(() => sideOf({})).toThrow(/MILEPOST_SECRET_KEY, or MILEPOST_SECRET_KEY_FILE/);
  expect(() => sideOf({ MILEPOST_SECRET_KEY_FILE: none })).toThrow(/_FILE cannot be read/);
  expect(() => sideOf(KEY, { url: 'ftp://x' })).toThrow(/^--url must be the address/);
  for (const url of ['mail.example.com', 'https://', 'https://ada:hunter2@mail.example.com']) {
    expect(() => sideOf({ ...KEY, MILEPOST_URL: url })).toThrow(
      /^MILEPOST_URL must be the address of a server: https:\/\/mail\.example\.com$/,
    );
  }
});

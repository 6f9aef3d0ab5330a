import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notPlain } from './plain.ts';
import { readText } from './read-text.ts';
import { readYaml } from './yaml-file.ts';

const faultOf = (text: string): string | undefined => readYaml(text).faults[0]?.message;

test('YAML is what it looks like: no is a word, a day is a text, and a byte order mark is nothing', () => {
  const text = '\uFEFFno: no\r\non: 2026-11-23\r\nat: 12:30\r\nold: 012\r\nbig: 1e21\r\n';
  expect(readYaml(text)).toMatchObject({
    faults: [],
    value: { no: 'no', on: '2026-11-23', at: '12:30', old: 12, big: 1e21 },
  });
  expect(readYaml('a: &x { b: 1 }\nc: *x')).toMatchObject({ value: { c: { b: 1 } } });
  // As a pull writes what JSON had: shown shortest, and read as the same.
  expect(faultOf('a: 12345678901234567000')).toBeUndefined();
});

test.each([
  ['two members of one name', 'a: 1\na: 2', /unique/],
  ['a tab for an indent', 'a:\n\tb: 1', /Tabs/],
  ['two documents', '---\na: 1\n---\na: 2', /multiple documents/],
  ['an older YAML, where no is false', '%YAML 1.1\n---\na: no', /YAML 1\.2/],
  ['more digits than a number holds', 'a: 12345678901234567890', /write it in quotes/],
  ['the same below zero', 'a: -9007199254740993', /write it in quotes/],
  ['a list for a name', '? [a]\n: 1', /must be a text/],
  ['no name at all', '~: 1', /must be a text/],
  ['an alias of nothing', 'a: *x', /Unresolved/],
  ['aliases without end', `a: &a [x, x]\n${bomb()}`, /alias/i],
])('YAML with %s is a fault', (_, text, words) => {
  expect(faultOf(text)).toMatch(words);
});

function bomb(): string {
  const names = 'abcdefgh'.split('');
  return names
    .slice(1)
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${names[at]}`).join(', ')}]`)
    .join('\n');
}

test('what JSON cannot say is a fault where it stands', () => {
  const circle: unknown[] = [];
  circle.push(circle, circle);
  for (const [value, message] of [
    [Number.NaN, 'is no number that can be sent: NaN'],
    [readYaml('.inf').value, 'is no number that can be sent: Infinity'],
    [readYaml('!!timestamp 2026-11-23').value, 'is no text, number, list or object'],
    [new Map(), 'is no text, number, list or object'],
    [10n, 'cannot be sent: it is a bigint'],
    [() => 1, 'cannot be sent: it is a function'],
  ] as const) {
    expect(notPlain({ steps: [{ id: 'a', set: value }] })).toEqual([
      { path: 'steps/0/set', message: expect.stringContaining(message) },
    ]);
  }
  expect(notPlain({ circle })).toHaveLength(1);
  expect(notPlain({ a: undefined, b: [null, -0, '', { c: true }] })).toEqual([]);
});

test('a file in another encoding is refused, and a byte order mark is no letter of it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-text-'));
  const path = join(dir, 'a.html');
  try {
    writeFileSync(path, '\uFEFF<p>Ü</p>\r\n');
    expect(readText(path)).toBe('<p>Ü</p>\r\n');
    for (const encoding of ['latin1', 'utf16le'] as const) {
      writeFileSync(path, Buffer.from('<p>\u00dc\u00d8</p>', encoding));
      expect(() => readText(path)).toThrow('UTF-8');
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

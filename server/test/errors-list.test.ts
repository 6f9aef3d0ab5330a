import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Goal: docs/errors.md lists exactly the codes that the server answers with. Method: read the codes
 * out of the sources, where each is written in full.
 */
const ROOT = join(import.meta.dirname, '../..');
const LIST = join(ROOT, 'docs/errors.md');

/** The first argument of `new DomainError(…)`, and of answers made at the edge `code: '…'` or `plain(…, '…')`. */
const IN_CODE = /(?:new DomainError\(\s*|\bcode: |\bplain\([^,]+, )'([a-z_]+\.[a-z_]+)'/g;
/** A code that is not written in full would be missed. */
const COMPUTED = /new DomainError\(\s*[^'\s]/;
/** A line of the table begins with the code: `| \`series.not_found\` | … |`. */
const IN_LIST = /^\|\s*`([a-z_]+\.[a-z_]+)`\s*\|/gm;

const sources = readdirSync(join(ROOT, 'server/src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, 'server/src', path), 'utf8') }));

const codesInSources = new Set(
  sources.flatMap(({ text }) => [...text.matchAll(IN_CODE)].map(([, code]) => code ?? '')),
);
const codesInList = existsSync(LIST)
  ? [...readFileSync(LIST, 'utf8').matchAll(IN_LIST)].map(([, code]) => code ?? '')
  : [];

test('every code in the sources is listed in docs/errors.md', () => {
  expect(codesInSources.size).toBeGreaterThan(0);
  expect([...codesInSources].filter((code) => !codesInList.includes(code)).toSorted()).toEqual([]);
});

test('every code listed in docs/errors.md is in the sources, and listed once', () => {
  expect(codesInList.filter((code) => !codesInSources.has(code))).toEqual([]);
  expect(codesInList).toEqual([...new Set(codesInList)]);
});

test('every code is written in full where it is made', () => {
  expect(sources.filter(({ text }) => COMPUTED.test(text)).map(({ path }) => path)).toEqual([]);
});

/** The edge has words of its own, such as `request` and `session`. */
const isEdge = (folder: string): boolean => folder === 'app' || folder === 'platform';
const folders = new Set(sources.map(({ path }) => path.split('/')[0]));

test('a code belongs to the folder that makes it, or to the edge', () => {
  const strangers = sources.flatMap(({ path, text }) => {
    const folder = path.split('/')[0] ?? '';
    return [...text.matchAll(/new DomainError\(\s*'([a-z_]+)\./g)]
      .filter(([, prefix = '']) => prefix !== folder && (!isEdge(folder) || folders.has(prefix)))
      .map(([, prefix]) => `${path}: ${prefix}`);
  });
  expect(strangers).toEqual([]);
});

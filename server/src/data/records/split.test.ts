import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsOf } from './cells.ts';
import { createSplitter } from './split.ts';

/** What parts a file, and what only looks as if it did. */
const cell = fc.oneof(
  fc.constantFrom('', '"', '""', ',', ';', '\n', '\r\n', 'a"b', ' "x" ', 'two\nlines', 'é', '😀'),
  fc.string({ maxLength: 8 }),
);
// What an export puts before a formula is taken away again; an empty line is no record.
const isPlain = (text: string): boolean => !/^'+[=+\-@\t\r]/.test(text);
const rows = fc.array(
  fc
    .array(cell.filter(isPlain), { minLength: 2, maxLength: 5 })
    .filter((cells) => cells.join(',').trim() !== ','.repeat(cells.length - 1)),
  { minLength: 1, maxLength: 12 },
);
const quotedAs = (text: string, isQuoted: boolean): string =>
  isQuoted || /["\r\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const read = (file: string, parts: number): (readonly [number, string[] | null])[] => {
  const splitter = createSplitter({ format: 'csv', delimiter: ',', firstLine: 1, lengthMax: 1e6 });
  const size = Math.max(1, Math.ceil(file.length / parts));
  const records = [];
  for (let at = 0; at < file.length; at += size) {
    records.push(...(splitter.push(file.slice(at, at + size)) ?? []));
  }
  return [...records, ...splitter.end()].map(
    ({ line, text }) => [line, cellsOf(text, ',')] as const,
  );
};

test('a file is read as a library of others reads it, in whatever parts it comes', () => {
  fc.assert(
    fc.property(
      rows,
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 9 }),
      (all, isQuoted, end, parts) => {
        const lines = all.map((cells) => cells.map((text) => quotedAs(text, isQuoted)).join(','));
        const file = lines.join(end) + end;
        const theirs = parse(file, { relax_column_count: true, record_delimiter: end });
        expect(read(file, parts).map(([, cells]) => cells)).toEqual(theirs);
        expect(theirs).toEqual(all);
      },
    ),
  );
});

test('a quote that is out of place spoils its own record, and no other', () => {
  expect(read('a,b\n1,"stray" quote\n2,y\n3,z\n4,"open\n5,q\n', 3)).toEqual([
    [1, ['a', 'b']],
    [2, null],
    [3, ['2', 'y']],
    [4, ['3', 'z']],
    [5, null],
  ]);
});

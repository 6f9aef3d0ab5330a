import { expect, test } from 'vitest';
import { csvLine, parseCsv } from './csv.ts';
import { threadMsOf } from '../../../test/support/thread-time.ts';

test('fields may be quoted, and hold commas, quotes and line breaks', () => {
  const text = '\u{FEFF}email,reason\r\n"a,b@x.test","say ""no"""\n\n"two\nlines",x\rlast';
  expect(parseCsv(text)).toEqual([
    { line: 1, fields: ['email', 'reason'] },
    { line: 2, fields: ['a,b@x.test', 'say "no"'] },
    { line: 4, fields: ['two\nlines', 'x'] },
    { line: 6, fields: ['last'] },
  ]);
  expect(parseCsv('a,')).toEqual([{ line: 1, fields: ['a', ''] }]);
  expect(parseCsv('')).toEqual([]);
});

test('a quote that is never closed is no CSV', () => {
  expect(parseCsv('"a,b\nc')).toBeNull();
  expect(parseCsv('a"b,c')).toBeNull();
});

test('what is written is read back as it was', () => {
  const fields = ['a,b', 'say "no"', 'two\r\nlines', '', ' x '];
  expect(parseCsv(csvLine(fields))).toEqual([{ line: 1, fields }]);
});

test('nothing that is written is a formula to a spreadsheet, and all is read back as it was', () => {
  const fields = [
    '=HYPERLINK("https://evil.example")',
    '+1@x.test',
    '-a',
    '@a',
    "'=a",
    "'a",
    '\t=a',
  ];
  const written = csvLine(fields);
  expect(written).not.toMatch(/(?:^|,|")[=+\-@\t]/);
  expect(parseCsv(written)).toEqual([{ line: 1, fields }]);
});

test('ten thousand lines are read in no time', async () => {
  const text = csvLine(['someone@example.com', 'hard_bounce']).repeat(10_000);
  const ms = await threadMsOf(() => expect(parseCsv(text)).toHaveLength(10_000));
  expect(ms).toBeLessThan(2_000);
});

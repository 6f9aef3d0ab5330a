import { expect, test } from 'vitest';
import { csvOf } from './save-file.ts';

test('rows are written as CSV, quoted where they must be, and never as a formula', () => {
  expect(
    csvOf([
      ['a', 'b,c', 'say "hi"'],
      [null, '=1+1', 'x'],
    ]),
  ).toBe('a,"b,c","say ""hi"""\r\n,\'=1+1,x\r\n');
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentOf } from './smtp-content.ts';

const on = (text: string): string | null =>
  contentOf(Buffer.from(text, 'latin1'))?.toString('latin1') ?? null;

test('dots at line starts are doubled and the last line is ended', () => {
  expect(on('a\r\n.b\r\n..\r\nc.d\r\n')).toBe('a\r\n..b\r\n...\r\nc.d\r\n');
  expect(on('.')).toBe('..\r\n');
  expect(on('a')).toBe('a\r\n');
  expect(on('')).toBe('\r\n');
});

test.each([
  'a\nb',
  'a\rb',
  'a\r',
  '\n',
  'a\n.\nMAIL FROM:<x@y.z>',
  'a\r\n.\nb',
  'a\n.\r\nb',
  'a\r.\rb',
  'a\r\r\nb',
  '\r\n\n',
  'a\n\r\nb',
])('a bare CR or LF is refused: %j', (text) => {
  expect(on(text)).toBeNull();
});

test('what is sent ends once, at its end, and is received as it was', () => {
  const pieces = fc.constantFrom(
    '\r\n',
    '.',
    '..',
    '.\r\n',
    'a',
    '\r\n.\r\n',
    '=',
    ' ',
    'é',
    '\r',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
      (text) => {
        const sent = on(text);
        const isBare = /\r(?!\n)|(?<!\r)\n/.test(text);
        expect(sent === null).toBe(isBare);
        if (sent === null) return;
        expect(`\r\n${sent}.\r\n`.indexOf('\r\n.\r\n')).toBe(sent.length);
        const received = sent.replaceAll(/(^|\r\n)\./g, '$1');
        expect(received).toBe(text.endsWith('\r\n') ? text : `${text}\r\n`);
      },
    ),
    { numRuns: 5_000 },
  );
});

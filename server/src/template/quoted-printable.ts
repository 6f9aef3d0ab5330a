const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;
const DOT = 46;
const HEX = Buffer.from('0123456789ABCDEF');

/** RFC 2045 section 6.7: 76 characters, of which the last is kept for the `=` of a soft break. */
const COLUMN_MAX = 75;

/** 1 for bytes that stand for themselves wherever they are; the others are looked at one by one. */
const PLAIN = new Uint8Array(256);
for (let byte = 33; byte <= 126; byte += 1) PLAIN[byte] = 1;
PLAIN[EQUALS] = 0;
PLAIN[DOT] = 0;

/** The most bytes that `length` bytes of text can take: all escaped, with soft breaks. */
export const encodedLengthMax = (length: number): number => Math.ceil((length * 3 * 78) / 73) + 8;

/**
 * Writes UTF-8 text as quoted-printable, with every line break as CRLF and one at the end.
 *
 * A dot at the start of a line is escaped, so that no line can be taken for the end of the data,
 * and so is white space at the end of one. No line exceeds 76 characters.
 *
 * @param target has room for `encodedLengthMax(source.length)` bytes from `start`
 * @returns where the written bytes end
 */
export function writeQuotedPrintable(
  source: Uint8Array,
  target: Uint8Array,
  start: number,
): number {
  const length = source.length;
  let out = start;
  let column = 0;
  for (let i = 0; i < length; i += 1) {
    const byte = source[i] as number;
    if (PLAIN[byte] === 1) {
      if (column === COLUMN_MAX) {
        out = writeSoftBreak(target, out);
        column = 0;
      }
      target[out++] = byte;
      column += 1;
    } else if (byte === CR || byte === LF) {
      if (byte === CR && source[i + 1] === LF) i += 1;
      target[out++] = CR;
      target[out++] = LF;
      column = 0;
    } else {
      const literal = isLiteral(byte, i + 1 < length ? source[i + 1] : LF);
      if (column + (literal ? 1 : 3) > COLUMN_MAX) {
        out = writeSoftBreak(target, out);
        column = 0;
      }
      if (literal && !(byte === DOT && column === 0)) {
        target[out++] = byte;
        column += 1;
      } else {
        out = writeEscape(byte, target, out);
        column += 3;
      }
    }
  }
  if (column > 0) {
    target[out++] = CR;
    target[out++] = LF;
  }
  return out;
}

/** A dot, or white space that does not end its line. */
function isLiteral(byte: number, next: number | undefined): boolean {
  if (byte === DOT) return true;
  return (byte === SPACE || byte === TAB) && next !== CR && next !== LF;
}

function writeSoftBreak(target: Uint8Array, at: number): number {
  target[at] = EQUALS;
  target[at + 1] = CR;
  target[at + 2] = LF;
  return at + 3;
}

function writeEscape(byte: number, target: Uint8Array, at: number): number {
  target[at] = EQUALS;
  target[at + 1] = HEX[byte >> 4] as number;
  target[at + 2] = HEX[byte & 15] as number;
  return at + 3;
}

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;
const DOT = 46;
const HEX = Buffer.from('0123456789ABCDEF');

/** RFC 2045 section 6.7: 76 characters, of which the last is kept for the `=` of a soft break. */
const COLUMN_MAX = 75;

/** 1 for bytes that stand for themselves, at least in the middle of a line. */
const LITERAL = new Uint8Array(256);
for (let byte = SPACE; byte <= 126; byte += 1) LITERAL[byte] = 1;
LITERAL[TAB] = 1;
LITERAL[EQUALS] = 0;

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
  let lineStart = start;
  let i = 0;
  while (i < length) {
    const stop = Math.min(length, i + COLUMN_MAX - (out - lineStart));
    if (out > lineStart || source[i] !== DOT) {
      while (i < stop && LITERAL[source[i] as number] === 1) target[out++] = source[i++] as number;
      if (i === length) break;
    }
    const byte = source[i] as number;
    if (byte === CR || byte === LF) {
      out = writeLineEnd(target, out, lineStart);
      lineStart = out;
      i += byte === CR && source[i + 1] === LF ? 2 : 1;
    } else if (i === stop || out - lineStart + 3 > COLUMN_MAX) {
      out = writeSoftBreak(target, out);
      lineStart = out;
    } else {
      out = writeEscape(byte, target, out);
      i += 1;
    }
  }
  return out > lineStart ? writeLineEnd(target, out, lineStart) : out;
}

/** CRLF, with the white space before it escaped: it could get lost on the way. */
function writeLineEnd(target: Uint8Array, at: number, lineStart: number): number {
  let out = at;
  const last = out > lineStart ? (target[out - 1] as number) : 0;
  if (last === SPACE || last === TAB) {
    out -= 1;
    if (out - lineStart + 3 > COLUMN_MAX) out = writeSoftBreak(target, out);
    out = writeEscape(last, target, out);
  }
  target[out] = CR;
  target[out + 1] = LF;
  return out + 2;
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

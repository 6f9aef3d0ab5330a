import type { FileFormat } from '../import.ts';

/** A line with something on it, as it came, without its end; of CSV it may hold line breaks. */
export interface RawRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Cuts a file into records as it comes. */
export interface Splitter {
  /** The records that end within a part of the file; null when one is longer than it may be. */
  readonly push: (text: string) => RawRecord[] | null;
  /** The last one, which has no end. */
  readonly end: () => RawRecord[];
  /** Where the record begins that is being read. */
  readonly line: () => number;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;

/**
 * Cuts CSV, or JSON Lines, where records end. Looks at each character once. A quote opens a cell only at
 * its beginning, so that one that is out of place spoils its own record and no other.
 * Source: RFC 4180; jsonlines.org.
 *
 * @param firstLine the number of the line that the file, or the piece of it, begins with
 * @param lengthMax characters of one record
 */
export function createSplitter({
  format,
  delimiter,
  firstLine,
  lengthMax,
}: {
  format: FileFormat;
  delimiter: string;
  firstLine: number;
  lengthMax: number;
}): Splitter {
  const separator = delimiter.charCodeAt(0);
  const hasQuotes = format === 'csv';
  let carry = '';
  let line = firstLine;
  /** Line breaks within the record that is being read. */
  let breaks = 0;
  let isQuoted = false;
  let isCellStart = true;
  /** A quote has just ended the cell, unless another one follows. */
  let hasClosed = false;
  let hasCr = false;

  const push = (text: string): RawRecord[] | null => {
    const records: RawRecord[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const isBreak = code === LF || code === CR;
      // CR LF is one end of a line; the LF of it belongs to what has ended.
      if (code === LF && hasCr) {
        hasCr = false;
        if (!isQuoted) from = at + 1;
        continue;
      }
      hasCr = code === CR;
      if (isQuoted) {
        if (code === QUOTE) isQuoted = false;
        else if (isBreak) breaks += 1;
        hasClosed = !isQuoted;
        continue;
      }
      if (hasQuotes && code === QUOTE) {
        isQuoted = isCellStart || hasClosed;
        isCellStart = false;
        hasClosed = false;
        continue;
      }
      hasClosed = false;
      isCellStart = code === separator;
      if (!isBreak) continue;
      add(records, carry + text.slice(from, at));
      carry = '';
      from = at + 1;
      isCellStart = true;
    }
    carry += text.slice(from);
    return carry.length > lengthMax || records.some((one) => one.text.length > lengthMax)
      ? null
      : records;
  };

  const add = (records: RawRecord[], text: string): void => {
    if (text.trim() !== '') records.push({ line, text });
    line += breaks + 1;
    breaks = 0;
  };

  return {
    push,
    end: () => {
      const records: RawRecord[] = [];
      add(records, carry);
      carry = '';
      return records;
    },
    line: () => line,
  };
}

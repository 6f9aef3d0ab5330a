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
  const scan: Scan = {
    separator: delimiter.charCodeAt(0),
    hasQuotes: format === 'csv',
    carry: '',
    line: firstLine,
    breaks: 0,
    isQuoted: false,
    isCellStart: true,
    hasClosed: false,
    hasCr: false,
  };
  return {
    push: (text) => {
      const records = scanned(scan, text);
      const isTooLong = records.some((one) => one.text.length > lengthMax);
      return isTooLong || scan.carry.length > lengthMax ? null : records;
    },
    end: () => {
      const records: RawRecord[] = [];
      add(scan, records, scan.carry);
      scan.carry = '';
      return records;
    },
    line: () => scan.line,
  };
}

/** Where reading has got to. */
interface Scan {
  readonly separator: number;
  readonly hasQuotes: boolean;
  /** What has come of the record that is being read. */
  carry: string;
  line: number;
  /** Line breaks within that record. */
  breaks: number;
  isQuoted: boolean;
  isCellStart: boolean;
  /** A quote has just ended the cell, unless another one follows. */
  hasClosed: boolean;
  hasCr: boolean;
}

function scanned(scan: Scan, text: string): RawRecord[] {
  const records: RawRecord[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isBreak = code === LF || code === CR;
    // CR LF is one end of a line; the LF of it belongs to what has ended.
    if (code === LF && scan.hasCr) {
      scan.hasCr = false;
      if (!scan.isQuoted) from = at + 1;
      continue;
    }
    scan.hasCr = code === CR;
    if (scan.isQuoted) {
      if (code === QUOTE) scan.isQuoted = false;
      else if (isBreak) scan.breaks += 1;
      scan.hasClosed = !scan.isQuoted;
      continue;
    }
    if (scan.hasQuotes && code === QUOTE) {
      scan.isQuoted = scan.isCellStart || scan.hasClosed;
      scan.isCellStart = false;
      scan.hasClosed = false;
      continue;
    }
    scan.hasClosed = false;
    scan.isCellStart = isBreak || code === scan.separator;
    if (!isBreak) continue;
    add(scan, records, scan.carry + text.slice(from, at));
    scan.carry = '';
    from = at + 1;
  }
  scan.carry += text.slice(from);
  return records;
}

function add(scan: Scan, records: RawRecord[], text: string): void {
  if (text.trim() !== '') records.push({ line: scan.line, text });
  scan.line += scan.breaks + 1;
  scan.breaks = 0;
}

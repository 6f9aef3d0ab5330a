import { recordOf } from '../../schedule/fault.ts';
import { CELL_LENGTH_MAX, COLUMNS_MAX } from '../import.ts';
import type { CellType, Target } from '../mapping.ts';
import type { Standing } from '../sources/source.ts';
import { cellsOf } from './cells.ts';

/** One record, by the fields of its kind. */
export interface ReadRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** What columns say about consent whatever stands in them. */
  readonly standing: Standing | null;
}

/** What is wrong with a record. */
export interface RecordFault {
  readonly field: string;
  readonly reason: string;
}

const fault = (field: string, reason: string): RecordFault => ({ field, reason });

export const isFault = (read: object): read is RecordFault => 'reason' in read;

/**
 * Reads one record of CSV. An empty cell says nothing: what is known stays.
 *
 * @param targets of the columns, in order
 */
export function readCells(
  text: string,
  { targets, delimiter }: { targets: readonly (Target | null)[]; delimiter: string },
): ReadRecord | RecordFault {
  const cells = cellsOf(text, delimiter);
  if (cells === null) return fault('', 'a quote is out of place');
  if (cells.length !== targets.length) {
    return fault('', `has ${cells.length} cells, and the first line names ${targets.length}`);
  }
  const entries: [string, unknown][] = [];
  let standing: Standing | null = null;
  for (const [at, cell] of cells.entries()) {
    const target = targets[at];
    if (target === null || target === undefined || cell === '') continue;
    if (target.standing !== null) {
      standing = strongest(standing, target.standing);
      continue;
    }
    const read = valueOf(cell, target);
    if (read.reason !== null) return fault(target.field, read.reason);
    entries.push([target.field, read.value]);
  }
  return { fields: gathered(entries), standing };
}

/**
 * Reads one record of JSON Lines.
 *
 * @param targetOf what a member is read as, by its name
 */
export function readJson(
  text: string,
  { targetOf }: { targetOf: (member: string) => Target | null },
): ReadRecord | RecordFault {
  const record = objectOf(text);
  if (record === null) return fault('', 'is no JSON object');
  const members = Object.entries(record);
  if (members.length > COLUMNS_MAX) return fault('', `has more than ${COLUMNS_MAX} members`);
  const entries: [string, unknown][] = [];
  let standing: Standing | null = null;
  for (const [member, value] of members) {
    const target = targetOf(member);
    if (target === null) continue;
    if (target.standing !== null) {
      if (value !== null && value !== '') standing = strongest(standing, target.standing);
      continue;
    }
    const isText = typeof value === 'string' && target.type !== 'text' && value !== '';
    const read = isText ? valueOf(value, target) : { value, reason: null };
    if (read.reason !== null) return fault(target.field, read.reason);
    entries.push([target.field, read.value]);
  }
  return { fields: gathered(entries), standing };
}

/** A JSON object on one line, or null. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

const ORDER: readonly Standing[] = [
  'subscribed',
  'unsubscribed',
  'bounced',
  'complained',
  'suppressed',
];
const strongest = (a: Standing | null, b: Standing): Standing =>
  a !== null && ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;

/** `traits.plan` becomes a member of `traits`; whichever column comes later counts. */
function gathered(entries: readonly [string, unknown][]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const bags: Record<string, Record<string, unknown>> = {};
  for (const [field, value] of entries) {
    const dot = field.indexOf('.');
    const bag = dot === -1 ? field : field.slice(0, dot);
    const object = dot === -1 && BAGS.has(bag) ? recordOf(value) : null;
    if (dot === -1 && object === null) {
      put(fields, field, value);
      continue;
    }
    const members = Object.hasOwn(bags, bag) ? (bags[bag] ?? {}) : {};
    if (object === null) put(members, field.slice(dot + 1), value);
    else for (const name of Object.keys(object)) put(members, name, object[name]);
    put(bags, bag, members);
  }
  for (const bag of Object.keys(bags)) put(fields, bag, bags[bag]);
  return fields;
}

/** Plain assignment is a few times faster than entries, but for the one name that means something else. */
function put<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') object[name] = value;
  else {
    const writable = { enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, name, { value, ...writable });
  }
}

const BAGS = new Set(['traits', 'context', 'metadata']);
const INSTANTS = new Set(['signed_up_at', 'occurred_at']);
/** `2026-01-02 03:04:05`, as spreadsheets and databases write it; without an offset it is UTC. */
const SPACED =
  /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?(?: [A-Z]{2,5})?$/;

type Read =
  | { readonly value: unknown; readonly reason: null }
  | { readonly reason: string; readonly value?: never };

function valueOf(cell: string, { field, type }: { field: string; type: CellType }): Read {
  if (cell.length > CELL_LENGTH_MAX)
    return { reason: `is longer than ${CELL_LENGTH_MAX} characters` };
  switch (type) {
    case 'text':
      return { value: INSTANTS.has(field) ? instantText(cell) : cell, reason: null };
    case 'number': {
      const number = Number(cell);
      return cell.trim() === '' || !Number.isFinite(number)
        ? { reason: 'is no number' }
        : { value: number, reason: null };
    }
    case 'boolean': {
      const word = cell.trim().toLowerCase();
      if (['true', 'yes', '1'].includes(word)) return { value: true, reason: null };
      if (['false', 'no', '0'].includes(word)) return { value: false, reason: null };
      return { reason: 'is neither true nor false' };
    }
    case 'list':
      return { value: listOf(cell), reason: null };
    case 'unix':
      return unixOf(cell);
    case 'json':
      try {
        return { value: JSON.parse(cell), reason: null };
      } catch {
        return { reason: 'is no JSON' };
      }
  }
}

function instantText(cell: string): string {
  const [, day, time, offset = 'Z'] = SPACED.exec(cell.trim()) ?? [];
  if (day === undefined || time === undefined) return cell.trim();
  const zone =
    offset === 'UTC'
      ? 'Z'
      : offset.replace(/^([+-]\d\d):?(\d\d)?$/, (_, h: string, m = '00') => `${h}:${m}`);
  const parts = time.length === 5 ? `${time}:00` : time;
  // Instants have milliseconds.
  return `${day}T${parts.replace(/(\.\d{3})\d+$/, '$1')}${zone}`;
}

/** Words with commas in between, which may be quoted: `"a, b",c`. */
const listOf = (cell: string): string[] =>
  (cellsOf(cell, ',') ?? cell.split(','))
    .map((one) => one.trim().replaceAll('"', ''))
    .filter((one) => one !== '');

/** Seconds since 1970; a date that is written out is taken as it is. */
function unixOf(cell: string): Read {
  if (!/^\d{1,11}(\.\d+)?$/.test(cell.trim())) return { value: instantText(cell), reason: null };
  return { value: new Date(Math.round(Number(cell) * 1_000)).toISOString(), reason: null };
}

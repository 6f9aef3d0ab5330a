import { itemOf, type Item, type ReadItem } from './item.ts';
import { LINE_LENGTH_MAX, type Import, type ImportKind, type LineFault } from './import.ts';
import { targetOf, type Target } from './mapping.ts';
import {
  isFault,
  objectOf,
  readCells,
  readJson,
  type ReadRecord,
  type RecordFault,
} from './records/read.ts';
import { createSplitter, type RawRecord } from './records/split.ts';

/** What one good line asks for. */
export interface LineItem {
  readonly line: number;
  readonly item: Item;
}

/** A piece of a file, read. */
export interface ReadChunk {
  readonly items: readonly LineItem[];
  readonly faults: readonly LineFault[];
  /** Lines that hold what no import writes. */
  readonly skippedCount: number;
  readonly lineCount: number;
}

type LineKind = Exclude<ImportKind, 'everything'> | 'lists';

/** By the `type` of a line, in a file of everything. */
const KIND_OF: Readonly<Record<string, LineKind>> = {
  user: 'users',
  company: 'companies',
  event: 'events',
  suppression: 'suppressions',
  list_member: 'list_members',
  list: 'lists',
};
/** Names of members that are remembered; JSON Lines may have others on each line. */
const NAMES_MAX = 2_000;

/** Reads lines of one import; made once for each, because columns are the same on every line. */
export interface LineReader {
  readonly read: (chunk: { firstLine: number; content: string }) => ReadChunk;
  /** The record of a line and what it is of; null where it cannot be read, or is of nothing. */
  readonly recordOf: (text: string) => { kind: LineKind; record: ReadRecord } | null;
  readonly split: (chunk: { firstLine: number; content: string }) => RawRecord[];
}

/** @param docsUrl where reserved keys are explained */
export function createLineReader(
  one: Pick<Import, 'kind' | 'format' | 'source' | 'options' | 'columns' | 'mapping'>,
  { docsUrl }: { docsUrl: string },
): LineReader {
  const { kind, format, source, options, columns } = one;
  const { delimiter } = options;
  const targets = columns.map((column) => targetOf(column, { ...one, isCsv: true }));
  const named = new Map<string, Target | null>();
  const memberOf = (of: LineKind, member: string): Target | null => {
    const name = `${of} ${member}`;
    const known = named.get(name);
    if (known !== undefined) return known;
    if (of === 'lists') return { field: member, type: 'text', standing: null };
    const mapping = kind === 'everything' ? {} : one.mapping;
    const target = targetOf(member, { kind: of, source, mapping, isCsv: false });
    if (named.size < NAMES_MAX) named.set(name, target);
    return target;
  };
  const recordIn = (text: string): Found => {
    if (kind !== 'everything') {
      const read =
        format === 'csv'
          ? readCells(text, { targets, delimiter })
          : readJson(text, { targetOf: (member) => memberOf(kind, member) });
      return { kind, read };
    }
    const object = objectOf(text);
    if (object === null) return { field: '', reason: 'is no JSON object' };
    const type = String(object['type']);
    const of = Object.hasOwn(KIND_OF, type) ? KIND_OF[type] : undefined;
    if (of === undefined) return null;
    return { kind: of, read: readJson(text, { targetOf: (member) => memberOf(of, member) }) };
  };
  const split = ({ firstLine, content }: { firstLine: number; content: string }): RawRecord[] => {
    const splitter = createSplitter({ format, delimiter, firstLine, lengthMax: LINE_LENGTH_MAX });
    const records = splitter.push(content);
    if (records === null) throw new Error('a piece holds a line that is too long');
    return [...records, ...splitter.end()];
  };
  return {
    split,
    recordOf: (text) => {
      const found = recordIn(text);
      if (found === null || isFault(found) || isFault(found.read)) return null;
      return { kind: found.kind, record: found.read };
    },
    read: (chunk) => chunkOf(split(chunk), { recordIn, source, docsUrl }),
  };
}

type Found = { kind: LineKind; read: ReadRecord | RecordFault } | RecordFault | null;

function chunkOf(
  records: readonly RawRecord[],
  {
    recordIn,
    ...how
  }: { recordIn: (text: string) => Found; source: Import['source']; docsUrl: string },
): ReadChunk {
  const items: LineItem[] = [];
  const faults: LineFault[] = [];
  let skippedCount = 0;
  for (const { line, text } of records) {
    const found = recordIn(text);
    if (found === null) {
      skippedCount += 1;
      continue;
    }
    const read = readItemOf(found, how);
    if (isFault(read)) {
      faults.push({ line, ...read, isWarning: false });
      continue;
    }
    items.push({ line, item: read.item });
    if (read.warning !== null) faults.push({ line, ...read.warning, isWarning: true });
  }
  return { items, faults, skippedCount, lineCount: records.length };
}

function readItemOf(
  found: Exclude<Found, null>,
  how: { source: Import['source']; docsUrl: string },
): ReadItem {
  if (isFault(found)) return found;
  return isFault(found.read) ? found.read : itemOf(found.kind, found.read, how);
}

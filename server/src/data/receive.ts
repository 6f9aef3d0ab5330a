import { inTransaction, type Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { recordChange } from '../workspace/index.ts';
import { fileInvalid, fileTooLarge, mappingInvalid, tooManyImports } from './errors.ts';
import {
  CHUNK_LENGTH_MAX,
  CHUNK_LINES_MAX,
  COLUMNS_MAX,
  FILE_BYTES_MAX,
  LINE_LENGTH_MAX,
  LINES_MAX,
  UNFINISHED_MAX,
  type Import,
  type ImportOptions,
} from './import.ts';
import { faultOfTargets, targetOf } from './mapping.ts';
import { cellsOf, delimiterOf } from './records/cells.ts';
import { createSplitter, type RawRecord, type Splitter } from './records/split.ts';
import {
  countUnfinished,
  deleteImport,
  insertChunks,
  insertImport,
  startImport,
} from './sql/imports.ts';

/** What is asked for; the delimiter is found in the file. */
export type ImportAsk = Pick<Import, 'workspaceId' | 'kind' | 'format' | 'source' | 'mapping'> & {
  readonly options: Omit<ImportOptions, 'delimiter'>;
};

/** Lines from one record to the next within a piece: those in between are kept as empty ones. */
const GAP_MAX = 5_000;
/** Characters that are looked at for the first line. */
const HEADER_LENGTH_MAX = 131_072;

/**
 * Takes a file in, as it comes: it is never held in memory, and what has come is stored before more is
 * read. It begins to be worked once it has come whole; one that breaks off leaves nothing.
 *
 * @param body bytes of UTF-8
 * @returns the id of the import
 * @throws `data.file_invalid`, `data.file_too_large`, `data.mapping_invalid`, `data.too_many_imports`
 */
export async function receiveImport(
  { db, onReceived }: { db: Pool; onReceived: () => void },
  ask: ImportAsk,
  { body, now }: { body: AsyncIterable<Uint8Array>; now: Date },
): Promise<string> {
  const id = uuidv7(now);
  const { workspaceId } = ask;
  const options: ImportOptions = { ...ask.options, delimiter: ',' };
  await inTransaction(db, async (tx) => {
    if ((await countUnfinished(tx, { workspaceId })) >= UNFINISHED_MAX) throw tooManyImports();
    await insertImport(tx, { ...ask, id, options });
  });
  try {
    const file = await store(db, { id, ask, body });
    await inTransaction(db, async (tx) => {
      await startImport(tx, { id, ...file, options: { ...options, delimiter: file.delimiter } });
      await recordChange(tx, {
        workspaceId,
        action: 'import.create',
        target: { kind: 'import', id },
        before: null,
        after: { kind: ask.kind, source: ask.source, lines: file.lineCount, ...ask.options },
      });
    });
  } catch (error) {
    await deleteImport(db, { id });
    throw error;
  }
  onReceived();
  return id;
}

interface Stored {
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly bytes: number;
  readonly lineCount: number;
}

interface Opened {
  readonly splitter: Splitter;
  readonly columns: readonly string[];
  readonly delimiter: string;
}

async function store(
  db: Pool,
  { id, ask, body }: { id: string; ask: ImportAsk; body: AsyncIterable<Uint8Array> },
): Promise<Stored> {
  const pieces = createPieces((piece) => insertChunks(db, { importId: id, chunks: [piece] }));
  let opened: Opened | null = null;
  let head = '';
  let bytes = 0;
  for await (const text of textOf(body, (count) => (bytes += count))) {
    if (opened === null) {
      head += text;
      if (!hasHeader(head, ask) && head.length <= HEADER_LENGTH_MAX) continue;
      const begun = open(head, ask);
      await pieces.add(pushed(begun.splitter, begun.rest));
      opened = begun;
      head = '';
      continue;
    }
    await pieces.add(pushed(opened.splitter, text));
  }
  if (opened === null) {
    const last = open(head, ask);
    await pieces.add(pushed(last.splitter, last.rest));
    opened = last;
  }
  await pieces.add(opened.splitter.end());
  const lineCount = await pieces.end();
  if (lineCount === 0) throw fileInvalid('The file has no lines');
  return { columns: opened.columns, delimiter: opened.delimiter, bytes, lineCount };
}

/** @throws `data.file_invalid` */
function pushed(splitter: Splitter, text: string): RawRecord[] {
  const records = splitter.push(text);
  if (records !== null) return records;
  throw fileInvalid(
    `A line is longer than ${LINE_LENGTH_MAX} characters near line ${splitter.line()}: a quote may be ` +
      'open that is never closed',
  );
}

/** The text of a file, without a byte order mark. */
async function* textOf(
  body: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decoded = (bytes?: Uint8Array): string => {
    try {
      const text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
      if (!text.includes('\0')) return text;
    } catch {
      // Told below: what a decoder says of it is nothing to whoever sends the file.
    }
    throw fileInvalid('The file is not text in UTF-8; save it as "CSV UTF-8"');
  };
  for await (const bytes of body) {
    if (onBytes(bytes.length) > FILE_BYTES_MAX) throw fileTooLarge();
    yield decoded(bytes);
  }
  yield decoded();
}

const hasHeader = (head: string, { format }: ImportAsk): boolean =>
  format === 'jsonl' || firstRecord(head) !== null;

/** The first record of CSV, once it has ended. */
function firstRecord(text: string): RawRecord | null {
  const splitter = createSplitter({
    format: 'csv',
    delimiter: ',',
    firstLine: 1,
    lengthMax: HEADER_LENGTH_MAX * 2,
  });
  return splitter.push(text)?.[0] ?? null;
}

/** Finds out what the columns are, and whether they can be read. */
function open(
  head: string,
  ask: ImportAsk,
): { splitter: Splitter; columns: string[]; delimiter: string; rest: string } {
  const { format } = ask;
  if (format === 'jsonl') {
    const splitter = splitterOf(ask, ',', 1);
    return { splitter, columns: [], delimiter: ',', rest: head };
  }
  const header = headerOf(head);
  const delimiter = delimiterOf(header.text);
  const columns = columnsOf(header.text, delimiter);
  requireTargets(columns, ask);
  const splitter = splitterOf(ask, delimiter, 1);
  return { splitter: withoutFirst(splitter), columns, delimiter, rest: head };
}

function splitterOf(ask: ImportAsk, delimiter: string, firstLine: number): Splitter {
  return createSplitter({ format: ask.format, delimiter, firstLine, lengthMax: LINE_LENGTH_MAX });
}

/** The first record names the columns. */
function withoutFirst(splitter: Splitter): Splitter {
  let isFirst = true;
  const rest = (records: RawRecord[]): RawRecord[] => {
    if (!isFirst || records.length === 0) return records;
    isFirst = false;
    return records.slice(1);
  };
  return {
    line: splitter.line,
    push: (text) => {
      const records = splitter.push(text);
      return records === null ? null : rest(records);
    },
    end: () => rest(splitter.end()),
  };
}

/** @throws `data.file_invalid` */
function headerOf(head: string): RawRecord {
  const splitter = createSplitter({
    format: 'csv',
    delimiter: ',',
    firstLine: 1,
    lengthMax: HEADER_LENGTH_MAX,
  });
  const records = splitter.push(head);
  const first = records === null ? undefined : (records[0] ?? splitter.end()[0]);
  if (first === undefined) throw fileInvalid('The first line must name the columns');
  return first;
}

/**
 * The names of the columns, by the first record of a file.
 *
 * @throws `data.file_invalid`
 */
export function columnsOf(header: string, delimiter: string): string[] {
  const columns = cellsOf(header, delimiter);
  if (columns === null) throw fileInvalid('The first line has a quote that is out of place');
  if (columns.length > COLUMNS_MAX) throw fileInvalid(`At most ${COLUMNS_MAX} columns`);
  if (new Set(columns).size < columns.length) {
    throw fileInvalid('Two columns have the same name');
  }
  return columns;
}

/** @throws `data.mapping_invalid` */
function requireTargets(columns: readonly string[], ask: ImportAsk): void {
  const { kind, mapping, options } = ask;
  if (kind === 'everything') throw fileInvalid('Everything is imported as JSON Lines');
  const unknown = Object.keys(mapping).find((column) => !columns.includes(column));
  if (unknown !== undefined)
    throw mappingInvalid('mapping names a column that is not there', columns);
  const targets = columns.map((column) => targetOf(column, { ...ask, isCsv: true }));
  const fault = faultOfTargets(targets, { ...ask, listId: options.listId });
  if (fault !== null) throw mappingInvalid(`Of the columns of this file, ${fault}`, columns);
}

/** Puts records together into pieces of a bounded size. */
function createPieces(
  keep: (piece: { position: number; firstLine: number; content: string }) => Promise<void>,
): { add: (records: readonly RawRecord[]) => Promise<void>; end: () => Promise<number> } {
  let position = 0;
  let lineCount = 0;
  let waiting: RawRecord[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const [first] = waiting;
    if (first === undefined) return;
    const content = contentOf(waiting);
    waiting = [];
    length = 0;
    await keep({ position, firstLine: first.line, content });
    position += 1;
  };
  return {
    add: async (records) => {
      for (const record of records) {
        const last = waiting.at(-1);
        if (last !== undefined && record.line - last.line > GAP_MAX) await flush();
        waiting.push(record);
        length += record.text.length;
        lineCount += 1;
        if (lineCount > LINES_MAX) throw fileTooLarge();
        if (waiting.length >= CHUNK_LINES_MAX || length >= CHUNK_LENGTH_MAX) await flush();
      }
    },
    end: async () => {
      await flush();
      return lineCount;
    },
  };
}

/**
 * Records as text again, each on its line: where empty lines were there are empty lines, so that the
 * numbers of those after them stay right.
 */
export function contentOf(records: readonly RawRecord[]): string {
  let content = '';
  let line = records[0]?.line ?? 1;
  for (const record of records) {
    content += '\n'.repeat(Math.max(record.line - line, 0));
    content += `${record.text}\n`;
    line = record.line + 1 + breaksIn(record.text);
  }
  return content;
}

const breaksIn = (text: string): number =>
  /[\r\n]/.test(text) ? (text.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;

import { csvLine } from '../../consent/index.ts';
import type { Db } from '../../platform/db.ts';
import type { FileFormat } from '../import.ts';
import { EXPORT_TABLE, type ExportAsk, type ExportKind, type ExportRow } from './table.ts';

/** An export as a file, a page at a time: as much is read as the caller takes. */
export async function* exported(
  db: Db,
  { kind, format, ...ask }: ExportAsk & { kind: ExportKind; format: FileFormat },
): AsyncGenerator<string> {
  const { columns, pages } = EXPORT_TABLE[kind];
  if (format === 'csv') yield csvLine(columns);
  for await (const rows of pages(db, ask)) {
    yield rows.map((row) => (format === 'csv' ? lineOf(row, columns) : jsonOf(row))).join('');
  }
}

const jsonOf = (row: ExportRow): string => `${JSON.stringify(row)}\n`;

/** Nothing, and null, are an empty cell; what is no text is JSON. */
const lineOf = (row: ExportRow, columns: readonly string[]): string =>
  csvLine(columns.map((column) => cellOf(row[column])));

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

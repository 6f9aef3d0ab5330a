/**
 * Reads CSV. Quoted fields may hold commas, quotes (doubled) and line breaks; an empty line is none.
 * Linear. Source: RFC 4180.
 *
 * @returns the records with the line that each begins on; null when a quote is never closed
 */
export function parseCsv(text: string): { line: number; fields: string[] }[] | null {
  const records: { line: number; fields: string[] }[] = [];
  // A field, quoted or bare, and what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  let line = 1;
  let fields: string[] = [];
  let startsAt = 1;
  // A byte order mark is what spreadsheets write first.
  const body = text.replace(/^\u{FEFF}/u, '');
  while (pattern.lastIndex < body.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(body);
    if (found === null) return null;
    const [whole, quoted, bare = '', end] = found;
    if (whole === '' && at >= body.length) break;
    fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    line += linesIn(whole);
    if (end === ',' && pattern.lastIndex < body.length) continue;
    if (end === ',') fields.push('');
    if (fields.some((field) => field.trim() !== '')) records.push({ line: startsAt, fields });
    fields = [];
    startsAt = line;
  }
  return records;
}

const linesIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** One record, ended as RFC 4180 wants it. */
export const csvLine = (fields: readonly string[]): string =>
  `${fields.map(quotedWhereNeeded).join(',')}\r\n`;

const quotedWhereNeeded = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

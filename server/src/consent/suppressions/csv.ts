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
    fields.push(unguarded(quoted === undefined ? bare : quoted.replaceAll('""', '"')));
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

/**
 * One record, ended as RFC 4180 wants it. What a spreadsheet would take for a formula gets an apostrophe
 * before it, which `parseCsv` takes away: ids and addresses are whatever strangers call themselves.
 * Source: owasp.org/www-community/attacks/CSV_Injection.
 */
export const csvLine = (fields: readonly string[]): string =>
  `${fields.map(guarded).map(quotedWhereNeeded).join(',')}\r\n`;

const FORMULA = /^'*[=+\-@\t\r]/;
const guarded = (field: string): string => (FORMULA.test(field) ? `'${field}` : field);
const unguarded = (field: string): string =>
  field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field;

const quotedWhereNeeded = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

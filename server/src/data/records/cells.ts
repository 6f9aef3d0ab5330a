const FORMULA = /^'+[=+\-@\t\r]/;

/**
 * The cells of one record of CSV. An apostrophe before what a spreadsheet would take for a formula is
 * taken away, as exports put it there. Linear. Source: RFC 4180.
 *
 * @returns null when a quote is out of place, or never closed
 */
export function cellsOf(text: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell: string;
    if (text[at] === '"') {
      const end = endOfQuoted(text, at + 1);
      if (end === -1) return null;
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      if (at < text.length && text[at] !== delimiter) return null;
    } else {
      const next = text.indexOf(delimiter, at);
      const end = next === -1 ? text.length : next;
      cell = text.slice(at, end);
      if (cell.includes('"')) return null;
      at = end;
    }
    cells.push(FORMULA.test(cell) ? cell.slice(1) : cell);
    if (at >= text.length) return cells;
    at += 1;
  }
}

/** Where the quote is that closes a cell; -1 where there is none. */
function endOfQuoted(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1 || text[at + 1] !== '"') return at;
    at += 2;
  }
}

/** What stands between the cells of a file, by its first record: whatever parts it into most. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string): number => cellsOf(header, delimiter)?.length ?? 0;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

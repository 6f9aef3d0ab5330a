/** People that a call takes at once. */
const IDS_MAX = 1_000;

/**
 * The ids in a text or a CSV: one a line, or with commas between; of a CSV with a head the column
 * `user_id`. Each once, in order.
 */
export function idsOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const head = (lines[0] ?? '').split(',').map(unquoted);
  const column = head.findIndex((name) => name.toLowerCase() === 'user_id');
  const ids =
    column === -1
      ? lines.flatMap((line) => line.split(/[,;\t]/).map(unquoted))
      : lines.slice(1).map((line) => unquoted(line.split(',')[column] ?? ''));
  return [...new Set(ids.filter((id) => id !== ''))];
}

const unquoted = (cell: string): string => cell.trim().replace(/^"(.*)"$/, '$1');

/** The same in parts that a call takes. */
export const partsOf = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / IDS_MAX) }, (_, index) =>
    ids.slice(index * IDS_MAX, (index + 1) * IDS_MAX),
  );

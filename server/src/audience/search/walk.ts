import type { SearchKey } from './search-input.ts';

/** Rows looked at in one statement: 15 to 25 ms with a filter over traits. */
export const WINDOW = 10_000;
/** A page that is not full after so many windows goes on with its cursor. */
const WINDOWS_MAX = 3;

/** A page of a search. */
export interface FoundPage<Row> {
  readonly rows: readonly Row[];
  /** Where it goes on; null at the end. */
  readonly next: SearchKey | null;
}

type Keyed = { readonly sortKey: string; readonly id: string };

const keyOf = ({ sortKey, id }: Keyed): SearchKey => ({ value: sortKey, id });

/** The page of one row more than it holds. */
export function onePage<Row extends Keyed>(rows: readonly Row[], limit: number): FoundPage<Row> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), next: last === undefined ? null : keyOf(last) };
}

/**
 * Walks over an order, a window after the other, until the page is full or enough has been looked at:
 * then the page is short, and goes on.
 *
 * @param place the row so many further on; null where the order ends before
 * @param page rows that match, after one place and up to another
 */
export async function walk<Row extends Keyed>(
  start: SearchKey | null,
  {
    limit,
    place,
    page,
  }: {
    limit: number;
    place: (after: SearchKey | null) => Promise<SearchKey | null>;
    page: (of: {
      after: SearchKey | null;
      until: SearchKey | null;
      limit: number;
    }) => Promise<readonly Row[]>;
  },
): Promise<FoundPage<Row>> {
  const found: Row[] = [];
  let after = start;
  for (let windows = 0; windows < WINDOWS_MAX; windows += 1) {
    const until = await place(after);
    found.push(...(await page({ after, until, limit: limit + 1 - found.length })));
    if (found.length > limit || until === null) return onePage(found, limit);
    after = until;
  }
  return { rows: found, next: after };
}

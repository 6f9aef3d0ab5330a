import { DomainError } from './errors.ts';

/** Where a page of a list goes on: the age and id of the last one seen. */
export interface PageAfter {
  readonly at: Date;
  readonly id: string;
}

export const PAGE_LIMIT = 50;
export const PAGE_LIMIT_MAX = 200;
const CURSOR_LENGTH_MAX = 200;
const CURSOR = /^(\d{1,16}) ([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/**
 * Reads a cursor that `pageOf` made.
 *
 * @throws `request.cursor_invalid`
 */
export function afterOf(cursor: string | undefined): PageAfter | null {
  if (cursor === undefined || cursor === '') return null;
  const text =
    cursor.length > CURSOR_LENGTH_MAX ? '' : Buffer.from(cursor, 'base64url').toString('latin1');
  const [, ms, id] = CURSOR.exec(text) ?? [];
  const at = new Date(Number(ms));
  if (ms === undefined || id === undefined || Number.isNaN(at.getTime())) {
    throw new DomainError(
      'request.cursor_invalid',
      'invalid',
      'cursor is not one that a list gave',
    );
  }
  return { at, id };
}

/**
 * A page in the API's shape, made from one row more than the page holds.
 *
 * @param rows at most `limit + 1`, in the list's order
 */
export function pageOf<Row, View>(
  rows: readonly Row[],
  {
    limit,
    keyOf,
    viewOf,
  }: {
    limit: number;
    keyOf: (row: Row) => PageAfter;
    viewOf: (row: Row) => View;
  },
): { data: View[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { data: page.map(viewOf), next_cursor: hasMore ? cursorOf(keyOf(last)) : null };
}

/** The cursor of a list that goes on after something. */
export const cursorOf = ({ at, id }: PageAfter): string =>
  Buffer.from(`${at.getTime()} ${id}`, 'latin1').toString('base64url');

import type { Message } from '@milepost/sdk';
import type { Feed } from '../../api/feed.ts';

/**
 * The messages to list for what was typed: loaded ones whose user or address contains it, together
 * with those the server found for exactly that user, however old. Newest first.
 */
export function rowsOf(
  loaded: Feed | undefined,
  ofUser: Feed | undefined,
  text: string,
): readonly Message[] {
  const items = loaded?.items ?? [];
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return items;

  const matching = items.filter(
    ({ user_id, to }) =>
      user_id.toLowerCase().includes(wanted) || to.toLowerCase().includes(wanted),
  );
  const matchingIds = new Set(matching.map(({ id }) => id));
  const others = (ofUser?.items ?? []).filter(({ id }) => !matchingIds.has(id));
  return [...matching, ...others].toSorted(
    (a, b) => compare(b.created_at, a.created_at) || compare(b.id, a.id),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

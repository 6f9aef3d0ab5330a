import type { Message, Page } from '@milepost/sdk';

/** The messages loaded so far, newest first, and where the older ones begin. */
export interface Feed {
  readonly items: readonly Message[];
  /** For the page after the last item; null when there is none. */
  readonly olderCursor: string | null;
  /** Ids that the latest change brought to the top. */
  readonly arrived: readonly string[];
}

/**
 * Puts a fresh first page on top of what is loaded.
 *
 * What the page says wins: a known message that should stand on it and does not has left the
 * filter. Where the page no longer touches what was known (more came than one page holds), the old
 * part is dropped rather than shown with a hole in it.
 *
 * @param known undefined on the first load
 */
export function withFirstPage(known: Feed | undefined, page: Page<Message>): Feed {
  const whole = { items: page.data, olderCursor: page.next_cursor, arrived: [] };
  if (known === undefined) return whole;

  const knownIds = new Set(known.items.map(({ id }) => id));
  const arrived = page.data.flatMap(({ id }) => (knownIds.has(id) ? [] : [id]));
  const pageIds = new Set(page.data.map(({ id }) => id));
  const lastOnPage = known.items.findLastIndex(({ id }) => pageIds.has(id));
  const older = known.items.slice(lastOnPage + 1);
  // A page without a cursor is the whole list.
  if (page.next_cursor === null || lastOnPage === -1 || older.length === 0) {
    return { ...whole, arrived };
  }
  return { items: [...page.data, ...older], olderCursor: known.olderCursor, arrived };
}

/** Adds the page of older messages below what is loaded. */
export function withOlderPage(known: Feed, page: Page<Message>): Feed {
  const knownIds = new Set(known.items.map(({ id }) => id));
  const older = page.data.filter(({ id }) => !knownIds.has(id));
  return { items: [...known.items, ...older], olderCursor: page.next_cursor, arrived: [] };
}

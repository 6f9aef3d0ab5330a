import type { Db } from '../../platform/db.ts';
import {
  matching,
  pageOfUsers,
  placeInStretch,
  usersBeginningWith,
  type FoundUser,
  type Stretch,
} from '../sql/search.ts';
import type { Search, UserSort } from './search-input.ts';
import { onePage, walk, WINDOW, type FoundPage } from './walk.ts';

/** Up to so many who begin with a text are fetched and put in order: 15 ms. More are walked over. */
const BEGINNING_MAX = 2_000;

/**
 * A page of users who match a filter, and whose email, id or name begins with a text.
 *
 * Looks at a bounded number of people: where few match, a page may be short, or empty, and go on.
 *
 * @param now by the clock of the side: filters may be about time
 */
export async function searchUsers(
  db: Db,
  {
    workspaceId,
    search: { filter, q, limit, ...search },
    now,
  }: { workspaceId: string; search: Search<UserSort>; now: Date },
): Promise<FoundPage<FoundUser>> {
  const stretch: Stretch = { workspaceId, ...search };
  const fetched = limit + 1;
  if (q !== null) {
    const among = await usersBeginningWith(db, { workspaceId, q, limit: BEGINNING_MAX + 1 });
    if (among.length <= BEGINNING_MAX) {
      const where = matching(db, { filter, q: null, now });
      return onePage(await pageOfUsers(db, stretch, { where, among, limit: fetched }), limit);
    }
  }
  if (q === null && filter === null) {
    return onePage(await pageOfUsers(db, stretch, { where: null, limit: fetched }), limit);
  }
  return walk(stretch.after, {
    limit,
    place: (after) => placeInStretch(db, { ...stretch, after }, { places: WINDOW }),
    page: ({ after, ...of }) =>
      pageOfUsers(db, { ...stretch, after }, { ...of, where: matching(db, { filter, q, now }) }),
  });
}

import type { Db } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { listRecipients, type Recipient, type RecipientKey } from './sql/recipients.ts';

/** Recipients looked at for one page where only some are wanted: such a page may be short. */
const LOOK_MAX = 10_000;

/**
 * A page of a broadcast's recipients with what became of each. Where only some are wanted it may hold
 * less than the limit, and still name a cursor to go on with.
 */
export async function recipientsPage(
  db: Db,
  { id, workspaceId }: { id: string; workspaceId: string },
  {
    outcome,
    userId,
    cursor,
    limit,
  }: {
    outcome: string | null;
    userId: string | null;
    cursor: string | undefined;
    limit: number;
  },
): Promise<{ found: readonly Recipient[]; nextCursor: string | null }> {
  const after = afterOf(cursor);
  const { found, lookedTo } = await listRecipients(db, {
    automationId: id,
    outcome,
    only: userId === null ? null : keyOfUser(userIdOf(workspaceId, userId)),
    after: after === null ? null : { bucket: after.at.getTime(), userId: after.id },
    lookMax: outcome === null ? limit + 1 : LOOK_MAX,
    limit: limit + 1,
  });
  const last = found.length > limit ? found[limit - 1] : lookedTo;
  return { found: found.slice(0, limit), nextCursor: cursorAfter(last ?? null) };
}

const keyOfUser = (userId: string): RecipientKey => ({ bucket: bucketOf(userId), userId });

/** Cursors of lists hold an instant and an id: here the bucket, in milliseconds, and the user. */
function cursorAfter(last: RecipientKey | null): string | null {
  if (last === null) return null;
  const keyOf = ({ bucket, userId }: RecipientKey) => ({ at: new Date(bucket), id: userId });
  return pageOf([last, last], { limit: 1, keyOf, viewOf: () => null }).next_cursor;
}

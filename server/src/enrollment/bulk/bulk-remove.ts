import type { Pool } from '../../platform/db.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { userNotFound } from '../errors.ts';
import { removeUsers } from '../remove.ts';
import { loadEntryFacts } from '../sql/enter.ts';
import type { BulkCall } from './bulk-call.ts';

/** What became of one user. */
export type RemoveResult =
  | { readonly result: 'removed' | 'not_enrolled' }
  | { readonly result: 'user_not_found' | 'invalid'; readonly error: string };

/**
 * Takes the users of one call out of a series. Each has a result of their own, in order; who is named
 * twice is `not_enrolled` the second time.
 */
export async function bulkRemove(
  db: Pool,
  { users, isDryRun }: BulkCall,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<RemoveResult[]> {
  const refs = new Map<string, { userId: string; bucket: number }>();
  for (const { userId: externalId, wrong } of users) {
    if (externalId === null || wrong !== null) continue;
    const userId = userIdOf(workspaceId, externalId);
    refs.set(externalId, { userId, bucket: bucketOf(userId) });
  }
  const distinct = [...refs.values()];
  const entryRefs = distinct.map((ref) => ({ ...ref, workspaceId, automationId }));
  const facts = distinct.length === 0 ? [] : await loadEntryFacts(db, entryRefs);
  const known = new Set(distinct.flatMap(({ userId }, at) => (facts[at]?.isKnown ? userId : [])));
  const active = new Set(distinct.flatMap(({ userId }, at) => (facts[at]?.isActive ? userId : [])));
  const removed = isDryRun
    ? active
    : await removeUsers(
        db,
        entryRefs.filter(({ userId }) => known.has(userId)),
      );
  return users.map(({ userId: externalId, wrong }): RemoveResult => {
    const { userId } = refs.get(externalId ?? '') ?? {};
    if (wrong !== null || userId === undefined) {
      return { result: 'invalid', error: wrong ?? 'user_id is required' };
    }
    if (!known.has(userId)) return { result: 'user_not_found', error: userNotFound().message };
    return { result: removed.delete(userId) ? 'removed' : 'not_enrolled' };
  });
}

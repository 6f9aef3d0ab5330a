import { usersByIds, type User } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import { addressIdOf, bucketOf, userIdOf } from '../../platform/ids.ts';
import { userNotFound } from '../errors.ts';
import { hasPassages } from './sql.ts';

/** Whose data is meant, by internal ids. */
export interface PersonRef {
  readonly workspaceId: string;
  readonly bucket: number;
  readonly userId: string;
}

/** By what somebody is known. */
export type Known = Pick<User, 'externalId' | 'email' | 'name'>;

/** Few people were written to at more. */
export const ADDRESSES_MAX = 100;

/**
 * A user; or whoever reads mail at an address that was written to without naming one, of whom there is
 * no `stored`.
 *
 * @throws `enrollment.user_not_found`
 */
export async function personOf(
  db: Db,
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<{ ref: PersonRef; user: Known; stored: User | null }> {
  const ref = refOf(workspaceId, userIdOf(workspaceId, userExternalId));
  const { bucket, userId: id } = ref;
  const user = (await usersByIds(db, [{ bucket, id }])).get(id);
  if (user !== undefined) return { ref, user, stored: user };
  const stranger = refOf(workspaceId, addressIdOf(workspaceId, userExternalId));
  if (!(await hasPassages(db, stranger))) throw userNotFound();
  return {
    ref: stranger,
    user: { externalId: userExternalId, email: userExternalId, name: null },
    stored: null,
  };
}

export const refOf = (workspaceId: string, userId: string): PersonRef => ({
  workspaceId,
  bucket: bucketOf(userId),
  userId,
});

/** Whose the messages to bare addresses are. */
export const addressIdsOf = ({
  workspaceId,
  addresses,
}: {
  workspaceId: string;
  addresses: readonly string[];
}): Set<string> => new Set(addresses.map((address) => addressIdOf(workspaceId, address)));

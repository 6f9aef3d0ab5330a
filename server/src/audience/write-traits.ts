import type { Db } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { patchOf } from './identify-input.ts';
import { upsertUsers } from './sql/users.ts';
import type { UserPatch } from './user.ts';

/** Traits that a step writes about a user. */
export interface TraitChange {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly patch: UserPatch;
}

/** Traits from a series or from what a webhook answered, by the rules of `identify`; else what is wrong. */
export function traitPatchOf(
  traits: Readonly<Record<string, unknown>>,
): { readonly patch: UserPatch } | { readonly fault: string } {
  try {
    return { patch: patchOf({ traits, context: {} }, { docsUrl: '' }).patch };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { fault: error.message };
  }
}

/**
 * Writes traits of users who exist, in the caller's transaction. Not activity. Several changes of one
 * user are written in their order.
 *
 * Locks: the users, in the order of their keys.
 *
 * @returns the users whose time zone is another one now
 */
export async function writeTraits(
  db: Db,
  changes: readonly TraitChange[],
): Promise<{ bucket: number; userId: string }[]> {
  const moved: { bucket: number; userId: string }[] = [];
  let left = [...changes];
  while (left.length > 0) {
    const round = new Map(left.toReversed().map((change) => [change.id, change]));
    const now = [...round.values()];
    left = left.filter((change) => round.get(change.id) !== change);
    const written = await upsertUsers(
      db,
      now.map((change) => ({
        ...change,
        externalId: '',
        isActivity: false,
        mayCreate: false,
        companyId: null,
        mayStart: true,
      })),
    );
    for (const { id, isTimezoneChanged } of written) {
      const change = round.get(id);
      if (isTimezoneChanged && change) moved.push({ bucket: change.bucket, userId: id });
    }
  }
  return moved;
}

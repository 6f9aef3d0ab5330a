import type { Pool } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import { Batcher } from '../platform/batcher.ts';
import { upsertUsers, type UserChange, type UserChanged } from './sql.ts';
import type { UserPatch } from './user.ts';

/** Creates or changes users. */
export interface Identifier {
  /** One user; calls that arrive together share a round trip and a commit. */
  readonly identify: (call: {
    workspaceId: string;
    externalId: string;
    patch: UserPatch;
  }) => Promise<UserChanged>;
}

/** Far more than arrive together; keeps a statement's parameters small. */
const BATCH_MAX = 200;
/** Somebody else creates the same user at the same moment at most a few times in a row. */
const ROUNDS_MAX = 5;

export function createIdentifier({ db }: { db: Pool }): Identifier {
  const batcher = new Batcher<UserChange, UserChanged>({
    batchMax: BATCH_MAX,
    keyOf: ({ id }) => id,
    work: (changes) => applyAll(db, changes),
  });
  return {
    identify: ({ workspaceId, externalId, patch }) => {
      const id = userIdOf(workspaceId, externalId);
      return batcher.add({ bucket: bucketOf(id), id, workspaceId, externalId, patch });
    },
  };
}

async function applyAll(db: Pool, changes: readonly UserChange[]): Promise<UserChanged[]> {
  const done = new Map<string, UserChanged>();
  for (let round = 0; round < ROUNDS_MAX && done.size < changes.length; round += 1) {
    const left = changes.filter(({ id }) => !done.has(id));
    for (const changed of await upsertUsers(db, left)) done.set(changed.id, changed);
  }
  return changes.map(({ id }) => {
    const changed = done.get(id);
    if (changed === undefined) throw new Error(`user ${id} could not be written`);
    return changed;
  });
}

import { inTransaction, type Db, type Pool, type Transaction } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import { Batcher } from '../platform/batcher.ts';
import { upsertUsers, type UserChange, type UserChanged } from './sql/users.ts';
import { EMPTY_PATCH, type UserPatch } from './user.ts';
import { recordChange } from '../workspace/index.ts';

/** Who is meant: a side, and the id that the customer's system gives. */
export interface UserName {
  readonly workspaceId: string;
  readonly externalId: string;
}

/** Creates or changes users. Calls that arrive together share a round trip and a commit. */
export interface Identifier {
  /** A user says who they are: created or changed, and seen now. */
  readonly identify: (user: UserName & { patch: UserPatch }) => Promise<UserChanged>;
  /** A user did something: created at first sight, and seen now. */
  readonly see: (user: UserName) => Promise<UserChanged>;
  /** Writes data about a user, in a queue of its own so that long lists hold nobody up. Not activity. */
  readonly update: (
    user: UserName & { patch: UserPatch; mayCreate: boolean },
  ) => Promise<UserChanged>;
  /** A member changes the data of a user who is there. Not activity, but series may start by it. */
  readonly edit: (user: UserName & { patch: UserPatch }) => Promise<UserChanged>;
  /** Puts a user into a company, created where nobody knows them. Not activity. */
  readonly link: (user: UserName & { companyId: string }) => Promise<UserChanged>;
}

/** Far more than arrive together; keeps a statement's parameters small. */
const BATCH_MAX = 200;
/** Somebody else creates the same user at the same moment at most a few times in a row. */
const ROUNDS_MAX = 5;

export function createIdentifier({
  db,
  onSignalled,
}: {
  db: Pool;
  /** Called after a commit that some series listens to, so that a worker nearby need not wait for its poll. */
  onSignalled: () => void;
}): Identifier {
  const queue = (): Batcher<UserChange, UserChanged> =>
    new Batcher({
      batchMax: BATCH_MAX,
      keyOf: ({ id }) => id,
      work: async (changes) => {
        const changed = await applyAll(db, changes);
        if (changed.some(({ isSignalled }) => isSignalled)) onSignalled();
        return changed;
      },
    });
  const live = queue();
  const lists = queue();
  return {
    identify: ({ patch, ...user }) => live.add({ ...changeOf(user), patch }),
    see: (user) => live.add(changeOf(user)),
    update: ({ patch, mayCreate, ...user }) =>
      lists.add({ ...changeOf(user), patch, mayCreate, isActivity: false, mayStart: false }),
    edit: async ({ patch, ...user }) => {
      const change = { ...changeOf(user), patch, mayCreate: false, isActivity: false };
      const changed = await inTransaction(db, (tx) => editOne(tx, change));
      if (changed.isSignalled) onSignalled();
      return changed;
    },
    link: ({ companyId, ...user }) => live.add({ ...changeOf(user), companyId, isActivity: false }),
  };
}

/** That somebody was seen, and nothing else. */
function changeOf({ workspaceId, externalId }: UserName): UserChange {
  const id = userIdOf(workspaceId, externalId);
  return {
    bucket: bucketOf(id),
    id,
    workspaceId,
    externalId,
    patch: EMPTY_PATCH,
    isActivity: true,
    mayCreate: true,
    companyId: null,
    mayStart: true,
  };
}

/** Alone, and not with what arrives beside it: the entry of the audit log belongs to this change. */
async function editOne(tx: Transaction, change: UserChange): Promise<UserChanged> {
  const [changed] = await applyAll(tx, [change]);
  if (changed === undefined) throw new Error(`user ${change.id} could not be written`);
  const { workspaceId, externalId, id, patch } = change;
  if (changed.outcome !== 'absent') {
    const target = { kind: 'user', id, name: externalId };
    // What is known of people is not repeated where it would outlive them: only what it is called.
    const after = { changed: namesIn(patch) };
    await recordChange(tx, { workspaceId, action: 'user.change', target, before: null, after });
  }
  return changed;
}

/** What a patch names: `email`, `traits.plan`. */
export const namesIn = ({ own, traits, context }: UserPatch): string[] => [
  ...Object.keys(own),
  ...Object.keys(traits).map((name) => `traits.${name}`),
  ...Object.keys(context).map((name) => `context.${name}`),
];

async function applyAll(db: Db, changes: readonly UserChange[]): Promise<UserChanged[]> {
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

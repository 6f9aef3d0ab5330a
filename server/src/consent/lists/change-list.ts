import { inTransaction, type Pool } from '../../platform/db.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import { doubleOptInNeedsOptIn, listInUse, listKindFixed, listNotFound } from '../errors.ts';
import { deleteList, findList, insertList, lockList, updateList } from '../sql/lists.ts';
import type { List, ListInput } from './list.ts';

/**
 * Makes a list.
 *
 * @throws `consent.double_opt_in_needs_opt_in`
 */
export async function createList(
  db: Pool,
  { workspaceId, now, ...input }: ListInput & { workspaceId: string; now: Date },
): Promise<List> {
  assertSound(input);
  const id = uuidv7(now);
  await inTransaction(db, (tx) => insertList(tx, { ...input, id, workspaceId, now }));
  return { ...input, id, archivedAt: null, createdAt: now, updatedAt: now };
}

/**
 * A list of this workspace.
 *
 * @throws `consent.list_not_found`
 */
export async function readList(
  db: Pool,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<List> {
  const list = await findList(db, { workspaceId, id: storedIdOf(id) });
  if (list === null) throw listNotFound();
  return list;
}

/**
 * Changes a list, archives it (nothing of it is sent any more), or takes it into use again.
 *
 * The kind stays as it is: what people have not said about a list would otherwise turn round.
 *
 * @throws `consent.list_not_found`, `consent.list_kind_fixed`, `consent.double_opt_in_needs_opt_in`
 */
export async function changeList(
  db: Pool,
  {
    workspaceId,
    id,
    patch,
    now,
  }: {
    workspaceId: string;
    id: string;
    patch: { readonly [K in keyof ListInput]?: ListInput[K] | undefined } & {
      readonly isArchived?: boolean;
    };
    now: Date;
  },
): Promise<List> {
  return inTransaction(db, async (tx) => {
    const list = await lockList(tx, { workspaceId, id: storedIdOf(id) });
    if (list === null) throw listNotFound();
    const { isArchived = list.archivedAt !== null, kind = list.kind } = patch;
    if (kind !== list.kind) throw listKindFixed();
    const changed = {
      ...list,
      name: patch.name ?? list.name,
      description: patch.description ?? list.description,
      doubleOptIn: patch.doubleOptIn ?? list.doubleOptIn,
      tracking: patch.tracking ?? list.tracking,
      archivedAt: isArchived ? (list.archivedAt ?? now) : null,
      updatedAt: now,
    };
    assertSound(changed);
    await updateList(tx, { ...changed, workspaceId, now });
    return changed;
  });
}

/**
 * Deletes an archived list. Emails that still name it go to nobody.
 *
 * @throws `consent.list_not_found`, `consent.list_in_use`
 */
export async function removeList(
  db: Pool,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const list = await lockList(tx, { workspaceId, id: storedIdOf(id) });
    if (list === null) throw listNotFound();
    if (list.archivedAt === null) throw listInUse();
    await deleteList(tx, list);
  });
}

function assertSound({ kind, doubleOptIn }: ListInput): void {
  if (doubleOptIn && kind !== 'opt_in') throw doubleOptInNeedsOptIn();
}

import { findList, insertList, listLists, type List, type ListInput } from '../consent/index.ts';
import type { Transaction } from '../platform/db.ts';
import { NIL_UUID, storedIdOf, uuidv7 } from '../platform/ids.ts';
import type { PageAfter } from '../platform/page.ts';
import { archiveList } from './sql/members.ts';

interface FoundList {
  readonly id: string;
  readonly isArchived: boolean;
}

/** Finds lists by what a file calls them. */
export interface ListFinder {
  /** By its id, if it is one of this side, else by its name; null where there is none. */
  readonly find: (list: { id: string | null; name: string | null }) => Promise<FoundList | null>;
  /** Makes a list, unless there is one of this name. @returns whether it did */
  readonly make: (list: ListInput, how: { isArchived: boolean }) => Promise<boolean>;
}

const PAGE = 200;
/** Names that are read; with more lists than that, one says the id. */
const LISTS_MAX = 2_000;

/** Lists of a side, looked up once for each piece of a file. */
export function listFinder(
  tx: Transaction,
  { workspaceId, now }: { workspaceId: string; now: Date },
): ListFinder {
  let all: Promise<Map<string, FoundList>> | null = null;
  const byName = (): Promise<Map<string, FoundList>> => (all ??= namesOf(tx, workspaceId));
  const byId = new Map<string, Promise<List | null>>();
  const find = (id: string): Promise<List | null> => {
    const known = byId.get(id) ?? findList(tx, { workspaceId, id });
    byId.set(id, known);
    return known;
  };
  return {
    find: async ({ id, name }) => {
      const stored = id === null ? NIL_UUID : storedIdOf(id);
      const found = stored === NIL_UUID ? null : await find(stored);
      if (found !== null) return { id: found.id, isArchived: found.archivedAt !== null };
      return name === null ? null : ((await byName()).get(name) ?? null);
    },
    make: async (list, { isArchived }) => {
      const names = await byName();
      if (names.has(list.name)) return false;
      const id = uuidv7(now);
      await insertList(tx, { ...list, id, workspaceId, now });
      if (isArchived) await archiveList(tx, { workspaceId, id });
      names.set(list.name, { id, isArchived });
      return true;
    },
  };
}

/** The oldest list of each name: a name is no key. */
async function namesOf(tx: Transaction, workspaceId: string): Promise<Map<string, FoundList>> {
  const names = new Map<string, FoundList>();
  let after: PageAfter | null = null;
  for (let read = 0; read < LISTS_MAX; read += PAGE) {
    const page: List[] = await listLists(tx, {
      workspaceId,
      isArchived: null,
      after,
      limit: PAGE,
    });
    for (const { name, id, archivedAt } of page) {
      names.set(name, { id, isArchived: archivedAt !== null });
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    after = { at: last.createdAt, id: last.id };
  }
  return names;
}

import { listLists, type List } from '../../consent/index.ts';
import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';

const PAGE = 200;

/** The lists of a side, archived ones too, the youngest first. */
export async function* listsOf(
  db: Db,
  { workspaceId }: { workspaceId: string },
): AsyncGenerator<readonly List[]> {
  let after: PageAfter | null = null;
  for (;;) {
    const rows: List[] = await listLists(db, { workspaceId, isArchived: null, after, limit: PAGE });
    yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = { at: last.createdAt, id: last.id };
  }
}

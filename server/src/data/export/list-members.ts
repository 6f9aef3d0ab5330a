import { listSubscribers, type List, type Subscriber } from '../../consent/index.ts';
import { isoOf } from '../../platform/http.ts';
import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import { listsOf } from './lists.ts';
import type { ExportRow, ExportTable } from './table.ts';

const PAGE = 1_000;
const STATES = ['subscribed', 'pending', 'unsubscribed'] as const;

/** What people have chosen about lists. Who has said nothing about one is not told. */
export const memberTable: ExportTable = {
  columns: ['list_id', 'list', 'user_id', 'email', 'state', 'source', 'at'],
  pages: async function* pages(db, { workspaceId, listId }) {
    for await (const lists of listsOf(db, { workspaceId })) {
      for (const list of lists) {
        if (listId === null || list.id === listId) yield* peopleOf(db, { workspaceId, list });
      }
    }
  },
};

async function* peopleOf(
  db: Db,
  { workspaceId, list }: { workspaceId: string; list: List },
): AsyncGenerator<readonly ExportRow[]> {
  for (const state of STATES) {
    let after: PageAfter | null = null;
    for (;;) {
      const ask = { workspaceId, id: list.id, state, after, limit: PAGE };
      const rows: Subscriber[] = await listSubscribers(db, ask);
      yield rows.map((person) => ({
        list_id: list.id,
        list: list.name,
        user_id: person.userExternalId,
        email: person.email,
        state: person.state,
        source: person.source,
        at: isoOf(person.at),
      }));
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) break;
      after = { at: last.createdAt, id: last.userId };
    }
  }
}

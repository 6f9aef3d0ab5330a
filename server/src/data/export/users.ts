import { companiesOf, searchUsers, userViewOf, type SearchKey } from '../../audience/index.ts';
import { leftAllOf } from '../sql/read.ts';
import type { ExportTable } from './table.ts';

const PAGE = 1_000;

/** Everybody, or who matches a filter, the youngest first. */
export const userTable: ExportTable = {
  columns: [
    'user_id',
    'email',
    'name',
    'timezone',
    'locale',
    'signed_up_at',
    'company_id',
    'consent',
    'traits',
    'context',
    'first_seen',
    'last_seen',
    'created_at',
    'updated_at',
  ],
  pages: async function* pages(db, { workspaceId, now, filter }) {
    let after: SearchKey | null = null;
    do {
      const search = {
        filter,
        q: null,
        sort: 'created_at',
        order: 'desc',
        limit: PAGE,
        after,
      } as const;
      const { rows, next }: Awaited<ReturnType<typeof searchUsers>> = await searchUsers(db, {
        workspaceId,
        search,
        now,
      });
      const [companies, left] = await Promise.all([
        companiesOf(db, rows),
        leftAllOf(db, { users: rows }),
      ]);
      yield rows.map((user) => {
        const { id, ...view } = userViewOf(user, companies);
        return { ...view, consent: left.has(id) ? 'unsubscribed' : null };
      });
      after = next;
    } while (after !== null);
  },
};

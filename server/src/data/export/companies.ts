import { companyViewOf, listCompanies, type Company } from '../../audience/index.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { ExportTable } from './table.ts';

/** A company may have 50 kB of data. */
const PAGE = 200;

export const companyTable: ExportTable = {
  columns: [
    'company_id',
    'name',
    'domain',
    'industry',
    'plan',
    'employee_count',
    'signed_up_at',
    'traits',
    'context',
    'first_seen',
    'last_seen',
    'created_at',
    'updated_at',
  ],
  pages: async function* pages(db, { workspaceId }) {
    let after: PageAfter | null = null;
    for (;;) {
      const rows: Company[] = await listCompanies(db, { workspaceId, after, limit: PAGE });
      yield rows.map((company) => {
        const { id: _internal, ...view } = companyViewOf(company);
        return view;
      });
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = { at: last.createdAt, id: last.id };
    }
  },
};

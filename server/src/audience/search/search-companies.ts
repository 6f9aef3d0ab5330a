import type { Db } from '../../platform/db.ts';
import {
  pageOfCompanies,
  placeOfCompany,
  type CompanyStretch,
  type FoundCompany,
} from '../sql/search-companies.ts';
import type { CompanySort, Search } from './search-input.ts';
import { walk, WINDOW, type FoundPage } from './walk.ts';

/** More users of one company are shown as so many. */
const COMPANY_USERS_SHOWN_MAX = 10_000;

/**
 * A page of companies that match a filter, and whose name, id or domain begins with a text. As with
 * users a page may be short and go on.
 */
export async function searchCompanies(
  db: Db,
  {
    workspaceId,
    search: { filter, q, limit, ...search },
    now,
  }: { workspaceId: string; search: Search<CompanySort>; now: Date },
): Promise<FoundPage<FoundCompany>> {
  const stretch: CompanyStretch = { workspaceId, ...search };
  const isAll = filter === null && q === null;
  return walk(stretch.after, {
    limit,
    place: async (after) =>
      isAll ? null : placeOfCompany(db, { ...stretch, after }, { places: WINDOW }),
    page: ({ after, ...of }) =>
      pageOfCompanies(
        db,
        { ...stretch, after },
        { ...of, filter, q, now, usersMax: COMPANY_USERS_SHOWN_MAX },
      ),
  });
}

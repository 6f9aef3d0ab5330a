import type { Body } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import { useAsk, useAskPages, type RowOf } from '../../api/ask.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { filterFaultsOf } from '../../components/filter-builder/use-filter-count.ts';
import { countOf } from '../../components/number.ts';
import { Page } from '../../components/page.tsx';
import { COMPANY_COLUMNS } from '../people/column.ts';
import { ListTable } from '../people/list-table.tsx';
import { ListToolbar } from '../people/list-toolbar.tsx';
import { useListPlace } from '../people/use-list-place.ts';

const PAGE_SIZE = 50;
/** Where the server stops counting people. */
const COUNTED_MAX = 10_000;
const SORTS = [
  ['', 'Newest first'],
  ['name', 'By name'],
] as const;

type Company = RowOf<'POST /companies/search'>;
type CompanySearch = Body<'POST /companies/search'>;

/** The companies that people belong to. */
export function CompaniesPage() {
  const place = useListPlace(COMPANY_COLUMNS);
  const { settledFilter: filter, settledText: q } = place;
  const known = useAsk('GET /users/properties', {});
  const companies = useAskPages(
    'POST /companies/search',
    {
      body: {
        limit: PAGE_SIZE,
        filter: filter as NonNullable<CompanySearch['filter']> | null,
        ...(q === '' ? {} : { q }),
        ...(place.sort === 'name' ? { sort: 'name' } : {}),
      },
    },
    { keepsPrevious: true },
  );
  const faults = companies.error === null ? [] : filterFaultsOf(companies.error);
  return (
    <Page isWide title="Companies" hint="Who people work for, as your systems told us.">
      <ListToolbar
        kind="companies"
        place={place}
        searchHint="Find by the beginning of a name, a domain or an id"
        searchPlaceholder="Name, domain or ID"
        sorts={SORTS}
        fields={known.data === undefined ? [] : known.data.company}
        faults={faults}
      />
      {companies.error !== null && faults.length === 0 && <Failure error={companies.error} />}
      <ListTable
        label="Companies"
        pages={companies}
        columns={place.columns}
        keyOf={({ company_id: id }) => id}
        first="Company"
        nameOf={nameCell}
        lastHead="People"
        lastOf={({ user_count: count }) =>
          count >= COUNTED_MAX ? `${countOf(count)}+` : countOf(count)
        }
        empty={
          filter !== null || q !== '' ? (
            <Empty title="No company matches">
              <p>Search looks at how a name, a domain or an id begins.</p>
            </Empty>
          ) : (
            <Empty title="No company is known yet">
              <p>
                Companies come here when your systems call{' '}
                <code>POST /api/sdk/companies/identify</code>.
              </p>
            </Empty>
          )
        }
      />
    </Page>
  );
}

const nameCell = (company: Company) => <NameCell company={company} />;

function NameCell({ company }: { readonly company: Company }) {
  const { company_id: companyId, name } = company;
  return (
    <Link
      to="/dashboard/companies/$companyId"
      params={{ companyId }}
      className="grid min-w-44 hover:underline"
    >
      <span className="max-w-72 truncate font-medium">{name ?? companyId}</span>
      {name !== null && <span className="max-w-72 truncate text-sm text-muted">{companyId}</span>}
    </Link>
  );
}

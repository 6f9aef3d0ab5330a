import type { Filter } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import { useAsk, useAskPages, type RowOf } from '../../api/ask.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { FilterCount } from '../../components/filter-builder/filter-count.tsx';
import { filterFaultsOf } from '../../components/filter-builder/use-filter-count.ts';
import { Page } from '../../components/page.tsx';
import { PEOPLE_COLUMNS } from './column.ts';
import { DataLinks } from './data-links.tsx';
import { ListTable } from './list-table.tsx';
import { ListToolbar } from './list-toolbar.tsx';
import { useListPlace } from './use-list-place.ts';

const PAGE_SIZE = 50;
const SORTS = [
  ['', 'Newest first'],
  ['last_seen', 'Seen last first'],
  ['email', 'By email'],
] as const;

type Person = RowOf<'POST /users/search'>;

/** Everybody whom we know: searched, filtered, page by page. */
export function PeoplePage() {
  const place = useListPlace(PEOPLE_COLUMNS);
  const { settledFilter: filter, settledText: q } = place;
  const sort = SORTS.find(([value]) => value !== '' && value === place.sort)?.[0];
  const known = useAsk('GET /users/properties', {});
  const people = useAskPages(
    'POST /users/search',
    {
      body: {
        limit: PAGE_SIZE,
        filter: filter as Filter | null,
        ...(q === '' ? {} : { q }),
        ...(sort === undefined || sort === '' ? {} : { sort }),
      },
    },
    { keepsPrevious: true },
  );
  const faults = people.error === null ? [] : filterFaultsOf(people.error);
  const isAsking = filter !== null || q !== '';
  return (
    <Page
      isWide
      title="People"
      hint="Everybody your systems told us about."
      actions={<DataLinks />}
    >
      <ListToolbar
        kind="users"
        place={place}
        searchHint="Find by the beginning of an email, a name or an id"
        searchPlaceholder="Name, email or ID"
        sorts={SORTS}
        fields={known.data === undefined ? [] : known.data.user}
        faults={faults}
        count={<FilterCount filter={place.filter} />}
      />
      {people.error !== null && faults.length === 0 && <Failure error={people.error} />}
      {faults.length > 0 && (
        <p role="status" className="text-muted">
          The filter is not complete: the list is of what it was before.
        </p>
      )}
      <ListTable
        label="People"
        pages={people}
        columns={place.columns}
        keyOf={({ user_id: id }) => id}
        first="Person"
        nameOf={nameCell}
        empty={
          isAsking ? (
            <Empty title="Nobody matches">
              <p>Search looks at how an email, a name or an id begins.</p>
            </Empty>
          ) : (
            <Empty title="Nobody is known yet">
              <p>
                People come here when your systems call <code>POST /api/sdk/users/identify</code> or
                your site carries the widget.
              </p>
            </Empty>
          )
        }
      />
    </Page>
  );
}

const nameCell = (person: Person) => <NameCell person={person} />;

function NameCell({ person }: { readonly person: Person }) {
  const { user_id: userId, name, email } = person;
  return (
    <Link
      to="/dashboard/people/$userId"
      params={{ userId }}
      className="grid min-w-44 hover:underline"
    >
      <span className="max-w-72 truncate font-medium">{name ?? email ?? userId}</span>
      {name !== null && email !== null && (
        <span className="max-w-72 truncate text-sm text-muted">{email}</span>
      )}
    </Link>
  );
}

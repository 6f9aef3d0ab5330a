import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useAskPages, type RowOf } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { countOf } from '../../components/number.ts';
import { Page } from '../../components/page.tsx';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { CreateListForm } from './list-form.tsx';
import { useListCounts } from './use-list-counts.ts';

const PAGE_SIZE = 50;

/** The kinds of mail that people may join or decline. */
export function ListsPage() {
  const [archived, setArchived] = useSearchText('archived');
  const [isMaking, setIsMaking] = useState(false);
  const mayEdit = useMay('editor');
  const navigate = useNavigate();
  const isArchived = archived === 'yes';
  const lists = useAskPages(
    'GET /lists',
    { query: { limit: PAGE_SIZE, archived: isArchived } },
    { keepsPrevious: true },
  );
  const { rows, isPending, error } = lists;
  return (
    <Page
      title="Lists"
      hint="Kinds of marketing mail that people join or decline; each email belongs to one."
      actions={
        mayEdit && (
          <Button look="primary" onClick={() => setIsMaking(true)}>
            New list
          </Button>
        )
      }
    >
      <div>
        <Segmented
          label="Which lists"
          value={isArchived ? 'yes' : 'no'}
          segments={[
            { value: 'no', label: 'In use' },
            { value: 'yes', label: 'Archived' },
          ]}
          onChange={(value) => setArchived(value === 'yes' ? 'yes' : '')}
        />
      </div>
      {error !== null && <Failure error={error} stale={rows.length > 0} />}
      {isPending && error === null && <Skeleton className="h-48 w-full" />}
      {!isPending && error === null && rows.length === 0 && (
        <NoLists isArchived={isArchived} mayEdit={mayEdit} />
      )}
      {rows.length > 0 && (
        <Table label="Lists">
          <TableHead>
            <HeadCell>List</HeadCell>
            <HeadCell isNumber>Subscribed</HeadCell>
            <HeadCell isNumber>To confirm</HeadCell>
            <HeadCell isNumber>Left</HeadCell>
            <HeadCell>Kind</HeadCell>
          </TableHead>
          <tbody>
            {rows.map((list) => (
              <ListRow key={list.id} list={list} />
            ))}
          </tbody>
        </Table>
      )}
      <LoadMore
        hasMore={lists.hasNextPage}
        isLoading={lists.isFetchingNextPage}
        onMore={() => void lists.fetchNextPage()}
      />
      <Dialog title="New list" open={isMaking} onOpenChange={setIsMaking}>
        <CreateListForm
          onCancel={() => setIsMaking(false)}
          onMade={(id) => void navigate({ to: '/dashboard/lists/$id', params: { id } })}
        />
      </Dialog>
    </Page>
  );
}

function ListRow({ list }: { readonly list: RowOf<'GET /lists'> }) {
  const counts = useListCounts(list.id);
  const told = (count: number | undefined) =>
    count === undefined ? <Skeleton className="ml-auto h-4 w-8" /> : countOf(count);
  return (
    <Row>
      <Cell>
        <Link
          to="/dashboard/lists/$id"
          params={{ id: list.id }}
          className="grid min-w-44 hover:underline"
        >
          <span className="font-medium">{list.name}</span>
          {list.description !== '' && (
            <span className="max-w-96 truncate text-sm text-muted">{list.description}</span>
          )}
        </Link>
      </Cell>
      <Cell isNumber>{told(counts?.subscribed)}</Cell>
      <Cell isNumber>{told(counts?.pending)}</Cell>
      <Cell isNumber>{told(counts?.unsubscribed)}</Cell>
      <Cell>
        <span className="flex gap-1">
          <Badge>{list.kind === 'opt_in' ? 'opt-in' : 'opt-out'}</Badge>
          {list.double_opt_in && <Badge tone="quiet">double</Badge>}
        </span>
      </Cell>
    </Row>
  );
}

function NoLists({ isArchived, mayEdit }: { isArchived: boolean; mayEdit: boolean }) {
  if (isArchived) return <Empty title="No list is archived" />;
  return (
    <Empty title="No list yet">
      <p>
        With lists people can decline one kind of mail and keep the others: product news, tips,
        invitations. {mayEdit ? 'Make the first one.' : 'An editor can make the first one.'}
      </p>
    </Empty>
  );
}

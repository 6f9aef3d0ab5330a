import type { Answer } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAskPages, useDo, type RowOf } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { AddPeopleDialog } from './add-people-dialog.tsx';
import { useSubscribersExport } from './use-subscribers-export.ts';

type List = Answer<'GET /lists/{id}'>;
type Subscriber = RowOf<'GET /lists/{id}/subscribers'>;

const PAGE_SIZE = 50;
const STATES = [
  { value: 'subscribed', label: 'Subscribed' },
  { value: 'pending', label: 'To confirm' },
  { value: 'unsubscribed', label: 'Left' },
] as const;
type State = (typeof STATES)[number]['value'];

/** The people of a list by their state, and what adds and takes away. */
export function ListPeople({ list }: { readonly list: List }) {
  const [text, setText] = useSearchText('state');
  const [isAdding, setIsAdding] = useState(false);
  const mayEdit = useMay('editor');
  const state: State = STATES.find(({ value }) => value === text)?.value ?? 'subscribed';
  const pages = useAskPages(
    'GET /lists/{id}/subscribers',
    { path: { id: list.id }, query: { state, limit: PAGE_SIZE } },
    { keepsPrevious: true },
  );
  const { rows, isPending, error } = pages;
  const file = useSubscribersExport(list, state);
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segmented
          label="State"
          value={state}
          segments={STATES}
          onChange={(next) => setText(next === 'subscribed' ? '' : next)}
        />
        <span className="flex flex-wrap gap-2">
          <Button disabled={file.isSaving} onClick={file.save}>
            {file.isSaving ? `Reading ${file.readCount}…` : 'Export CSV'}
          </Button>
          {mayEdit && list.archived_at === null && (
            <Button look="primary" onClick={() => setIsAdding(true)}>
              Add people
            </Button>
          )}
        </span>
      </div>
      {error !== null && <Failure error={error} stale={rows.length > 0} />}
      {isPending && error === null && <Skeleton className="h-64 w-full" />}
      {!isPending && error === null && rows.length === 0 && (
        <NobodyThere state={state} kind={list.kind} />
      )}
      {rows.length > 0 && (
        <Table label="People of the list">
          <TableHead>
            <HeadCell>Person</HeadCell>
            <HeadCell>Since</HeadCell>
            <HeadCell>By</HeadCell>
            {mayEdit && (
              <HeadCell>
                <span className="sr-only">Change</span>
              </HeadCell>
            )}
          </TableHead>
          <tbody>
            {rows.map((one) => (
              <SubscriberRow key={one.user_id} subscriber={one} list={list} mayEdit={mayEdit} />
            ))}
          </tbody>
        </Table>
      )}
      <LoadMore
        hasMore={pages.hasNextPage}
        isLoading={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
      <AddPeopleDialog list={list} open={isAdding} onOpenChange={setIsAdding} />
    </>
  );
}

interface SubscriberRowProps {
  readonly subscriber: Subscriber;
  readonly list: List;
  readonly mayEdit: boolean;
}

function SubscriberRow({ subscriber, list, mayEdit }: SubscriberRowProps) {
  const say = useSay();
  const { user_id: userId, email, state, at, source } = subscriber;
  const path = { id: list.id };
  const add = useDo('POST /lists/{id}/subscribers');
  const remove = useDo('POST /lists/{id}/subscribers/remove', {
    onDone: () =>
      say({
        title: `${email ?? userId} is off ${list.name}`,
        undo: () => add.mutate({ path, body: { user_ids: [userId], confirmed: true } }),
      }),
  });
  return (
    <Row>
      <Cell>
        <Link
          to="/dashboard/people/$userId"
          params={{ userId }}
          className="grid min-w-44 hover:underline"
        >
          <span className="max-w-72 truncate font-medium">{email ?? userId}</span>
          {email !== null && <span className="truncate text-sm text-muted">{userId}</span>}
        </Link>
      </Cell>
      <Cell className="wide:whitespace-nowrap">
        {at === null ? <span className="text-muted">–</span> : <Instant at={at} />}
      </Cell>
      <Cell>{source === null ? 'nothing chosen' : source.replaceAll('_', ' ')}</Cell>
      {mayEdit && (
        <Cell className="text-right">
          {state !== 'unsubscribed' && (
            <Button
              look="bare"
              aria-label={`Take off ${email ?? userId}`}
              disabled={remove.isPending}
              onClick={() => remove.mutate({ path, body: { user_ids: [userId] } })}
            >
              Take off
            </Button>
          )}
        </Cell>
      )}
    </Row>
  );
}

function NobodyThere({ state, kind }: { readonly state: State; readonly kind: List['kind'] }) {
  if (state === 'pending') return <Empty title="Nobody has to confirm" />;
  if (state === 'unsubscribed') return <Empty title="Nobody has left" />;
  return (
    <Empty title="Nobody has subscribed">
      <p>
        {kind === 'opt_in'
          ? 'People join on the page of preferences, by a call, or when you add them.'
          : 'Everybody who has chosen nothing gets its mail all the same.'}
      </p>
    </Empty>
  );
}

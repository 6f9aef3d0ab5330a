import { ApiError, type Answer } from '@milepost/sdk';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Failure } from '../../components/failure.tsx';
import { countOf } from '../../components/number.ts';
import { Page } from '../../components/page.tsx';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../../components/ui/tabs.tsx';
import { ListArchive } from './list-archive.tsx';
import { ListConfirmation } from './list-confirmation.tsx';
import { EditListForm } from './list-form.tsx';
import { ListPeople } from './list-people.tsx';

type List = Answer<'GET /lists/{id}'>;

/** One list: who is on it, and the email that asks people to confirm. */
export function ListPage() {
  const { id = '' } = useParams({ strict: false });
  const { data, error } = useAsk('GET /lists/{id}', { path: { id } });
  if (data !== undefined) return <Loaded list={data} />;
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <Page title="List">
      {isGone ? (
        <Notice role="alert" title="There is no such list on this side">
          <p className="text-muted">
            <Link to="/dashboard/lists" className="underline underline-offset-2">
              All lists
            </Link>
          </p>
        </Notice>
      ) : (
        <Failure error={error} />
      )}
      {error === null && (
        <div aria-busy aria-label="Loading the list" className="grid gap-4">
          <Skeleton className="h-14 w-full" />
          <Skeleton className="h-64 w-full" />
        </div>
      )}
    </Page>
  );
}

function Loaded({ list }: { readonly list: List }) {
  const [isEditing, setIsEditing] = useState(false);
  const [tab, setTab] = useSearchText('tab');
  const mayEdit = useMay('editor');
  const { counts } = list;
  return (
    <Page
      back={{ to: '/dashboard/lists', label: 'All lists' }}
      title={list.name}
      hint={list.description === '' ? undefined : list.description}
      actions={
        mayEdit && (
          <>
            <Button onClick={() => setIsEditing(true)}>Edit</Button>
            <ListArchive list={list} />
          </>
        )
      }
    >
      <p className="flex flex-wrap gap-1.5">
        <Badge>
          {list.kind === 'opt_in' ? 'Opt-in: people join' : 'Opt-out: people may decline'}
        </Badge>
        {list.double_opt_in && <Badge>Double opt-in</Badge>}
        {list.archived_at !== null && <Badge tone="fault">Archived: no mail of it leaves</Badge>}
      </p>
      <dl className="grid grid-cols-3 divide-x rounded-ui border bg-panel" data-tabular="">
        <Count name="Subscribed" count={counts.subscribed} />
        <Count name="To confirm" count={counts.pending} />
        <Count name="Left" count={counts.unsubscribed} />
      </dl>
      <Tabs
        value={tab === '' ? 'people' : tab}
        onValueChange={(next) => setTab(next === 'people' ? '' : next)}
      >
        <TabList aria-label="Parts of the list">
          <Tab value="people">People</Tab>
          {list.double_opt_in && <Tab value="confirmation">Confirmation email</Tab>}
        </TabList>
        <TabPanel value="people" className="grid grid-cols-1 gap-4 pt-4">
          <ListPeople list={list} />
        </TabPanel>
        <TabPanel value="confirmation" className="pt-4">
          {list.double_opt_in && <ListConfirmation listId={list.id} />}
        </TabPanel>
      </Tabs>
      <Dialog title={`Edit ${list.name}`} open={isEditing} onOpenChange={setIsEditing}>
        <EditListForm list={list} onClose={() => setIsEditing(false)} />
      </Dialog>
    </Page>
  );
}

function Count({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <div className="px-4 py-3">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="text-lg font-semibold">{countOf(count)}</dd>
    </div>
  );
}

import { MESSAGE_STATUSES } from '@milepost/sdk';
import { useState } from 'react';
import { useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSide } from '../../api/side.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { MessageView } from '../../components/message/message-view.tsx';
import { Page } from '../../components/page.tsx';
import { Drawer } from '../../components/ui/drawer.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { DecisionBar } from './decision-bar.tsx';
import { MessageFilters } from './message-filters.tsx';
import { MessageTable } from './message-table.tsx';
import { fromOf } from './spans.ts';
import { StatusTabs } from './status-tabs.tsx';
import { useAutomations } from './use-automations.ts';

const PAGE_SIZE = 50;

/** Every message with its state and its reason; one of them open beside. */
export function MessagesPage() {
  const { side } = useSide();
  const [statusText, setStatus] = useSearchText('status');
  const [q, setQ] = useSearchText('q');
  const [reason, setReason] = useSearchText('reason');
  const [seriesId, setSeriesId] = useSearchText('series');
  const [span, setSpan] = useSearchText('time');
  const [openId, setOpenId] = useSearchText('m');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayDecide = useMay('editor');
  const automations = useAutomations();
  const status = MESSAGE_STATUSES.find((known) => known === statusText) ?? null;
  const [now] = useState(() => new Date());
  const from = fromOf(span, now);
  const query = {
    limit: PAGE_SIZE,
    ...(status === null ? {} : { status }),
    ...(q === '' ? {} : { q }),
    ...(reason === '' ? {} : { reason }),
    ...(seriesId === '' ? {} : { series_id: seriesId }),
    ...(from === undefined ? {} : { from }),
  };
  const messages = useAskPages('GET /messages', { query }, { keepsPrevious: true });
  const { rows, isPending, error, hasNextPage } = messages;
  const isNarrowed = Object.keys(query).length > 1;
  const doubts = status === 'in_doubt' && mayDecide;
  const shown = doubts ? rows.filter(({ id }) => chosen.has(id)).map(({ id }) => id) : [];
  return (
    <Page
      isWide
      title="Messages"
      hint={
        side.side === 'test'
          ? 'Every message of this test side, kept here, with its state and why.'
          : 'Every message of this live side, with its state and why.'
      }
    >
      <StatusTabs
        status={status}
        seriesId={seriesId}
        onChange={(next) => {
          setChosen(new Set());
          setStatus(next ?? '');
        }}
      />
      <MessageFilters
        q={q}
        onQ={setQ}
        reason={reason}
        onReason={setReason}
        seriesId={seriesId}
        onSeries={setSeriesId}
        span={span}
        onSpan={setSpan}
        automations={automations}
      />
      {doubts && rows.length > 0 && (
        <DecisionBar
          ids={shown}
          rows={rows}
          onChoose={setChosen}
          onDone={() => setChosen(new Set())}
        />
      )}
      {error !== null && <Failure error={error} stale={rows.length > 0} />}
      {isPending && error === null && <ListSkeleton />}
      {!isPending && error === null && rows.length === 0 && !hasNextPage && (
        <NoMessages isNarrowed={isNarrowed} />
      )}
      {!isPending && error === null && rows.length === 0 && hasNextPage && (
        <p className="text-muted">Only a part has been looked at, and nothing was found in it.</p>
      )}
      {rows.length > 0 && (
        <MessageTable
          rows={rows}
          automations={automations}
          isBehind={messages.isPlaceholderData}
          chosen={doubts ? chosen : null}
          onChoose={setChosen}
          onOpen={setOpenId}
        />
      )}
      <LoadMore
        hasMore={hasNextPage}
        isLoading={messages.isFetchingNextPage}
        onMore={() => void messages.fetchNextPage()}
      />
      <OpenMessage id={openId} onClose={() => setOpenId('')} />
    </Page>
  );
}

function OpenMessage({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [tab, setTab] = useSearchText('tab');
  return (
    <Drawer
      title="Message"
      side="right"
      open={id !== ''}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      className="w-[min(52rem,100vw)]!"
    >
      <div className="flex min-h-0 flex-1 flex-col p-4 wide:p-6">
        {id !== '' && <MessageView key={id} id={id} tab={tab === '' ? null : tab} onTab={setTab} />}
      </div>
    </Drawer>
  );
}

function NoMessages({ isNarrowed }: { readonly isNarrowed: boolean }) {
  return isNarrowed ? (
    <Empty title="No message matches">
      <p>A person is found by their whole address or id.</p>
    </Empty>
  ) : (
    <Empty title="No message yet">
      <p>Messages appear here as series and broadcasts send them.</p>
    </Empty>
  );
}

function ListSkeleton() {
  return (
    <div aria-busy aria-label="Loading messages" className="rounded-ui border bg-panel">
      <div className="h-9 border-b" />
      {Array.from({ length: 10 }, (_, index) => (
        <div key={index} className="flex h-13 items-center gap-8 border-b px-3 last:border-b-0">
          <Skeleton className={index % 2 === 0 ? 'h-4 w-64' : 'h-4 w-48'} />
          <Skeleton className="h-4 w-20" />
          <Skeleton className="h-4 w-28" />
        </div>
      ))}
    </div>
  );
}

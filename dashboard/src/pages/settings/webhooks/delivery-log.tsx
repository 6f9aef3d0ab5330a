import ChevronRight from 'lucide-react/icons/chevron-right';
import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Segmented } from '../../../components/ui/segmented.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import type { Endpoint } from './endpoints-block.tsx';

type Delivery = RowOf<'GET /webhooks/{id}/deliveries'>;
type Status = Delivery['status'];

const STATUSES: Readonly<Record<Status, { word: string; tone: 'quiet' | 'good' | 'fault' }>> = {
  pending: { word: 'waiting', tone: 'quiet' },
  delivered: { word: 'delivered', tone: 'good' },
  given_up: { word: 'given up', tone: 'fault' },
};
const SEGMENTS = [
  { value: 'all', label: 'All' },
  { value: 'pending', label: 'Waiting' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'given_up', label: 'Given up' },
] as const;

/** What an endpoint got, or is to get. */
export function DeliveryLog({ endpoint: { id, is_enabled: mayReplay } }: { endpoint: Endpoint }) {
  const [status, setStatus] = useState<Status | 'all'>('all');
  const log = useAskPages(
    'GET /webhooks/{id}/deliveries',
    { path: { id }, query: { limit: 20, ...(status === 'all' ? {} : { status }) } },
    { keepsPrevious: true },
  );
  return (
    <section aria-label="Log" className="grid grid-cols-[minmax(0,1fr)] gap-2 border-t pt-3">
      <div className="justify-self-start">
        <Segmented
          label="Which events"
          value={status}
          segments={[...SEGMENTS]}
          onChange={setStatus}
        />
      </div>
      <Failure error={log.error} stale={log.rows.length > 0} />
      {log.isPending && <Skeleton className="h-24 w-full" />}
      {log.isSuccess && log.rows.length === 0 && (
        <p className="text-sm text-muted">Nothing yet. The log goes back 30 days.</p>
      )}
      <ul className="grid divide-y">
        {log.rows.map((delivery) => (
          <li key={delivery.id}>
            <Entry endpointId={id} delivery={delivery} mayReplay={mayReplay} />
          </li>
        ))}
      </ul>
      <LoadMore
        hasMore={log.hasNextPage}
        isLoading={log.isFetchingNextPage}
        onMore={() => void log.fetchNextPage()}
      />
    </section>
  );
}

interface EntryProps {
  readonly endpointId: string;
  readonly delivery: Delivery;
  readonly mayReplay: boolean;
}

function Entry({ endpointId, delivery, mayReplay }: EntryProps) {
  const replay = useDo('POST /webhooks/{id}/deliveries/{delivery_id}/replay');
  const { word, tone } = STATUSES[delivery.status];
  const last = delivery.log.at(-1);
  return (
    <details className="group py-1">
      <summary className="flex min-h-8 cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <ChevronRight
          size={14}
          aria-hidden
          className="shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <Badge tone={tone}>{word}</Badge>
        <code className="font-mono">{delivery.type}</code>
        <span className="text-muted">
          <Instant at={delivery.created_at} />
        </span>
        <span className="ml-auto text-muted" data-tabular="">
          {last === undefined ? 'no attempt yet' : wordsOf(last)}
        </span>
      </summary>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 py-2 text-sm">
        <ol className="grid gap-1">
          {delivery.log.map((attempt, index) => (
            <li key={index} className="grid gap-1">
              <span>
                <Instant at={attempt.at} /> · {wordsOf(attempt)} · {attempt.ms} ms
              </span>
              {attempt.answer !== null && (
                <pre className="max-h-32 overflow-auto rounded-ui bg-sunken p-2 font-mono text-xs">
                  {attempt.answer}
                </pre>
              )}
            </li>
          ))}
        </ol>
        {delivery.next_attempt_at !== null && (
          <p className="text-muted">
            Next attempt <Instant at={delivery.next_attempt_at} />; given up on{' '}
            <Instant at={delivery.give_up_at} />.
          </p>
        )}
        <pre className="max-h-64 overflow-auto rounded-ui border bg-sunken p-2 font-mono text-xs">
          {JSON.stringify({ id: delivery.event_id, data: delivery.payload }, null, 2)}
        </pre>
        <div className="flex flex-wrap items-center gap-2">
          <Button
            disabled={!mayReplay || replay.isPending}
            onClick={() => replay.mutate({ path: { id: endpointId, delivery_id: delivery.id } })}
          >
            {delivery.status === 'pending' ? 'Try now' : 'Send again'}
          </Button>
          {replay.error !== null && (
            <span role="alert" className="text-fault">
              {replay.error.message}
            </span>
          )}
        </div>
      </div>
    </details>
  );
}

const wordsOf = ({ status, reason }: Delivery['log'][number]): string =>
  reason ?? (status === null ? 'no answer' : `answered ${status}`);

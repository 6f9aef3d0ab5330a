import { useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { countedOf, countOf } from '../../components/number.ts';
import { Page } from '../../components/page.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import type { Broadcast } from './broadcast.ts';
import { BroadcastStatus } from './broadcast-status.tsx';
import { Outcomes } from './outcomes.tsx';
import { Recipients } from './recipients.tsx';
import { Reconciliation } from './reconciliation.tsx';

/** How far a broadcast is, live; with pause and cancel while it can be stopped. */
export function Progress({ broadcast }: { readonly broadcast: Broadcast }) {
  const { id, name, status } = broadcast;
  const mayEdit = useMay('editor');
  const stats = useAsk('GET /broadcasts/{id}/stats', { path: { id } });
  const [isCancelling, setIsCancelling] = useState(false);
  const pause = useDo('POST /broadcasts/{id}/pause');
  const resume = useDo('POST /broadcasts/{id}/resume');
  const cancel = useDo('POST /broadcasts/{id}/cancel', { onDone: () => setIsCancelling(false) });
  const { data } = stats;
  const left = data === undefined ? 0 : data.outcomes.waiting + data.outcomes.queued;
  const isStoppable = status === 'sending' || status === 'paused';
  return (
    <Page
      title={name}
      back={{ to: '/dashboard/broadcasts', label: 'All broadcasts' }}
      isWide
      actions={
        <>
          <BroadcastStatus status={status} />
          {mayEdit && status === 'sending' && (
            <Button disabled={pause.isPending} onClick={() => pause.mutate({ path: { id } })}>
              Pause
            </Button>
          )}
          {mayEdit && status === 'paused' && (
            <Button
              look="primary"
              disabled={resume.isPending}
              onClick={() => resume.mutate({ path: { id } })}
            >
              Resume
            </Button>
          )}
          {mayEdit && isStoppable && (
            <Button onClick={() => setIsCancelling(true)}>Cancel the rest…</Button>
          )}
        </>
      }
    >
      <Failure error={stats.error ?? pause.error ?? resume.error} stale={data !== undefined} />
      {data === undefined ? (
        stats.error === null && <Skeleton className="h-96 w-full" />
      ) : (
        <>
          <Bar done={data.total - left} total={data.total} />
          <p className="text-muted">
            {data.snapshot.finished_at === null
              ? `The audience is being written down: ${countOf(data.snapshot.looked)} looked at so far.`
              : `${countOf(data.total - left)} of ${countOf(data.total)} have had their turn.`}{' '}
            {data.per_second > 0 && `${countOf(data.per_second)} a second. `}
            {data.estimated_end !== null && (
              <>
                The last leaves about <Instant at={data.estimated_end} />.
              </>
            )}
          </p>
          <div className="grid items-start gap-6 wide:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <Outcomes outcomes={data.outcomes} total={data.total} />
            <Reconciliation audience={data.audience} />
          </div>
          <Recipients broadcastId={id} />
        </>
      )}
      <Confirm
        open={isCancelling}
        onOpenChange={setIsCancelling}
        title="Cancel the rest?"
        confirm="Cancel the rest"
        isPending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate({ path: { id } })}
      >
        <p>
          {countedOf(
            left,
            'email that has not left never will',
            'emails that have not left never will',
          )}
          . It cannot be started again.
        </p>
      </Confirm>
    </Page>
  );
}

function Bar({ done, total }: { readonly done: number; readonly total: number }) {
  return (
    <progress
      aria-label="How far it is"
      value={done}
      max={Math.max(1, total)}
      className="h-2 w-full appearance-none overflow-hidden rounded-ui border border-edge bg-sunken [&::-moz-progress-bar]:bg-accent-solid [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent-solid"
    />
  );
}

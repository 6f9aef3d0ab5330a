import { type ReactNode, useEffect, useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { countedOf } from '../../components/number.ts';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { type Broadcast, draftOf } from './broadcast.ts';
import { Reconciliation } from './reconciliation.tsx';
import { TimeFields } from './time-fields.tsx';
import { faultsOf, isChanged, type useBroadcastDraft } from './use-broadcast-draft.ts';

interface ScheduleFormProps {
  readonly broadcast: Broadcast;
  readonly work: ReturnType<typeof useBroadcastDraft>;
  readonly isReadOnly: boolean;
}

/** When it is sent; the last look before it is. */
export function ScheduleForm({ broadcast, work, isReadOnly }: ScheduleFormProps) {
  const { id, status } = broadcast;
  const [isAsking, setIsAsking] = useAsking(work);
  const onDone = (): void => setIsAsking(false);
  const send = useDo('POST /broadcasts/{id}/send', { onDone });
  const schedule = useDo('POST /broadcasts/{id}/schedule', { onDone });
  const cancel = useDo('POST /broadcasts/{id}/cancel');
  const count = useAsk(
    'GET /broadcasts/{id}/audience_count',
    { path: { id } },
    { enabled: work.draft.audience !== null && !work.isDirty },
  );
  const isNow = work.draft.schedule === null;
  const order = isNow ? send : schedule;
  const begin = async (): Promise<void> => {
    const input = { path: { id }, body: { etag: await work.save() } };
    const onError = (error: Error): void => {
      if (isChanged(error)) void work.look();
    };
    if (isNow) send.mutate(input, { onError });
    else schedule.mutate(input, { onError });
  };
  const faults = faultsOf(order.error);
  return (
    <div className="grid items-start gap-6 wide:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="grid gap-5">
        {status === 'scheduled' && (
          <Notice tone="done" title="It is scheduled">
            <p>
              <Begins broadcast={broadcast} />. What you change here counts until then; a new time,
              once you schedule it again.
            </p>
            {!isReadOnly && (
              <Button
                className="justify-self-start"
                disabled={cancel.isPending}
                onClick={() => cancel.mutate({ path: { id } })}
              >
                Cancel it
              </Button>
            )}
          </Notice>
        )}
        <TimeFields draft={work.draft} onChange={work.change} isReadOnly={isReadOnly} />
        {faults.length > 0 && (
          <Notice role="alert" tone="fault" title="It is not complete">
            <ul>
              {faults.map(({ path, message }) => (
                <li key={path}>
                  {path.replace(/^email[/.]?/, '')} {message}
                </li>
              ))}
            </ul>
          </Notice>
        )}
        {order.error !== null && faults.length === 0 && <Failure error={order.error} />}
        {isReadOnly ? (
          <p className="text-sm text-muted">Editors and owners send broadcasts.</p>
        ) : (
          <BeginButton hasAudience={work.draft.audience !== null} onPress={() => setIsAsking(true)}>
            {isNow ? 'Send now…' : status === 'scheduled' ? 'Schedule again…' : 'Schedule…'}
          </BeginButton>
        )}
      </div>
      {count.data !== undefined && <Reconciliation audience={count.data} />}
      <Confirm
        open={isAsking}
        onOpenChange={setIsAsking}
        title={isNow ? 'Send it now?' : 'Schedule it?'}
        confirm={isNow ? 'Send' : 'Schedule'}
        isPending={order.isPending || work.isSaving}
        error={order.error ?? work.error}
        onConfirm={() => {
          // Why it failed is shown in the window.
          begin().catch(() => undefined);
        }}
      >
        <p>
          {count.data === undefined
            ? 'It goes to everybody in its audience.'
            : `It goes to ${countedOf(count.data.will_send, 'person', 'people')}, as of now.`}{' '}
          {isNow
            ? 'What has left cannot be taken back; the rest can be paused and cancelled.'
            : 'Until it begins, you can change or cancel it.'}
        </p>
      </Confirm>
    </div>
  );
}

interface BeginButtonProps {
  readonly hasAudience: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function BeginButton({ hasAudience, onPress, children }: BeginButtonProps) {
  return (
    <div className="grid justify-items-start gap-1.5">
      <Button look="primary" disabled={!hasAudience} onClick={onPress}>
        {children}
      </Button>
      {!hasAudience && (
        <p className="text-sm text-muted">First say to whom it goes, under Audience.</p>
      )}
    </div>
  );
}

/** Whether it is asked once more; what is asked of a draft is not asked of the one that takes its place. */
function useAsking({ conflict, turn, review }: ScheduleFormProps['work']) {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const isAsking = askedAt === turn && conflict === null;
  useEffect(() => {
    review(isAsking);
    return () => review(false);
  }, [review, isAsking]);
  return [isAsking, (isOn: boolean): void => setAskedAt(isOn ? turn : null)] as const;
}

/** When a scheduled one begins, as it was asked for. */
function Begins({ broadcast }: { readonly broadcast: Broadcast }) {
  const local = draftOf(broadcast).schedule?.local;
  if (local === undefined) {
    const { scheduled_for: at } = broadcast;
    return <>It begins {at === null ? 'soon' : <Instant at={at} />}</>;
  }
  const day = dayWords.format(new Date(`${local.slice(0, 10)}T00:00:00Z`)).replace(',', '');
  return `It is sent at ${local.slice(11, 16)} on ${day}, on the clock of each person`;
}

/** A day of the calendar, wherever it is. */
const dayWords = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

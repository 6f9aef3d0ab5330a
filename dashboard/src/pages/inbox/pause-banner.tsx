import type { Sending, SendingPause } from '@milepost/sdk';
import clsx from 'clsx';
import CirclePause from 'lucide-react/icons/circle-pause';
import { type ReactNode, useState } from 'react';
import { useAutomation } from '../../api/automations.ts';
import {
  type Automation,
  usePaused,
  useResumeAutomation,
  useResumeSide,
  useSending,
} from '../../api/sending.ts';
import { Instant } from '../../components/instant.tsx';
import { AskOnce } from '../../components/ui/ask-once.tsx';
import { Button } from '../../components/ui/button.tsx';
import { figuresOf } from './pause-words.ts';

/** More of them would push the mail off the page. */
const SHOWN_MAX = 3;

/** Over the mail: what stopped by itself because too much came back, and the way to go on. */
export function PauseBanner({ hiddenWhenNarrow }: { readonly hiddenWhenNarrow: boolean }) {
  const sending = useSending().data;
  // The answer to resuming a side is the list of what stands still in it; it stays until closed.
  const [isAfter, setIsAfter] = useState(false);
  const hasAny = sending !== undefined && (sending.paused || sending.series_pauses.length > 0);
  if (sending === undefined || (!hasAny && !isAfter)) return null;
  return (
    <section
      aria-label="Paused sending"
      className={clsx('border-b bg-fault-wash wide:block', hiddenWhenNarrow && 'hidden')}
    >
      {sending.pause !== null && (
        <SideRow pause={sending.pause} sending={sending} onResumed={() => setIsAfter(true)} />
      )}
      {isAfter && !sending.paused ? (
        <StillPaused onClose={() => setIsAfter(false)} />
      ) : (
        <SeriesRows sending={sending} />
      )}
    </section>
  );
}

interface SideRowProps {
  readonly pause: SendingPause;
  readonly sending: Sending;
  readonly onResumed: () => void;
}

function SideRow({ pause, sending, onResumed }: SideRowProps) {
  const resume = useResumeSide();
  return (
    <Row
      title="Sending of this side was paused"
      figures={<Figures pause={pause} days={sending.last_days.days} />}
      error={resume.error}
    >
      <AskOnce
        label="Resume sending"
        question="Has the cause been dealt with? The rates begin anew; series and broadcasts stay paused until each is resumed."
        confirm="Yes, resume"
        isPending={resume.isPending}
        onConfirm={() => resume.mutate(undefined, { onSuccess: onResumed })}
      />
    </Row>
  );
}

function SeriesRows({ sending }: { readonly sending: Sending }) {
  const [showsAll, setShowsAll] = useState(false);
  const { series_pauses: pauses, last_days: lastDays, paused: isSidePaused } = sending;
  const shown = showsAll ? pauses : pauses.slice(0, SHOWN_MAX);
  return (
    <>
      {shown.map((pause) => (
        <SeriesRow key={pause.id} pause={pause} days={lastDays.days} isSidePaused={isSidePaused} />
      ))}
      {shown.length < pauses.length && (
        <Button look="bare" className="mx-1 mb-1.5 wide:mx-3" onClick={() => setShowsAll(true)}>
          {pauses.length - shown.length} more
        </Button>
      )}
    </>
  );
}

interface SeriesRowProps {
  readonly pause: SendingPause;
  readonly days: number;
  /** Nothing can be set going before the side may send. */
  readonly isSidePaused: boolean;
}

function SeriesRow({ pause, days, isSidePaused }: SeriesRowProps) {
  const automation = useAutomation(pause.series_id ?? '').data;
  const kind = automation?.type === 'broadcast' ? 'Broadcast' : 'Series';
  return (
    <Row
      title={
        automation === null || automation === undefined
          ? 'A series was paused'
          : `${kind} “${automation.name}” was paused`
      }
      figures={<Figures pause={pause} days={days} />}
    >
      {!isSidePaused && automation !== null && automation !== undefined && (
        <ResumeAutomation automation={automation} />
      )}
    </Row>
  );
}

function Figures({ pause, days }: { readonly pause: SendingPause; readonly days: number }) {
  return (
    <>
      {figuresOf(pause, days)} Since <Instant at={pause.paused_at} />.
    </>
  );
}

/** After a side was resumed: what in it stands still. */
function StillPaused({ onClose }: { readonly onClose: () => void }) {
  const paused = usePaused({ enabled: true }).data;
  if (paused === undefined) return null;
  return (
    <Row
      title="This side may send again"
      figures={
        paused.length === 0
          ? 'Nothing is paused in it.'
          : 'What was paused stays so until you resume it:'
      }
      below={
        paused.length > 0 && (
          <ul className="mt-2 grid max-h-44 gap-x-8 gap-y-1.5 overflow-y-auto p-0.5 wide:grid-cols-[auto_auto]">
            {paused.map((automation) => (
              <li
                key={automation.id}
                className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5"
              >
                <span className="min-w-0">
                  <span className="text-muted">
                    {automation.type === 'series' ? 'Series' : 'Broadcast'}
                  </span>{' '}
                  {automation.name}
                </span>
                <ResumeAutomation automation={automation} />
              </li>
            ))}
          </ul>
        )
      }
    >
      <Button onClick={onClose}>Close</Button>
    </Row>
  );
}

function ResumeAutomation({ automation }: { readonly automation: Automation }) {
  const resume = useResumeAutomation(automation);
  return (
    <>
      <AskOnce
        label={automation.type === 'series' ? 'Resume series' : 'Resume broadcast'}
        question={
          automation.type === 'series'
            ? 'Has the cause been dealt with? What fell due meanwhile goes as its settings say: sent, unless they say otherwise.'
            : 'Has the cause been dealt with? It goes on with those who have not had it.'
        }
        confirm="Yes, resume"
        isPending={resume.isPending}
        onConfirm={() => resume.mutate()}
      />
      <NotResumed error={resume.error} />
    </>
  );
}

function NotResumed({ error }: { readonly error: Error | null | undefined }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="text-sm font-medium">
      Not resumed: {error.message}
    </p>
  );
}

interface RowProps {
  readonly title: string;
  readonly figures: ReactNode;
  readonly below?: ReactNode;
  readonly error?: Error | null;
  /** What can be done about it. */
  readonly children: ReactNode;
}

function Row({ title, figures, below, error, children }: RowProps) {
  return (
    <div className="grid gap-x-6 gap-y-2 px-3 py-2.5 not-first:border-t wide:flex wide:items-center wide:px-5">
      <div className="flex min-w-0 gap-2.5">
        <CirclePause size={16} aria-hidden className="mt-0.5 shrink-0 text-fault" />
        <div className="min-w-0">
          <output className="block font-semibold">{title}</output>
          <p className="text-muted" data-tabular>
            {figures}
          </p>
          {below}
        </div>
      </div>
      <div className="grid gap-1.5 pl-6.5 empty:hidden wide:ml-auto wide:shrink-0 wide:pl-0">
        {children}
        <NotResumed error={error} />
      </div>
    </div>
  );
}

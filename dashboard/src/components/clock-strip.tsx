import type { Advance, TestClock } from '@milepost/sdk';
import { useIsMutating } from '@tanstack/react-query';
import clsx from 'clsx';
import { useSide } from '../api/side.ts';
import { useAdvance, useTestClock } from '../api/test-clock.ts';
import { briefOf, dayOf, minuteOf, spanOf, viewerZone } from '../app/time.ts';
import { Button } from './ui/button.tsx';
import { Skeleton } from './ui/skeleton.tsx';

interface ClockStripProps {
  /** On a narrow page a message needs the room. */
  readonly hiddenWhenNarrow: boolean;
}

/** The test side's clock, which stands still until one of its buttons moves it. */
export function ClockStrip({ hiddenWhenNarrow }: ClockStripProps) {
  const { side } = useSide();
  const clock = useTestClock();
  const advance = useAdvance();
  const isMoving = useIsMutating({ mutationKey: ['advance', side.id] }) > 0;
  return (
    <section
      aria-label="Test clock"
      className={clsx(
        'items-center gap-x-6 gap-y-2 border-b px-3 py-2.5 wide:flex wide:px-5',
        hiddenWhenNarrow ? 'hidden' : 'grid',
      )}
    >
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-0.5">
        {clock.data === undefined ? <Coming /> : <Reading clock={clock.data} isMoving={isMoving} />}
        <p role={advance.error === null ? 'status' : 'alert'} className="text-sm">
          {advance.error !== null && (
            <strong className="font-semibold">
              The clock did not move: {advance.error.message}
            </strong>
          )}
          {advance.data !== undefined && !isMoving && (
            <span className="text-muted" data-tabular>
              {advance.data.handled} {advance.data.handled === 1 ? 'step' : 'steps'} handled
            </span>
          )}
        </p>
      </div>
      <Buttons
        clock={clock.data}
        disabled={isMoving || clock.data === undefined}
        onAdvance={advance.mutate}
      />
    </section>
  );
}

/** As high as what comes, in one line or two. */
function Coming() {
  return (
    <>
      <Skeleton className="h-5 w-72" />
      <Skeleton className="h-5 w-64" />
    </>
  );
}

function Reading({ clock, isMoving }: { readonly clock: TestClock; readonly isMoving: boolean }) {
  return (
    <>
      <p className={clsx('flex items-baseline gap-2', isMoving && 'breathing')}>
        <span className="text-muted">Test clock</span>
        <time dateTime={clock.now} title={clock.now} className="font-semibold">
          {dayOf(clock.now, viewerZone)}, {minuteOf(clock.now, viewerZone)}
        </time>
        <span className="text-sm text-muted">{viewerZone}</span>
      </p>
      <p className="text-muted">
        {isMoving ? (
          'moving: everything due on the way is handled'
        ) : clock.next_due === null ? (
          'nothing is waiting'
        ) : (
          <>
            next due{' '}
            <time dateTime={clock.next_due} title={clock.next_due}>
              {briefOf(clock.next_due, viewerZone, clock.now)}
            </time>{' '}
            ({inSpan(clock.now, clock.next_due)}), <span data-tabular>{clock.pending}</span> waiting
          </>
        )}
      </p>
    </>
  );
}

function inSpan(now: string, then: string): string {
  const span = spanOf(now, then);
  return span === 'now' ? span : `in ${span}`;
}

interface ButtonsProps {
  readonly clock: TestClock | undefined;
  readonly disabled: boolean;
  readonly onAdvance: (advance: Advance) => void;
}

function Buttons({ clock, disabled, onAdvance }: ButtonsProps) {
  const nextDue = clock?.next_due ?? null;
  const look = 'px-1 text-sm wide:px-2.5 wide:text-base';
  return (
    <fieldset
      aria-label="Move the clock"
      className="grid min-w-0 grid-cols-4 gap-1.5 wide:ml-auto wide:flex"
    >
      <Button className={look} disabled={disabled} onClick={() => onAdvance({ by: { hours: 1 } })}>
        +1 hour
      </Button>
      <Button className={look} disabled={disabled} onClick={() => onAdvance({ by: { days: 1 } })}>
        +1 day
      </Button>
      <Button
        className={look}
        disabled={disabled || nextDue === null}
        onClick={() => nextDue !== null && onAdvance({ to: nextDue })}
      >
        to next due
      </Button>
      <Button
        className={look}
        disabled={disabled || nextDue === null}
        onClick={() => onAdvance({ to_end: true })}
      >
        to the end
      </Button>
    </fieldset>
  );
}

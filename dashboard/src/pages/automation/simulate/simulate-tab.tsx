import { ApiError } from '@milepost/sdk';
import Play from 'lucide-react/icons/play';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { HappeningsPart } from './form/happenings-part.tsx';
import { PeoplePart } from './form/people-part.tsx';
import { TimePart } from './form/time-part.tsx';
import { Results } from './result/results.tsx';
import { useSimulation } from './use-simulation.ts';

/** What the draft would do to people, on a virtual clock. */
export function SimulateTab() {
  const { form, change, faults, simulate, isRunning, error, outcome, isStale } = useSimulation();
  const part = { form, faults, onChange: change };
  const result = useRef<HTMLElement>(null);
  const number = outcome?.number;
  const first = useRef(number);
  useEffect(() => {
    // Where it stands below the form, one would have to look for it.
    if (number === first.current) return;
    first.current = number;
    const top = result.current?.getBoundingClientRect().top ?? 0;
    if (top > window.innerHeight / 2) result.current?.scrollIntoView({ block: 'start' });
  }, [number]);
  return (
    <div className="mx-auto grid max-w-7xl grid-cols-1 items-start gap-6 p-4 wide:grid-cols-[20rem_minmax(0,1fr)] wide:p-6">
      <form
        noValidate
        aria-label="Simulation"
        className="grid min-w-0 grid-cols-1 gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          simulate();
        }}
      >
        <Part title="People">
          <PeoplePart {...part} />
        </Part>
        <Part title="Time">
          <TimePart {...part} />
        </Part>
        <Part title="What happens meanwhile">
          <HappeningsPart {...part} />
        </Part>
        <div className="sticky bottom-0 grid gap-2 border-t bg-paper py-3">
          {faults.length > 0 && (
            <p role="alert" className="text-sm font-medium text-fault">
              {faults.length === 1 ? 'One field is' : `${faults.length} fields are`} not right yet.
            </p>
          )}
          <Button type="submit" look="primary" disabled={isRunning} className="w-full">
            <Play size={14} aria-hidden />
            {isRunning ? 'Simulating…' : 'Simulate'}
          </Button>
          <p className="text-sm text-muted">Runs the draft. Nothing is sent, nothing is written.</p>
        </div>
      </form>
      <section
        ref={result}
        aria-label="Result"
        aria-busy={isRunning}
        className="grid min-w-0 grid-cols-1 gap-4"
      >
        <Refused error={error} />
        {isRunning && outcome === null && <Coming />}
        {!isRunning && outcome === null && error === null && <Nothing />}
        {outcome !== null && (
          <Results
            key={outcome.number}
            outcome={outcome}
            isStale={isStale && !isRunning && error === null}
          />
        )}
      </section>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid min-w-0 grid-cols-1 gap-3">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Coming() {
  return (
    <div role="status" aria-label="Simulating" className="grid gap-4">
      <Skeleton className="h-16 w-full" />
      <Skeleton className="h-64 w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

function Nothing() {
  const { steps } = useDraft();
  if (steps.length === 0) {
    return (
      <Empty title="The series has no steps yet">
        Add the first one in Build; then see here what would happen.
      </Empty>
    );
  }
  return (
    <Empty title="See what would happen">
      Who gets which email when, who waits where, which way people go and how it ends: up to two
      years pass in a second or two, by the same rules that really send.
    </Empty>
  );
}

/** What the server says against the draft or the question, each line of it. */
function Refused({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  if (!(error instanceof ApiError)) {
    return error.name === 'Error' ? (
      <Notice role="alert" tone="fault" title="Not simulated">
        <p>{error.message}</p>
      </Notice>
    ) : (
      <Failure error={error} />
    );
  }
  const details = Array.isArray(error.details)
    ? (error.details as readonly { readonly path?: unknown; readonly message?: unknown }[])
    : [];
  if (error.status !== 400 && error.status !== 409 && error.status !== 422) {
    return <Failure error={error} />;
  }
  return (
    <Notice role="alert" tone="fault" title="The server does not simulate this">
      {details.length === 0 ? (
        <p>{error.message}</p>
      ) : (
        <ul>
          {details.map(({ path, message }, index) => (
            <li key={index}>
              {String(path)} {String(message)}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}

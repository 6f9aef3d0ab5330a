import type { Answer } from '@milepost/sdk';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant.tsx';
import { countedOf } from '../../components/number.ts';
import { SettingsBlock } from '../../components/settings-block.tsx';
import { Badge } from '../../components/ui/badge.tsx';

type Overview = Answer<'GET /overview'>;

const TRANSPORT_TONES = {
  working: 'good',
  failing: 'fault',
  idle: 'quiet',
  off: 'quiet',
} as const;

/** A queue that is this late is worth a look. Seconds. */
const LATE_SECONDS = 60;

/** Whether what sends is well. */
export function Health({ overview }: { readonly overview: Overview }) {
  const { worker, queue, transports, sending } = overview;
  const isLate = queue.delay_seconds > LATE_SECONDS;
  return (
    <SettingsBlock title="Health">
      <dl className="divide-y rounded-ui border bg-panel">
        <Line name="Workers">
          <Badge tone={worker.alive > 0 ? 'good' : 'fault'}>
            {worker.alive > 0 ? countedOf(worker.alive, 'is working', 'are working') : 'none'}
          </Badge>
          {worker.alive === 0 && worker.last_beat_at !== null && (
            <span className="text-sm text-muted">
              the last one until <Instant at={worker.last_beat_at} />
            </span>
          )}
        </Line>
        <Line name="Queue">
          <Badge tone={isLate ? 'fault' : 'good'}>
            {queue.delay_seconds === 0 ? 'on time' : `${lateOf(queue.delay_seconds)} late`}
          </Badge>
        </Line>
        <Line name="Sending">
          <Badge tone={sending.paused ? 'fault' : 'good'}>{sending.paused ? 'paused' : 'on'}</Badge>
          {sending.words !== null && <span className="text-sm text-muted">{sending.words}</span>}
        </Line>
        {transports.map(({ id, name, state, last_answer: answer }) => (
          <Line key={id ?? name} name={name}>
            <Badge tone={TRANSPORT_TONES[state]}>{state}</Badge>
            {state === 'failing' && answer !== null && (
              <span className="min-w-0 text-sm break-words text-muted">{answer}</span>
            )}
          </Line>
        ))}
      </dl>
    </SettingsBlock>
  );
}

function Line({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <dt className="min-w-24 text-muted">{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-2">{children}</dd>
    </div>
  );
}

/** `40 s`, `3 min`, `2 h`. */
function lateOf(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

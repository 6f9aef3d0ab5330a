import type { Broadcast } from './broadcast.ts';
import { countsOf, type AudienceCounts } from './reasons.ts';
import type { StatsRow } from './sql/stats.ts';

/** Where those are who are to be mailed: each is in one place. */
export const OUTCOMES = [
  'waiting',
  'queued',
  'sent',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'skipped',
  'cancelled',
  'in_doubt',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** A broadcast in figures: `audience` adds up to `matched`, `outcomes` to its `will_send`. */
export interface BroadcastStats {
  readonly audience: AudienceCounts;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** How many users have been looked at, and of about how many; null before it has begun. */
  readonly looked: number;
  readonly estimate: number | null;
  /** Emails a second, lately. */
  readonly rate: number;
  /** When the last will have left at this rate; null where that cannot be told. */
  readonly estimatedEnd: Date | null;
}

/** The figures of a broadcast. Pure. */
export function statsOf(
  { state, snapshotAt }: Pick<Broadcast, 'state' | 'snapshotAt'>,
  row: StatsRow,
): BroadcastStats {
  const audience = countsOf(row.counts);
  const outcome = (name: string): number => row.outcomes[name] ?? 0;
  const message = (name: string): number => row.messages[name] ?? 0;
  const { delivered, bounced, complained } = {
    delivered: message('delivered'),
    bounced: message('bounced'),
    complained: message('complained'),
  };
  const left = audience.will_send - row.fed;
  const isCancelled = state === 'cancelled';
  const outcomes = {
    waiting: isCancelled ? 0 : left,
    queued: row.queued,
    sent: outcome('passed') - delivered - bounced - complained,
    delivered,
    bounced,
    complained,
    failed: outcome('failed'),
    skipped: outcome('skipped') + row.gone,
    cancelled: outcome('cancelled') + (isCancelled ? left : 0),
    in_doubt: row.inDoubt,
  };
  const isUnderway = state === 'sending' && snapshotAt !== null && row.rate > 0;
  const seconds = isUnderway ? (outcomes.waiting + outcomes.queued) / row.rate : 0;
  const atRate = row.now.getTime() + seconds * 1_000;
  const estimatedEnd = isUnderway
    ? new Date(Math.max(Math.round(atRate), row.lastDueAt?.getTime() ?? 0))
    : null;
  const { looked, rate } = row;
  return { audience, outcomes, looked, estimate: row.estimate, rate, estimatedEnd };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { causedByNobody } from '../platform/cause.ts';
import { inTransaction } from '../platform/db.ts';
import { instantFrom } from '../platform/instant.ts';
import { recordOf } from '../schedule/fault.ts';
import { recordChange } from '../workspace/index.ts';
import { advanceTestSide, type AdvanceDeps } from './advance-due.ts';
import { advanceInvalid, clockBackwards, clockIsAdvancing, notATestSide } from './errors.ts';
import { reactBuckets } from './react/react.ts';
import { migrateSide } from './migrate.ts';
import { replanResumedOf } from './replan.ts';
import { scanTestSide } from './scan/scan-test-side.ts';
import {
  beginAdvancing,
  endAdvancing,
  lookAtSide,
  readTestClock,
  setTestClock,
  setTestClockToSweep,
} from './sql/test-clock.ts';

/** Where a test side's clock stands, and what it would meet next. */
export interface TestClock {
  readonly now: Date;
  /** When the next step is due; null when nothing waits. */
  readonly nextDueAt: Date | null;
}

/** How far to move the clock. */
export type AdvanceTo =
  | { readonly to: Date }
  | { readonly byMs: number }
  | { readonly toEnd: true };

/** Steps that one call may handle: minutes of work. The clock stands where it got to. */
const STEPS_MAX = 100_000;
/** Further ahead nothing can be planned. */
const AHEAD_YEARS_MAX = 10;
const BUSY_WAIT_MS = 10;
const BUSY_WAITS_MAX = 3_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const UNIT_MS = { days: 86_400_000, hours: 3_600_000, minutes: MINUTE_MS } as const;

/**
 * Reads `{to}`, `{by: {days, hours, minutes}}` or `{to_end: true}`.
 *
 * @throws `enrollment.advance_invalid`, naming the field
 */
export function advanceOf(body: unknown): AdvanceTo {
  const fields = recordOf(body) ?? {};
  if (fields['to_end'] === true) return { toEnd: true };
  if (typeof fields['to'] === 'string') {
    const to = instantFrom(fields['to']);
    if (to === null) throw advanceInvalid('to must be an ISO 8601 date and time');
    return { to };
  }
  const by = recordOf(fields['by']);
  if (by === null) throw advanceInvalid('to, by or to_end is required');
  const byMs = Object.entries(UNIT_MS).reduce((sum, [unit, ms]) => sum + countOf(by, unit) * ms, 0);
  return { byMs };
}

function countOf(by: Readonly<Record<string, unknown>>, unit: string): number {
  const count = by[unit] ?? 0;
  const isCount =
    Number.isInteger(count) && (count as number) >= 0 && (count as number) <= 10_000_000;
  if (!isCount) throw advanceInvalid(`by.${unit} must be an integer from 0 to 10000000`);
  return count as number;
}

/** @throws `enrollment.no_test_clock` on a live side */
export async function testClock(deps: AdvanceDeps, workspaceId: string): Promise<TestClock> {
  const clock = await readTestClock(deps.db, workspaceId);
  if (clock === null) throw notATestSide();
  const nextAt = (await deps.timed?.nextAt(workspaceId)) ?? null;
  return { ...clock, nextDueAt: soonerOf(clock.nextDueAt, nextAt) };
}

async function clockNow({ db }: AdvanceDeps, workspaceId: string): Promise<Date> {
  const clock = await readTestClock(db, workspaceId);
  if (clock === null) throw notATestSide();
  return clock.now;
}

/**
 * Moves a test side's clock forward, stopping at every due time on the way: what is due there is
 * handled with the clock standing exactly at it, before the clock moves on.
 *
 * @returns where the clock stands and how many steps were handled
 * @throws `enrollment.no_test_clock`, `enrollment.clock_busy`, `enrollment.clock_backwards`,
 *   `enrollment.advance_invalid`
 */
export async function advanceClock(
  deps: AdvanceDeps,
  { workspaceId, advance }: { workspaceId: string; advance: AdvanceTo },
): Promise<{ now: Date; handled: number }> {
  const start = await clockNow(deps, workspaceId);
  const target = targetOf(advance, start);
  const token = randomUUID();
  const isEnd = 'toEnd' in advance;
  await inTransaction(deps.db, async (tx) => {
    if (!(await beginAdvancing(tx, { workspaceId, token }))) throw clockIsAdvancing();
    await recordChange(tx, {
      workspaceId,
      action: 'test_clock.advance',
      target: { kind: 'test_clock', id: workspaceId },
      before: { now: start.toISOString() },
      after: isEnd ? { to_end: true } : { now: target.toISOString() },
    });
  });
  // What is due on the way is the system's doing.
  return causedByNobody(() => walkAll(deps, { workspaceId, token, target, isEnd }));
}

async function walkAll(deps: AdvanceDeps, way: Way): Promise<{ now: Date; handled: number }> {
  const { workspaceId, token, target, isEnd } = way;
  try {
    // Or what has just been resumed would be planned from where the clock gets to.
    await migrateSide(deps, workspaceId);
    await replanResumedOf(deps, workspaceId);
    const handled = await walk(deps, way);
    if (!isEnd) await setTestClock(deps.db, { workspaceId, token, now: target });
    return { now: isEnd ? await clockNow(deps, workspaceId) : target, handled };
  } finally {
    await endAdvancing(deps.db, { workspaceId, token });
  }
}

interface Way {
  readonly workspaceId: string;
  readonly token: string;
  readonly target: Date;
  readonly isEnd: boolean;
}

function targetOf(advance: AdvanceTo, start: Date): Date {
  const latest = new Date(start);
  latest.setUTCFullYear(latest.getUTCFullYear() + AHEAD_YEARS_MAX);
  if ('toEnd' in advance) return latest;
  const target = 'to' in advance ? advance.to : new Date(start.getTime() + advance.byMs);
  if (target < start) throw clockBackwards(start);
  if (target > latest) throw advanceInvalid(`to must be at most ${AHEAD_YEARS_MAX} years ahead`);
  return target;
}

/** The next full hour, at which what depends on time alone is looked at; null when that is after `until`. */
function sweepBefore(now: Date, until: Date): Date | null {
  const at = (Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS;
  return at <= until.getTime() ? new Date(at) : null;
}

async function walk(
  deps: AdvanceDeps,
  { workspaceId, token, target, isEnd }: Way,
): Promise<number> {
  const scanDeps = { ...deps, onEntered: () => {} };
  let handled = 0;
  let waits = 0;
  while (handled < STEPS_MAX) {
    const side = await lookAtSide(deps.db, workspaceId);
    if (side === null) throw notATestSide();
    // Before the clock moves: who belongs in enters, and what happened comes before what is due next.
    if (side.hasOpenScan) {
      await scanTestSide(scanDeps, workspaceId);
      continue;
    }
    if (side.signalBuckets.length > 0) {
      await reactBuckets(deps, side.signalBuckets);
      continue;
    }
    const timed = side.hasBroadcasts ? deps.timed : undefined;
    const due = soonerOf(side.nextDueAt, (await timed?.nextAt(workspaceId)) ?? null);
    const isOver = due === null || due > target;
    // Without an end nobody waits for what only time may bring.
    const until = isOver ? (isEnd ? null : target) : due;
    const sweepAt = side.hasSweeps && until !== null ? sweepBefore(side.now, until) : null;
    if (sweepAt !== null) {
      await setTestClockToSweep(deps.db, { workspaceId, token, now: sweepAt });
      continue;
    }
    if (isOver) {
      // Whatever has just got its last step is over.
      await timed?.run(workspaceId);
      return handled;
    }
    if (due > side.now) await setTestClock(deps.db, { workspaceId, token, now: due });
    const pieces = (await timed?.run(workspaceId)) ?? 0;
    const batch = await advanceTestSide(deps, { workspaceId, token });
    handled += batch.handled;
    const isIdle = batch.handled === 0 && pieces === 0;
    waits = isIdle ? waits + 1 : 0;
    if (waits > BUSY_WAITS_MAX)
      throw new Error(`test side ${workspaceId}: a due step stays locked`);
    // A worker beside us holds what is due: let it finish.
    if (isIdle) await sleep(BUSY_WAIT_MS);
  }
  throw advanceInvalid(`one call handles at most ${STEPS_MAX} steps: advance in smaller steps`);
}

function soonerOf(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return other < one ? other : one;
}

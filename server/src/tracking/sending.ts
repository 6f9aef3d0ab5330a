import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { sendingPaused } from './errors.ts';
import { totalOf, WINDOW_DAYS, type Sent } from './rates.ts';
import { reputationSince } from './sql/counts.ts';
import { endPause, openPauses, pauseOfSide, type Pause } from './sql/pauses.ts';

const DAY_MS = 86_400_000;

/** When the window of the rates began: at the full hour. */
export function windowStart(now: Date): Date {
  const since = new Date(now.getTime() - WINDOW_DAYS * DAY_MS);
  since.setUTCMinutes(0, 0, 0);
  return since;
}

/** Whether a side sends, and how its mail fares. */
export interface SendingState {
  /** Null while the side as a whole may send. */
  readonly pause: Pause | null;
  readonly seriesPauses: readonly Pause[];
  readonly window: Sent;
}

/** @param now by the database's clock: rates are of live mail */
export async function sendingState(
  db: Db,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<SendingState> {
  const open = await openPauses(db, workspaceId);
  return {
    pause: open.find(({ automationId }) => automationId === null) ?? null,
    seriesPauses: open.filter((pause) => pause.automationId !== null && !pause.wasResumed),
    window: totalOf(await reputationSince(db, { workspaceId, since: windowStart(now) })),
  };
}

/**
 * Lets a side send again; what is paused stays so until a member resumes it. The rates begin anew. A
 * side that may send already is left as it is.
 */
export async function resumeSending(
  db: Pool,
  { workspaceId }: { workspaceId: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const pause = await pauseOfSide(tx, workspaceId);
    if (pause !== null) await endPause(tx, pause);
  });
}

/**
 * Asked before a series or a broadcast is set going.
 *
 * @throws `tracking.sending_paused`
 */
export async function assertMaySend(db: Db, workspaceId: string): Promise<void> {
  const pause = await pauseOfSide(db, workspaceId);
  if (pause !== null) throw sendingPaused(pause.rule);
}

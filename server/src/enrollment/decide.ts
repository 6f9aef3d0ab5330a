import { usersByIds } from '../audience/index.ts';
import {
  compose,
  type ClaimedEmail,
  type FinishedMessage,
  type Sender,
} from '../delivery/index.ts';
import type { Db } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import type { PublishedSeries, SeriesCatalog } from '../series/index.ts';
import { advance, nextOf, type Outcome, type StepFacts } from './advance.ts';
import type { DueStep } from './sql/claim-due.ts';
import type { LoggedOutcome, Move, NextStep, RowRef } from './sql/move-on.ts';

/** What an email's row carries along while it is delivered: what moving on needs. */
export interface StepContext {
  readonly facts: StepFacts;
}

/** Everything that one batch of due steps leads to, sorted by what has to be written. */
export interface Decisions {
  readonly moves: Move[];
  readonly finished: FinishedMessage[];
  readonly parks: RowRef[];
  readonly cancels: Map<string, RowRef[]>;
  readonly replans: (NextStep & RowRef)[];
  readonly leases: ClaimedEmail<StepContext>[];
}

export interface DecideDeps {
  readonly catalog: SeriesCatalog;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  /** Whether live email is captured instead of handed over. */
  readonly capturesLive: boolean;
  readonly leaseToken: string;
}

/** Decides a batch: reads what is missing in one query per kind, then asks the pure rules. */
export async function decideAll(
  deps: DecideDeps,
  db: Db,
  due: readonly DueStep[],
): Promise<Decisions> {
  const decisions: Decisions = {
    moves: [],
    finished: [],
    parks: [],
    cancels: new Map(),
    replans: [],
    leases: [],
  };
  const captures: Sending[] = [];
  for (const row of due) {
    const series = await deps.catalog.version({
      automationId: row.automationId,
      number: row.version,
      workspaceTimezone: row.workspaceTimezone,
    });
    const facts = factsOf(row, series);
    const outcome = outcomeOf(facts, row.now);
    if (outcome.kind !== 'send') add(decisions, row, { facts, outcome });
    else if (deps.capturesLive || !row.live) captures.push({ row, facts, outcome });
    else decisions.leases.push(claimedOf({ row, facts, outcome }, deps.leaseToken));
  }
  if (captures.length > 0) await captureAll(deps, db, { captures, decisions });
  return decisions;
}

function outcomeOf(facts: StepFacts, now: Date): Outcome {
  try {
    return advance(facts, now);
  } catch (error) {
    if (!(error instanceof NoOpenSlotError)) throw error;
    return { kind: 'failed', reason: `no_open_slot: ${error.message}` };
  }
}

interface Sending {
  readonly row: DueStep;
  readonly facts: StepFacts;
  readonly outcome: Extract<Outcome, { kind: 'send' }>;
}

export const factsOf = (row: DueStep, series: PublishedSeries): StepFacts => ({
  series,
  seriesStatus: row.seriesStatus,
  stepId: row.stepId,
  dueAt: row.dueAt,
  fromAt: row.fromAt,
  userTimezone: row.userTimezone,
  advances: row.advances,
  spreadKey: row.enrollmentId,
});

const refOf = ({ bucket, enrollmentId, seq }: DueStep): RowRef => ({ bucket, enrollmentId, seq });

function add(
  decisions: Decisions,
  row: DueStep,
  { facts, outcome }: { facts: StepFacts; outcome: Exclude<Outcome, { kind: 'send' }> },
): void {
  switch (outcome.kind) {
    case 'park':
      decisions.parks.push(refOf(row));
      return;
    case 'cancel': {
      const rows = decisions.cancels.get(outcome.reason) ?? [];
      decisions.cancels.set(outcome.reason, [...rows, refOf(row)]);
      return;
    }
    case 'replan':
      decisions.replans.push({ ...outcome.next, ...refOf(row) });
      return;
    case 'passed':
      decisions.moves.push(moveOf(row, { facts, outcome: 'passed', reason: null }));
      return;
    case 'failed':
      decisions.moves.push(moveOf(row, { facts, outcome: 'failed', reason: outcome.reason }));
  }
}

/** The row's step done, and the next one planned. */
export function moveOf(
  row: RowRef & { now: Date; advances: boolean },
  {
    facts,
    outcome,
    reason,
  }: {
    facts: StepFacts;
    outcome: LoggedOutcome | null;
    reason: string | null;
  },
): Move {
  const { bucket, enrollmentId, seq, now, advances } = row;
  const done = { bucket, enrollmentId, seq, outcome, reason, now };
  if (!advances) return { ...done, next: null };
  try {
    return { ...done, next: nextOf(facts, now) };
  } catch (error) {
    // One person's calendar without an open slot must not hold up everybody else's steps.
    if (!(error instanceof NoOpenSlotError)) throw error;
    return { ...done, reason: `no_open_slot: ${error.message}`, next: null };
  }
}

const claimedOf = (
  { row, facts, outcome }: Sending,
  leaseToken: string,
): ClaimedEmail<StepContext> => ({
  occurrence: row,
  userId: row.userId,
  leaseToken,
  step: outcome.step,
  email: facts.series.emailOf(outcome.step),
  closesAt: outcome.closesAt,
  userTimezone: row.userTimezone,
  attempts: row.attempts,
  firstAttemptAt: row.firstAttemptAt,
  context: { facts },
});

const CAPTURED = 'captured: kept and shown, not handed over';

/** Emails that nobody hands over are done at once, in the transaction that decides them. */
async function captureAll(
  deps: DecideDeps,
  db: Db,
  { captures, decisions }: { captures: readonly Sending[]; decisions: Decisions },
): Promise<void> {
  const users = await usersByIds(
    db,
    captures.map(({ row }) => ({ bucket: row.bucket, id: row.userId })),
  );
  for (const { row, facts, outcome } of captures) {
    const user = users.get(row.userId);
    const done = (logged: LoggedOutcome, reason: string | null): void => {
      decisions.moves.push(moveOf(row, { facts, outcome: logged, reason }));
    };
    if (user === undefined) {
      done('skipped', 'user_erased');
      continue;
    }
    const composed = compose({
      occurrence: row,
      step: outcome.step,
      email: facts.series.emailOf(outcome.step),
      user,
      sender: await deps.senderOf(row.workspaceId),
      transport: 'capture',
      now: row.now,
    });
    if (composed.kind === 'skipped') {
      done('skipped', composed.reason);
    } else if (composed.kind === 'failed') {
      decisions.finished.push({ ...composed.message, state: 'rejected', answer: composed.reason });
      done('failed', composed.reason);
    } else {
      decisions.finished.push({ ...composed.message, state: 'accepted', answer: CAPTURED });
      done('passed', null);
    }
  }
}

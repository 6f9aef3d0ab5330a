import { traitPatchOf } from '../audience/index.ts';
import type { ClaimedEmail } from '../delivery/index.ts';
import type { Db } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import type { EmailStep, SeriesCatalog } from '../series/index.ts';
import {
  advance,
  factsOf,
  onlyWayOf,
  type Outcome,
  type PersonFacts,
  type StepFacts,
} from './advance.ts';
import { captureAll, type Capture } from './capture.ts';
import {
  moveOf,
  noDecisions,
  type DecideDeps,
  type Decisions,
  type StepContext,
} from './decisions.ts';
import { heldBack, NO_HOLDS, readHolds, type HeldBack, type Holds } from './hold-back.ts';
import type { DueStep } from './sql/claim-due.ts';
import type { RowRef } from './sql/move-on.ts';
import { readPersons, type Claimed } from './step-facts.ts';
import { isTransactional, NO_EMAILS, saidBy, type EmailBook } from './transactional/email.ts';
import { readEmails } from './transactional/email-book.ts';

type FailedOutcome = Extract<Outcome, { kind: 'failed' }>;

/** Decides a batch: reads what is missing in one query per kind, then asks the pure rules. */
export async function decideAll(
  deps: DecideDeps,
  db: Db,
  due: readonly DueStep[],
): Promise<Decisions> {
  const decisions = noDecisions();
  const claimed = await Promise.all(due.map((row) => claimedOf(deps.catalog, row)));
  const personOf = await readPersons(db, claimed);
  const holds = await readHolds({ db, catalog: deps.catalog }, claimed);
  const isCaptured = await capturedSides(deps, claimed);
  const book = await readEmails(db, due);
  const captures: Capture[] = [];
  for (const one of claimed) {
    const capture = decideOne(decisions, one, {
      deps: { ...deps, isCaptured },
      read: personOf(one),
      holds,
      book,
    });
    if (capture !== null) captures.push(capture);
  }
  if (captures.length > 0) await captureAll(deps, db, { captures, decisions });
  return decisions;
}

/**
 * Decides one step by the pure rules, and sorts what it leads to into `decisions`.
 *
 * @returns an email that is to be kept instead of handed over: `captureOne` is for those
 */
export function decideOne(
  decisions: Decisions,
  one: Claimed,
  {
    deps,
    read,
    holds = NO_HOLDS,
    book = NO_EMAILS,
  }: {
    deps: Pick<DecideDeps, 'leaseToken'> & { isCaptured: (workspaceId: string) => boolean };
    read: PersonFacts;
    holds?: Holds;
    /** What passages bring that bring their own email. */
    book?: EmailBook;
  },
): Capture | null {
  const decided = outcomeOf(one.facts, one.row.now, read);
  const outcome =
    decided.kind === 'send'
      ? (holdBackOf({ ...one, outcome: decided }, holds) ?? decided)
      : decided;
  if (outcome.kind === 'send') {
    const said = saidIn(book, one, outcome.step);
    // What it was to say is gone: nothing may leave in its place.
    if (said === null) add(decisions, one, { kind: 'failed', to: null, reason: 'email_missing' });
    else if (!one.row.live || deps.isCaptured(one.row.workspaceId))
      return { ...one, outcome, said };
    else decisions.emails.push(emailOf(one, { outcome, said }, deps));
  } else if (outcome.kind === 'call') addCall(decisions, one, { outcome, deps });
  else add(decisions, one, outcome);
  return null;
}

/** Which sides keep their mail: asked once for each. */
async function capturedSides(
  { captures }: DecideDeps,
  claimed: readonly Claimed[],
): Promise<(workspaceId: string) => boolean> {
  const ids = new Set(claimed.filter(({ row }) => row.live).map(({ row }) => row.workspaceId));
  const captured = new Set<string>();
  for (const id of ids) if (await captures(id)) captured.add(id);
  return (workspaceId) => captured.has(workspaceId);
}

function holdBackOf(one: Omit<Capture, 'said'>, holds: Holds): HeldBack | FailedOutcome | null {
  try {
    return heldBack(one, holds);
  } catch (error) {
    return unplannable(one.facts, error);
  }
}

async function claimedOf(catalog: SeriesCatalog, row: DueStep): Promise<Claimed> {
  const series = await catalog.version({
    automationId: row.automationId,
    number: row.version,
    workspaceTimezone: row.workspaceTimezone,
  });
  return { row, facts: factsOf(row, series) };
}

function outcomeOf(facts: StepFacts, now: Date, read: PersonFacts): Outcome {
  try {
    return advance(facts, now, read);
  } catch (error) {
    return unplannable(facts, error);
  }
}

/** One person's calendar without an open slot must not hold up everybody else's steps. */
function unplannable(facts: StepFacts, error: unknown): FailedOutcome {
  if (!(error instanceof NoOpenSlotError)) throw error;
  return { kind: 'failed', to: onlyWayOf(facts), reason: `no_open_slot: ${error.message}` };
}

const refOf = ({ bucket, enrollmentId, seq }: DueStep): RowRef => ({ bucket, enrollmentId, seq });

function add(
  decisions: Decisions,
  { row, facts }: Claimed,
  outcome: Exclude<Outcome, { kind: 'send' | 'call' }> | HeldBack,
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
      addPassed(decisions, { row, facts }, outcome);
      return;
    case 'skipped': {
      const { reason } = outcome;
      const to = onlyWayOf(facts);
      decisions.moves.push(moveOf(row, { facts, outcome: 'skipped', reason, to }));
      return;
    }
    case 'failed': {
      const { to, reason } = outcome;
      decisions.moves.push(moveOf(row, { facts, outcome: 'failed', reason, to }));
    }
  }
}

function addPassed(
  { moves, traits }: Decisions,
  { row, facts }: Claimed,
  outcome: Extract<Outcome, { kind: 'passed' }>,
): void {
  const { to, branch, why, heardEventId } = outcome;
  const written = outcome.traits === null ? null : traitPatchOf(outcome.traits);
  if (written !== null && 'fault' in written) {
    const reason = `update_refused: ${written.fault}`;
    moves.push(moveOf(row, { facts, outcome: 'failed', reason, to }));
    return;
  }
  if (written !== null) {
    const { bucket, userId: id, workspaceId } = row;
    traits.push({ bucket, id, workspaceId, patch: written.patch });
  }
  const how = { branch, why, heardEventId };
  moves.push(moveOf(row, { facts, outcome: 'passed', reason: null, to, ...how }));
}

const emailOf = (
  { row, facts }: Claimed,
  {
    outcome: { closesAt },
    said,
  }: { outcome: Extract<Outcome, { kind: 'send' }>; said: Capture['said'] },
  { leaseToken }: Pick<DecideDeps, 'leaseToken'>,
): ClaimedEmail<StepContext> => ({
  occurrence: row,
  userId: row.userId,
  leaseToken,
  ...said,
  properties: row.properties,
  closesAt,
  userTimezone: row.userTimezone,
  attempts: row.attempts,
  firstAttemptAt: row.firstAttemptAt,
  context: { facts },
});

/** What a passage is to be sent; null where it was to bring its own email, and that is not there. */
function saidIn(book: EmailBook, { row, facts }: Claimed, step: EmailStep): Capture['said'] | null {
  if (!isTransactional(row)) return facts.series.emailFor(step, row.userId);
  const own = book.get(row.enrollmentId);
  return own === undefined ? null : saidBy(own);
}

const NOT_CALLED = 'captured: a test side calls nobody';

/** A webhook of a live side is called whoever carries the email. */
function addCall(
  decisions: Decisions,
  { row, facts }: Claimed,
  {
    outcome,
    deps,
  }: { outcome: Extract<Outcome, { kind: 'call' }>; deps: Pick<DecideDeps, 'leaseToken'> },
): void {
  if (!row.live) {
    const to = outcome.step.next;
    decisions.moves.push(moveOf(row, { facts, outcome: 'passed', reason: NOT_CALLED, to }));
    return;
  }
  decisions.webhooks.push({
    occurrence: row,
    userId: row.userId,
    leaseToken: deps.leaseToken,
    step: outcome.step,
    data: outcome.data,
    attempts: row.attempts,
    firstAttemptAt: row.firstAttemptAt,
    context: { facts },
  });
}

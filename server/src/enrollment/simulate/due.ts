import {
  isDifferent,
  matchesEvent,
  patchedUser,
  type HeardEvent,
  type UserPatch,
} from '../../audience/index.ts';
import type { StepNeeds } from '../../series/index.ts';
import { NoOpenSlotError } from '../../schedule/errors.ts';
import { factsOf, NOTHING_READ, replanOf, type PersonFacts } from '../advance.ts';
import { composeAll, type Composed } from '../../delivery/index.ts';
import { captureOne, type Capture } from '../capture.ts';
import { NO_HOLDS } from '../hold-back.ts';
import { decideOne } from '../decide.ts';
import { noDecisions, type Decisions } from '../decisions.ts';
import { stepOf } from '../enrollment.ts';
import { capBookOf } from '../frequency-cap.ts';
import type { DueStep } from '../sql/claim-due.ts';
import type { Move } from '../sql/move-on.ts';
import { mergeOf, needsOf, type Claimed } from '../step-facts.ts';
import { endPassage, personOf, signal, tell, tellWaiting } from './life.ts';
import type { Life, SimulatedPassage, Waiting } from './life.ts';
import { whatOf } from './timeline.ts';

/** As many as a wait hears at once in production; of more the latest. */
const HEARD_MAX = 100;
/** Of a test side, of which nothing leaves. */
const CAPTURING = { isCaptured: () => true, leaseToken: '' };

/** Decides the step that is due, as a worker would, and does to the life what it would write. */
export async function handleDue(
  life: Life,
  passage: SimulatedPassage,
  waiting: Waiting,
): Promise<void> {
  const row = dueStepOf(life, passage, waiting);
  const one: Claimed = { row, facts: factsOf(row, life.scenario.series) };
  const decisions = noDecisions();
  const read = readOf(life, passage, one);
  const deps = { deps: CAPTURING, read, holds: { ...NO_HOLDS, caps: capsOf(life) } };
  const capture = decideOne(decisions, one, deps);
  if (capture !== null) {
    captureOne(decisions, capture, await composedOf(life, capture));
  }
  write(life, passage, decisions);
}

/** The email as it would be, or why it would not. Consent is not asked: nothing leaves. */
async function composedOf(life: Life, { row, said }: Capture): Promise<Composed> {
  const { user, company, scenario } = life;
  if (user === null) return { kind: 'skipped', reason: 'user_erased' };
  const { sender, kit } = scenario;
  const { properties, now } = row;
  const email = { occurrence: row, ...said, user, company, properties, sender, now };
  const [composed] = await composeAll(kit, [{ ...email, transport: 'capture' }]);
  if (composed === undefined) throw new Error('an email was not composed');
  return composed;
}

function dueStepOf(life: Life, passage: SimulatedPassage, waiting: Waiting): DueStep {
  const { scenario, bucket, userId, user, now } = life;
  const { series, workspace, cap } = scenario;
  return {
    bucket,
    enrollmentId: passage.id,
    seq: waiting.seq,
    workspaceId: workspace.id,
    automationId: series.automationId,
    userId,
    version: series.number,
    stepId: waiting.stepId,
    live: false,
    advances: true,
    dueAt: waiting.dueAt,
    fromAt: waiting.fromAt,
    held: waiting.isHeld,
    heard: waiting.heard,
    isSignalled: false,
    isMoved: false,
    isCapped: cap !== null,
    enteredAt: passage.enteredAt,
    entryEvent: passage.entryEvent,
    properties: passage.properties,
    attempts: 0,
    firstAttemptAt: null,
    seriesStatus: 'active',
    workspaceTimezone: workspace.timezone,
    userTimezone: user?.timezone ?? null,
    now,
  };
}

/** What `readPersons` reads from the database. */
function readOf(life: Life, passage: SimulatedPassage, { row, facts }: Claimed): PersonFacts {
  const needs = needsOf(facts);
  if (needs === null || (needs.facts === null && needs.waitsFor === null)) return NOTHING_READ;
  const { user } = life;
  return {
    person: needs.facts === null ? null : personOf(life, passage),
    heard: needs.waitsFor === null ? [] : heardBy(life, row, needs),
    merge: user === null ? {} : mergeOf(user, row),
  };
}

function heardBy(
  { events }: Life,
  { fromAt, entryEvent, heard, now }: DueStep,
  { waitsFor, waitsFilter = null }: StepNeeds,
): HeardEvent[] {
  const isMeant = (event: HeardEvent): boolean =>
    event.eventType === waitsFor &&
    event.receivedAt >= fromAt &&
    event.id !== entryEvent &&
    event.id !== heard &&
    (waitsFilter === null || matchesEvent(waitsFilter, event, now));
  return events.filter(isMeant).slice(-HEARD_MAX);
}

const capsOf = ({ scenario: { cap }, userId, sentAt }: Life) =>
  capBookOf(cap === null ? new Map() : new Map([[userId, { ...cap, sentAt }]]));

function write(life: Life, passage: SimulatedPassage, decisions: Decisions): void {
  for (const { stepId, state } of decisions.finished) {
    const email = { stepId, state, isDelivered: false, isOpened: false, isClicked: false };
    passage.emails.unshift({ ...email, isBounced: false });
    if (state === 'accepted') life.sentAt.push(life.now);
  }
  for (const next of decisions.replans) {
    const { waiting } = passage;
    if (waiting === null) continue;
    const { stepId, dueAt, fromAt, timezone, reasons, isHeld } = next;
    passage.waiting = { ...waiting, stepId, dueAt, fromAt, timezone, reasons, isHeld };
    tellWaiting(life, passage);
  }
  for (const move of decisions.moves) moveOn(life, passage, move);
  for (const { patch } of decisions.traits) writeTraits(life, passage, patch);
}

/** What the statement of the same name does: the step is logged, and the row becomes the next one's. */
function moveOn(life: Life, passage: SimulatedPassage, move: Move): void {
  const { waiting } = passage;
  const { outcome, next, heardEventId = null, branch = null, reason, why = [] } = move;
  const step = waiting && stepOf(life.scenario.series.graph, waiting.stepId);
  if (waiting === null || step === null || outcome === null) return;
  const { seq, stepId, reasons } = waiting;
  const to = next?.stepId ?? null;
  const what = whatOf(step, outcome);
  tell(life, passage, { seq, stepId, what, branch, to, reason, why: [...reasons, ...why] });
  if (next === null) {
    endPassage(life, passage, 'completed');
    tell(life, passage, { what: 'completed', reason: 'finished' });
    return;
  }
  passage.waiting = { ...next, seq: seq + 1, isHeld: false, heard: heardEventId ?? waiting.heard };
  tellWaiting(life, passage);
}

/** Traits that a step writes: not activity, but a change that the series may listen to. */
function writeTraits(life: Life, passage: SimulatedPassage, patch: UserPatch): void {
  const { user } = life;
  if (user === null) return;
  life.user = patchedUser(user, patch, { now: life.now, isActivity: false });
  if (isDifferent(user, life.user) && life.listens.has('changed')) {
    signal(life, { kind: 'changed', before: user });
  }
  if (life.user.timezone !== user.timezone) replan(life, passage);
}

/** Plans the waiting step anew, because the person's time zone has changed. */
export function replan(life: Life, passage: SimulatedPassage): void {
  const { waiting } = passage;
  if (waiting === null) return;
  const row = dueStepOf(life, passage, waiting);
  try {
    const next = replanOf(factsOf(row, life.scenario.series), life.now);
    passage.waiting = { ...waiting, ...next };
  } catch (error) {
    // It stands as it was planned: there is no other time for it.
    if (!(error instanceof NoOpenSlotError)) throw error;
    return;
  }
  tellWaiting(life, passage);
}

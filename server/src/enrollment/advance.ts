import { nextCount, openAt } from '../schedule/plan.ts';
import type { Reason } from '../schedule/reason.ts';
import { stepTypeOf } from '../series/index.ts';
import type {
  AutomationStatus,
  EmailStep,
  HeardEvent,
  PublishedSeries,
  StepContextFacts,
  WebhookStep,
} from '../series/index.ts';
import { planOf, stepOf, type PlannedStep } from './enrollment.ts';
import type { DueStep } from './sql/claim-due.ts';
import type { NextStep } from './sql/move-on.ts';

/** What is known of a claimed step before the person is read. */
export interface StepFacts {
  readonly series: PublishedSeries;
  readonly seriesStatus: AutomationStatus;
  readonly stepId: string;
  readonly dueAt: Date;
  readonly fromAt: Date;
  /** Whether its rule has been asked before, and said when it wants to be asked again. */
  readonly isHeld: boolean;
  readonly userId: string;
  readonly userTimezone: string | null;
  /** False for a message that a member ordered again: its delay has passed, its enrollment gone on. */
  readonly advances: boolean;
  /** The enrollment's id, by which sends are spread at a window's opening. */
  readonly spreadKey: string;
}

/** What else rules may look at; read only for steps that ask for it. */
export interface PersonFacts {
  readonly person: StepContextFacts['person'];
  readonly heard: readonly HeardEvent[];
  readonly merge: StepContextFacts['merge'];
}

export const NOTHING_READ: PersonFacts = { person: null, heard: [], merge: {} };

/** What is to be done with a step that is due. */
export type Outcome =
  /** Not now: the series is paused. */
  | { readonly kind: 'park' }
  /** Never: the series is archived. */
  | { readonly kind: 'cancel'; readonly reason: string }
  /** Later: its window has closed meanwhile, or its rule waits for something. */
  | { readonly kind: 'replan'; readonly next: NextStep }
  /** Done; nothing leaves. */
  | {
      readonly kind: 'passed';
      readonly to: string | null;
      readonly branch: string | null;
      readonly why: readonly Reason[];
      readonly heardEventId: string | null;
      readonly traits: Readonly<Record<string, unknown>> | null;
    }
  | { readonly kind: 'failed'; readonly to: string | null; readonly reason: string }
  /** An email is to leave, before the window closes. */
  | { readonly kind: 'send'; readonly step: EmailStep; readonly closesAt: Date | null }
  /** A webhook is to be called. */
  | { readonly kind: 'call'; readonly step: WebhookStep; readonly data: unknown };

/** Decides about one due step. Pure: what it knows is in its arguments. */
export function advance(facts: StepFacts, now: Date, read: PersonFacts = NOTHING_READ): Outcome {
  const { series, seriesStatus, stepId, userTimezone } = facts;
  if (seriesStatus === 'archived') return { kind: 'cancel', reason: 'series_archived' };
  if (seriesStatus !== 'active') return { kind: 'park' };
  const step = stepOf(series.graph, stepId);
  if (step === null) {
    const reason = `step ${stepId} is not in version ${series.number}`;
    return { kind: 'failed', to: null, reason };
  }
  const decision = stepTypeOf(step).decide(step, contextOf(facts, now, read));
  switch (decision.kind) {
    case 'go':
      return {
        kind: 'passed',
        to: decision.to,
        branch: decision.branch ?? null,
        why: decision.why,
        heardEventId: decision.heardEventId ?? null,
        traits: decision.traits ?? null,
      };
    case 'hold':
      return { kind: 'replan', next: heldUntil(facts, decision) };
    case 'fail':
      return { kind: 'failed', to: decision.to, reason: decision.reason };
    case 'call':
      return { kind: 'call', step: step as WebhookStep, data: decision.data };
    case 'send': {
      const open = openAt(now, { userTimezone, rules: series.rules });
      if (open === null) return { kind: 'replan', next: replanOf(facts, now) };
      return { kind: 'send', step: step as EmailStep, closesAt: open.closesAt };
    }
  }
}

const contextOf = (
  { series, dueAt, fromAt, isHeld, userId, userTimezone }: StepFacts,
  now: Date,
  { person, heard, merge }: PersonFacts,
): StepContextFacts => ({
  now,
  fromAt,
  dueAt,
  isHeld,
  rules: series.rules,
  userTimezone,
  userId,
  automationId: series.automationId,
  person,
  heard,
  merge,
});

/** The step as it stands, asked again when its rule says. */
function heldUntil(
  facts: StepFacts,
  { until, why }: { until: Date; why: readonly Reason[] },
): NextStep {
  const { stepId, fromAt, userTimezone, series, spreadKey } = facts;
  const planned = planOf({ series, userTimezone, spreadKey }, { stepId, fromAt });
  if (planned === null)
    throw new Error(`step ${stepId} of ${series.automationId} is never planned`);
  const { plan } = planned;
  const reasons = [...plan.reasons, ...why];
  return { stepId, dueAt: until, fromAt, timezone: plan.timezone, reasons, isHeld: true };
}

/**
 * A step's time planned anew from what it was first planned from; never in the past.
 *
 * What is overdue goes to the first instant from now that its rules allow. A step whose rule said when
 * it wants to be asked again is asked now, for what it reckoned with may be what has changed.
 */
export function replanOf(facts: StepFacts, now: Date): NextStep {
  const { series, stepId, fromAt, userTimezone, spreadKey, advances, isHeld } = facts;
  const plan = (from: Date, delayed: boolean): PlannedStep | null =>
    planOf({ series, userTimezone, spreadKey }, { stepId, fromAt: from, isDelayed: delayed });
  const first = isHeld ? null : plan(fromAt, advances);
  const planned = first !== null && first.plan.dueAt >= now ? first : plan(now, false);
  if (planned === null)
    throw new Error(`step ${stepId} of ${series.automationId} cannot be planned`);
  return { ...nextStepOf(planned), fromAt };
}

/** A step planned for the first instant from `at` on that its rules allow. */
export function planFromNow(facts: StepFacts, at: Date): NextStep {
  const { series, stepId, fromAt, userTimezone, spreadKey } = facts;
  const from = { stepId, fromAt: at, isDelayed: false };
  const planned = planOf({ series, userTimezone, spreadKey }, from);
  if (planned === null)
    throw new Error(`step ${stepId} of ${series.automationId} is never planned`);
  return { ...nextStepOf(planned), fromAt };
}

/**
 * The step after one that has been handled, planned from when that one was due (or, where it was
 * handled too late, from when it was handled).
 *
 * @param to the id of the step that follows; null for the end
 * @returns null where the series ends
 */
export function nextOf(
  facts: StepFacts,
  now: Date,
  { to, why = [] }: { to: string | null; why?: readonly Reason[] },
): NextStep | null {
  const { series, dueAt, userTimezone, spreadKey } = facts;
  const fromAt = nextCount(dueAt, now, series.rules);
  const planned = planOf({ series, userTimezone, spreadKey }, { stepId: to, fromAt });
  if (planned === null) return null;
  const next = nextStepOf(planned);
  return { ...next, reasons: [...historyOf(facts, { fromAt, now }), ...why, ...next.reasons] };
}

/** Why the next step counts from the instant it counts from: the step before it, and its delay. */
function historyOf(facts: StepFacts, { fromAt, now }: { fromAt: Date; now: Date }): Reason[] {
  const { series, stepId, dueAt, userTimezone, spreadKey } = facts;
  const step = stepOf(series.graph, stepId);
  const isLate = fromAt.getTime() !== dueAt.getTime();
  const previous: Reason = {
    rule: 'previous_step',
    input: `step "${stepId}"${step === null ? '' : ` (${step.type})`}, due ${dueAt.toISOString()}`,
    outcome: isLate
      ? `handled late: counting from ${now.toISOString()}`
      : 'counting from that time',
  };
  if (step?.type !== 'wait') return [previous];
  // A person who asks why the email came then wants to hear of the wait before it.
  const waited = planOf({ series, userTimezone, spreadKey }, { stepId, fromAt: facts.fromAt });
  return [...(waited?.plan.reasons.filter(({ rule }) => rule === 'delay') ?? []), previous];
}

/** Where a step leads that knows one way only; the end for others, which say it when they are decided. */
export function onlyWayOf({ series, stepId }: StepFacts): string | null {
  const step = stepOf(series.graph, stepId);
  return step !== null && 'next' in step ? step.next : null;
}

export const nextStepOf = ({ step, fromAt, plan }: PlannedStep): NextStep => ({
  stepId: step.id,
  dueAt: plan.dueAt,
  fromAt,
  timezone: plan.timezone,
  reasons: plan.reasons,
  isHeld: false,
});

/** What a claimed row and its version say. */
export const factsOf = (row: DueStep, series: PublishedSeries): StepFacts => ({
  series,
  seriesStatus: row.seriesStatus,
  stepId: row.stepId,
  dueAt: row.dueAt,
  fromAt: row.fromAt,
  isHeld: row.held,
  userId: row.userId,
  userTimezone: row.userTimezone,
  advances: row.advances,
  spreadKey: row.enrollmentId,
});

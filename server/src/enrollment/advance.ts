import type { AutomationStatus, EmailStep, PublishedSeries } from '../series/index.ts';
import { nextCount, openAt } from '../schedule/plan.ts';
import type { Reason } from '../schedule/reason.ts';
import { planOf, stepOf, type PlannedStep } from './enrollment.ts';
import type { NextStep } from './sql/move-on.ts';

/** What is known of a claimed step when it is decided. */
export interface StepFacts {
  readonly series: PublishedSeries;
  readonly seriesStatus: AutomationStatus;
  readonly stepId: string;
  readonly dueAt: Date;
  readonly fromAt: Date;
  readonly userTimezone: string | null;
  /** False for a message that a member ordered again: its delay has passed, its enrollment gone on. */
  readonly advances: boolean;
  /** The enrollment's id, by which sends are spread at a window's opening. */
  readonly spreadKey: string;
}

/** What is to be done with a step that is due. */
export type Outcome =
  /** Not now: the series is paused. */
  | { readonly kind: 'park' }
  /** Never: the series is archived. */
  | { readonly kind: 'cancel'; readonly reason: string }
  /** Later: its window has closed meanwhile. */
  | { readonly kind: 'replan'; readonly next: NextStep }
  /** Done, with nothing that leaves. */
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** An email is to leave, before the window closes. */
  | { readonly kind: 'send'; readonly step: EmailStep; readonly closesAt: Date | null };

/** Decides about one due step. Pure: what it knows is in its arguments. */
export function advance(facts: StepFacts, now: Date): Outcome {
  const { series, seriesStatus, stepId, userTimezone } = facts;
  if (seriesStatus === 'archived') return { kind: 'cancel', reason: 'series_archived' };
  if (seriesStatus !== 'active') return { kind: 'park' };
  const step = stepOf(series.graph, stepId);
  if (step === null)
    return { kind: 'failed', reason: `step ${stepId} is not in version ${series.number}` };
  if (step.type !== 'email') return { kind: 'passed' };
  const open = openAt(now, { userTimezone, rules: series.rules });
  if (open === null) return { kind: 'replan', next: replanOf(facts, now) };
  return { kind: 'send', step, closesAt: open.closesAt };
}

/**
 * A step's time planned anew from what it was first planned from; never in the past.
 *
 * What is overdue goes to the first instant from now that its rules allow.
 */
export function replanOf(facts: StepFacts, now: Date): NextStep {
  const { series, stepId, fromAt, userTimezone, spreadKey, advances } = facts;
  const plan = (from: Date, delayed: boolean): PlannedStep | null =>
    planOf({ series, userTimezone, spreadKey }, { stepId, fromAt: from, isDelayed: delayed });
  const first = plan(fromAt, advances);
  const planned = first !== null && first.plan.dueAt >= now ? first : plan(now, false);
  if (planned === null)
    throw new Error(`step ${stepId} of ${series.automationId} cannot be planned`);
  return { ...nextStepOf(planned), fromAt };
}

/**
 * The step after one that has been handled, planned from when that one was due (or, where it was
 * handled too late, from when it was handled).
 *
 * @returns null where the series ends
 */
export function nextOf(facts: StepFacts, now: Date): NextStep | null {
  const { series, stepId, dueAt, userTimezone, spreadKey } = facts;
  const step = stepOf(series.graph, stepId);
  const fromAt = nextCount(dueAt, now, series.rules);
  const planned = planOf(
    { series, userTimezone, spreadKey },
    { stepId: step?.next ?? null, fromAt },
  );
  if (planned === null) return null;
  const next = nextStepOf(planned);
  return { ...next, reasons: [...historyOf(facts, { fromAt, now }), ...next.reasons] };
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

export const nextStepOf = ({ step, fromAt, plan }: PlannedStep): NextStep => ({
  stepId: step.id,
  dueAt: plan.dueAt,
  fromAt,
  timezone: plan.timezone,
  reasons: plan.reasons,
});

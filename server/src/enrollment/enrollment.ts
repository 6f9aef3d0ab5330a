import type { Facts } from '../audience/index.ts';
import type {
  Graph,
  PublishedSeries,
  Step,
  UpdateUserStep,
  WaitStep,
  WebhookStep,
} from '../series/index.ts';
import { stepTypeOf } from '../series/index.ts';
import { addDelay } from '../schedule/delay.ts';
import { planStep, type Plan } from '../schedule/plan.ts';

export type EnrollmentState =
  | 'active'
  | 'completed'
  | 'goal_reached'
  | 'exited'
  | 'removed'
  | 'ended';

/** One user's passage through one series. */
export interface Enrollment {
  readonly id: string;
  readonly bucket: number;
  readonly workspaceId: string;
  readonly userId: string;
  readonly automationId: string;
  readonly version: number;
  readonly run: number;
  readonly state: EnrollmentState;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

/** A step with the time it is due, and why then. */
export interface PlannedStep {
  readonly step: Step;
  /** What the due time counts from. */
  readonly fromAt: Date;
  readonly plan: Plan;
}

/** What planning needs to know of a person. */
export interface PlanFacts {
  readonly series: PublishedSeries;
  readonly userTimezone: string | null;
  /** Spreads sends at a window's opening: the enrollment's id. */
  readonly spreadKey: string;
}

interface PlanFrom {
  readonly stepId: string | null;
  readonly fromAt: Date;
  /** Whether the reasons are wanted. */
  readonly explain?: boolean;
  /** False once the step's own delay has passed. */
  readonly isDelayed?: boolean;
}

/** A step planned from an instant; null where the series ends there. */
export function planOf(
  { series, userTimezone, spreadKey }: PlanFacts,
  { stepId, fromAt, explain = true, isDelayed = true }: PlanFrom,
): PlannedStep | null {
  const step = stepOf(series.graph, stepId);
  if (step === null) return null;
  const type = stepTypeOf(step);
  if (!type.isPlanned) return null;
  const plan = planStep({
    fromAt,
    delay: isDelayed ? type.delayOf(step) : null,
    userTimezone,
    rules: series.rules,
    windowed: type.reachesPerson,
    spreadKey,
    explain,
  });
  return { step, fromAt, plan };
}

/**
 * When the first email will be sent, as planned at enrollment: its own time after the waits before
 * it. The first step's time where no email comes, or where the way to it is not known yet.
 */
export function scheduledForOf(facts: PlanFacts, first: PlannedStep): Date {
  let planned: PlannedStep | null = first;
  for (let passed = 0; planned !== null && passed < facts.series.graph.steps.size; passed += 1) {
    const { step, plan } = planned;
    if (step.type === 'email') return plan.dueAt;
    if (!isKnownWay(step)) break;
    const fromAt = passedAt(facts, planned);
    planned = planOf(facts, { stepId: step.next, fromAt, explain: false });
  }
  return first.plan.dueAt;
}

/** Steps of which it is known beforehand where they lead and when. */
const isKnownWay = (step: Step): step is WaitStep | UpdateUserStep | WebhookStep =>
  step.type === 'update_user' ||
  step.type === 'webhook' ||
  (step.type === 'wait' && step.until?.date === undefined);

/**
 * When a step is passed that depends on the clock alone, or on a date of the person; of a wait for an
 * event: when it gives up.
 */
export function passedAt(
  { series, userTimezone }: Pick<PlanFacts, 'series' | 'userTimezone'>,
  { step, fromAt, plan }: PlannedStep,
  person: Facts | null = null,
): Date {
  const isHeld =
    step.type === 'wait_for_event' || (step.type === 'wait' && step.until !== undefined);
  if (!isHeld) return plan.dueAt;
  const decision = stepTypeOf(step).decide(step, {
    now: plan.dueAt,
    fromAt,
    dueAt: plan.dueAt,
    isHeld: false,
    rules: series.rules,
    userTimezone,
    userId: '',
    automationId: series.automationId,
    person,
    heard: [],
    merge: {},
  });
  return decision.kind === 'hold' ? decision.until : plan.dueAt;
}

/** What is known of a user's earlier passages through a series; those removed are left out. */
export interface EnrollmentHistory {
  readonly isActive: boolean;
  /** The number of the last run, of whatever kind; 0 before the first. */
  readonly lastRun: number;
  /** Runs that were completed or reached the goal. */
  readonly completedCount: number;
  readonly lastCompletedAt: Date | null;
  /** Runs that ended before their last step: exited, or ended by us. */
  readonly leftCount: number;
  readonly lastLeftAt: Date | null;
  /** Whether the latest of all these was completed or reached the goal. */
  readonly isLastCompleted: boolean;
}

export type Entry =
  | { readonly kind: 'enter'; readonly run: number }
  | { readonly kind: 'already_active' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'too_soon'; readonly after: Date }
  | { readonly kind: 'too_often' };

/**
 * Whether a user may enter a series now. Runs that were removed before finishing count for nothing;
 * who left in another way may come back only where the series says `after: "leaving"`.
 *
 * Source: the contract of `POST /api/sdk/series`.
 */
export function entryOf(
  history: EnrollmentHistory,
  {
    series,
    userTimezone,
    now,
  }: { series: PublishedSeries; userTimezone: string | null; now: Date },
): Entry {
  const { enabled, cooldown, max_runs: runsMax, after } = series.settings.reenrollment;
  const { completedCount, leftCount } = history;
  if (history.isActive) return { kind: 'already_active' };
  const enter: Entry = { kind: 'enter', run: history.lastRun + 1 };
  if (completedCount + leftCount === 0) return enter;
  if (!enabled) return { kind: 'completed' };
  const isLeavingEnough = after === 'leaving';
  if (!isLeavingEnough && !history.isLastCompleted) return { kind: 'completed' };
  const runs = completedCount + (isLeavingEnough ? leftCount : 0);
  if (runsMax !== null && runs >= runsMax) return { kind: 'too_often' };
  const endedAt = history.isLastCompleted ? history.lastCompletedAt : history.lastLeftAt;
  if (cooldown === null || endedAt === null) return enter;
  const freeAt = addDelay(endedAt, cooldown, { userTimezone, rules: series.rules });
  return now < freeAt ? { kind: 'too_soon', after: freeAt } : enter;
}

export function stepOf(graph: Graph, id: string | null): Step | null {
  return id === null ? null : (graph.steps.get(id) ?? null);
}

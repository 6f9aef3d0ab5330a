import type { Graph, PublishedSeries, Step } from '../series/index.ts';
import { stepTypeOf } from '../series/index.ts';
import { addDelay } from '../schedule/delay.ts';
import { planStep, type Plan } from '../schedule/plan.ts';

export type EnrollmentState = 'active' | 'completed' | 'removed' | 'ended';

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
 * it. The first step's time where no email comes.
 */
export function scheduledForOf(facts: PlanFacts, first: PlannedStep): Date {
  let planned: PlannedStep | null = first;
  for (let passed = 0; planned !== null && passed < facts.series.graph.steps.size; passed += 1) {
    if (planned.step.type === 'email') return planned.plan.dueAt;
    planned = planOf(facts, {
      stepId: planned.step.next,
      fromAt: planned.plan.dueAt,
      explain: false,
    });
  }
  return first.plan.dueAt;
}

/** What is known of a user's earlier passages through a series. */
export interface EnrollmentHistory {
  readonly isActive: boolean;
  /** The number of the last run; 0 before the first. */
  readonly lastRun: number;
  readonly completedCount: number;
  readonly lastCompletedAt: Date | null;
}

export type Entry =
  | { readonly kind: 'enter'; readonly run: number }
  | { readonly kind: 'already_active' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'too_soon'; readonly after: Date }
  | { readonly kind: 'too_often' };

/**
 * Whether a user may enter a series now. Runs that were removed before finishing count for nothing.
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
  const { enabled, cooldown, max_runs: runsMax } = series.settings.reenrollment;
  if (history.isActive) return { kind: 'already_active' };
  const enter: Entry = { kind: 'enter', run: history.lastRun + 1 };
  if (history.completedCount === 0 || history.lastCompletedAt === null) return enter;
  if (!enabled) return { kind: 'completed' };
  if (runsMax !== null && history.completedCount >= runsMax) return { kind: 'too_often' };
  if (cooldown === null) return enter;
  const after = addDelay(history.lastCompletedAt, cooldown, { userTimezone, rules: series.rules });
  return now < after ? { kind: 'too_soon', after } : enter;
}

export function stepOf(graph: Graph, id: string | null): Step | null {
  return id === null ? null : (graph.steps.get(id) ?? null);
}

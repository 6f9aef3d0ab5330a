import type { Graph, Step } from '../series/index.ts';
import { stepTypeOf } from '../series/index.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { replanOf, type StepFacts } from './advance.ts';
import { stepOf } from './enrollment.ts';
import type { NextStep } from './sql/move-on.ts';

/** Why somebody is not at the step any more at which they waited. */
export type Because =
  /** They are: the new version has it. */
  | 'kept'
  /** The new version does not have it. */
  | 'removed'
  /** Its email was sent to them already, at another place of the older version. */
  | 'sent';

/** Where somebody is in the new version. */
export interface Place {
  readonly because: Because;
  /** Null where the series ends for them. */
  readonly stepId: string | null;
}

/**
 * Where somebody who waits at a step of one version is in another.
 *
 * At the same step, where the other version has it. Else at the next surviving one: the way goes on in
 * the older version, along the first of several ways that leads to one, to a step which the new version
 * has and which was not sent to them before.
 *
 * @param sent the ids of the emails that this passage has been sent
 */
export function placeOf(
  { from, to }: { from: Graph; to: Graph },
  { stepId, sent }: { stepId: string; sent: ReadonlySet<string> },
): Place {
  const isSent = (id: string): boolean => to.steps.get(id)?.type === 'email' && sent.has(id);
  const survives = (id: string): boolean => to.steps.has(id) && !isSent(id);
  if (survives(stepId)) return { because: 'kept', stepId };
  const because = to.steps.has(stepId) ? 'sent' : 'removed';
  return { because, stepId: nextSurviving(from, stepId, survives) };
}

function nextSurviving(
  from: Graph,
  stepId: string,
  survives: (id: string) => boolean,
): string | null {
  const seen = new Set<string>();
  // In depth, the first way first. A series is acyclic; its way may be as long as it has steps.
  const open = [stepId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (id !== stepId && survives(id)) return id;
    open.push(...waysOf(from.steps.get(id)).toReversed());
  }
  return null;
}

/** The steps that one may lead to, in the order in which it names them. */
export function waysOf(step: Step | undefined): string[] {
  if (step === undefined) return [];
  const fields = step as unknown as Readonly<Record<string, unknown>>;
  const targets = stepTypeOf(step).targets(fields);
  return targets.flatMap(({ to }) => (typeof to === 'string' ? [to] : []));
}

/**
 * The plan of a step that somebody has been moved to: from what the step before was planned from, by
 * the rules of the new version, never earlier than now.
 *
 * @param facts of the row, with the series and the step that it is moved to
 * @returns null where the series ends
 */
export function movedPlan(facts: StepFacts, now: Date): NextStep | null {
  const step = stepOf(facts.series.graph, facts.stepId);
  if (step === null || !stepTypeOf(step).isPlanned) return null;
  try {
    // What its rule said was said by the older version: it is asked anew.
    return replanOf({ ...facts, isHeld: false }, now);
  } catch (error) {
    if (!(error instanceof NoOpenSlotError)) throw error;
    // It fails, and is seen to, when it is due, as with any plan for which there is no time.
    const { stepId, fromAt, userTimezone } = facts;
    const dueAt = facts.dueAt > now ? facts.dueAt : now;
    const reasons = [{ rule: 'window', input: error.message, outcome: 'no time for it' }];
    return { stepId, dueAt, fromAt, timezone: userTimezone ?? 'UTC', reasons, isHeld: false };
  }
}

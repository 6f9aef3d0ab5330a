import type { Facts } from '../../audience/index.ts';
import { NoOpenSlotError } from '../../schedule/errors.ts';
import { planStep } from '../../schedule/plan.ts';
import type { Reason } from '../../schedule/reason.ts';
import {
  stepTypeOf,
  type DraftStep,
  type LooseDraft,
  type PublishedSeries,
  type Step,
} from '../../series/index.ts';
import { passedAt, planOf, type PlannedStep } from '../enrollment.ts';

/** From when to when something happens, over all paths that lead to it. */
export interface Span {
  readonly first: Date;
  readonly last: Date;
  /** Whether this is all: no path waits for something that nobody knows beforehand. */
  readonly isCertain: boolean;
}

/** A step of a draft, with the time at which it is done with. */
export interface OutlinedStep {
  readonly id: string;
  /** An email leaves then, a wait ends. Null where no path leads to it, or no window ever opens. */
  readonly span: Span | null;
  /** Why, for who comes first. */
  readonly reasons: readonly Reason[];
  readonly hasNoSlot: boolean;
}

/** Who walks through the draft. */
export interface Walker {
  readonly at: Date;
  readonly userTimezone: string | null;
  /** Null where nothing is known of anybody: dates are then uncertain. */
  readonly person: Facts | null;
}

/**
 * When each step of a draft is done with, for somebody who enters at an instant, by the functions by
 * which the engine plans: emails in their windows, waits on the wall clock, waits for events until they
 * give up. Branches are walked each; where paths join, the earliest and the latest count.
 *
 * Pure. Steps in circles, and those that nothing leads to, have no time.
 */
export function outlineOf({ steps, series }: LooseDraft, walker: Walker): OutlinedStep[] {
  const arrivals = new Map<string, Span>();
  const [first] = steps;
  if (first !== undefined) {
    arrivals.set(first.id, { first: walker.at, last: walker.at, isCertain: true });
  }
  const outlined = new Map<string, OutlinedStep>();
  // Without spreading, which depends on who it is.
  const unspread = { ...series, rules: { ...series.rules, spreadMs: 0 } };
  const facts = { series: unspread, spreadMs: series.rules.spreadMs, walker };
  for (const draft of inOrder(steps)) {
    const arrival = arrivals.get(draft.id);
    const passage = arrival === undefined ? null : passageOf(draft, arrival, facts);
    outlined.set(draft.id, {
      id: draft.id,
      span: passage?.span ?? null,
      reasons: passage?.reasons ?? [],
      hasNoSlot: arrival !== undefined && passage === null,
    });
    if (passage === null || arrival === undefined) continue;
    for (const { path, to } of draft.leadsTo) {
      const isEvent = draft.step?.type === 'wait_for_event' && path === 'next';
      const known = arrivals.get(to);
      const left = isEvent
        ? { first: arrival.first, last: passage.span.last, isCertain: false }
        : passage.span;
      arrivals.set(to, known === undefined ? left : joined(known, left));
    }
  }
  return steps.map(({ id }) => outlined.get(id) ?? nowhere(id));
}

const nowhere = (id: string): OutlinedStep => ({
  id,
  span: null,
  reasons: [],
  hasNoSlot: false,
});

const joined = (one: Span, other: Span): Span => ({
  first: one.first < other.first ? one.first : other.first,
  last: one.last > other.last ? one.last : other.last,
  isCertain: one.isCertain && other.isCertain,
});

/** Each step after all that lead to it. Those in circles, and what comes after only them, are left out. */
function inOrder(steps: readonly DraftStep[]): DraftStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const reached = reachedFrom(steps[0], byId);
  const open = new Map<string, number>();
  for (const { leadsTo } of reached) {
    for (const { to } of leadsTo) open.set(to, (open.get(to) ?? 0) + 1);
  }
  const order = reached.filter(({ id }) => (open.get(id) ?? 0) === 0);
  // Grows while it is gone through.
  for (const { leadsTo } of order) {
    for (const { to } of leadsTo) {
      const left = (open.get(to) ?? 0) - 1;
      open.set(to, left);
      const next = byId.get(to);
      if (left === 0 && next !== undefined) order.push(next);
    }
  }
  return order;
}

/** What is not reached leads nobody anywhere, and is not waited for. */
function reachedFrom(
  first: DraftStep | undefined,
  byId: ReadonlyMap<string, DraftStep>,
): DraftStep[] {
  const reached = new Set(first === undefined ? [] : [first]);
  // Grows while it is gone through.
  for (const { leadsTo } of reached) {
    for (const { to } of leadsTo) {
      const next = byId.get(to);
      if (next !== undefined) reached.add(next);
    }
  }
  return [...reached];
}

interface WalkFacts {
  readonly series: PublishedSeries;
  readonly spreadMs: number;
  readonly walker: Walker;
}

/** When who arrives in a span is through with a step; null where no window opens. */
function passageOf(
  { step }: DraftStep,
  arrival: Span,
  facts: WalkFacts,
): { span: Span; reasons: readonly Reason[] } | null {
  // Nobody knows what it will be once it is right.
  if (step === null) return { span: { ...arrival, isCertain: false }, reasons: [] };
  try {
    const first = passedFrom(step, arrival.first, facts);
    const isOne = arrival.first.getTime() === arrival.last.getTime();
    const last = isOne ? first : passedFrom(step, arrival.last, facts);
    const end = latestOf(last, arrival.last, facts);
    const span = {
      first: first.at,
      last: end > first.at ? end : first.at,
      isCertain: arrival.isCertain && first.isKnown,
    };
    return { span, reasons: first.reasons };
  } catch (error) {
    if (error instanceof NoOpenSlotError) return null;
    throw error;
  }
}

interface Passed {
  readonly planned: PlannedStep | null;
  readonly at: Date;
  readonly isKnown: boolean;
  readonly reasons: readonly Reason[];
}

function passedFrom(step: Step, fromAt: Date, { series, walker }: WalkFacts): Passed {
  const { userTimezone, person } = walker;
  const facts = { series, userTimezone, spreadKey: '' };
  const planned = planOf(facts, { stepId: step.id, fromAt });
  // The end is where it is reached.
  if (planned === null) return { planned, at: fromAt, isKnown: true, reasons: [] };
  const isDate = step.type === 'wait' && typeof step.until?.date === 'string';
  return {
    planned,
    at: passedAt(facts, planned, person),
    isKnown: !isDate || person !== null,
    reasons: planned.plan.reasons,
  };
}

/** Who waited for an opening may be spread over it. */
function latestOf(
  { planned, at }: Passed,
  fromAt: Date,
  { series, spreadMs, walker }: WalkFacts,
): Date {
  if (planned === null || spreadMs === 0) return at;
  const { step, plan } = planned;
  const type = stepTypeOf(step);
  if (!type.reachesPerson || plan.closesAt === null) return at;
  const { rules } = series;
  const { userTimezone } = walker;
  const delay = type.delayOf(step);
  const ready = planStep({ fromAt, delay, userTimezone, rules, windowed: false });
  if (ready.dueAt >= plan.dueAt) return at;
  return new Date(Math.min(at.getTime() + spreadMs, plan.closesAt.getTime()));
}

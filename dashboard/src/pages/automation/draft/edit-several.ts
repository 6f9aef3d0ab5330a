import {
  checked,
  copyOf,
  type Edited,
  lostWith,
  type NewId,
  pasteAt,
  removeStep,
  renamed,
} from './edit.ts';
import { byId } from './graph.ts';
import { type Step, waysOf, withWays } from './step.ts';

export type Ids = ReadonlySet<string>;

/** What is left when several steps are taken out. */
export interface Removal {
  readonly steps: readonly Step[];
  /** The ids of others that go with them: what only branches led to that go. */
  readonly lost: readonly string[];
}

/** Takes steps out. Of one with branches the way stays with which the fewest others go. */
export function removeSteps(steps: readonly Step[], ids: Ids): Removal | null {
  let left: Edited = steps;
  // From the end: a branch that goes whole is empty by the time its step is looked at.
  for (const step of steps.toReversed()) {
    if (!ids.has(step.id) || !left.some(({ id }) => id === step.id)) continue;
    left = removeStep(left, step.id, cheapestWay(left, step.id, ids));
    if (left === null) return null;
  }
  const there = byId(left);
  const lost = steps.flatMap(({ id }) => (ids.has(id) || there.has(id) ? [] : [id]));
  return { steps: left, lost };
}

/** The path of the way with which the fewest steps go that are not among `ids`. */
function cheapestWay(steps: readonly Step[], id: string, ids: Ids): string | undefined {
  const step = steps.find((one) => one.id === id);
  const ways = step === undefined ? [] : waysOf(step);
  if (ways.length < 2) return undefined;
  const costs = ways.map(({ path, to }) => {
    const others = lostWith(steps, id, path).filter((one) => !ids.has(one));
    // Of two that cost the same, rather one that leads to a step.
    return { path, cost: others.length + (to === null ? 0.5 : 0) };
  });
  return costs.reduce((best, one) => (one.cost < best.cost ? one : best)).path;
}

/**
 * A copy of steps, as they follow each other: one with its branches, several without what is between
 * them.
 *
 * @returns null where they cannot be taken as one, since each is on a branch of a step that is not
 *   among them
 */
export function copyOfSteps(steps: readonly Step[], ids: Ids): readonly Step[] | null {
  const [only] = ids;
  if (only !== undefined && ids.size === 1) return copyOf(steps, only);
  const others = new Set(steps.flatMap(({ id }) => (ids.has(id) ? [] : [id])));
  const rest = removeSteps(steps, others);
  return rest === null || rest.lost.length > 0 ? null : rest.steps;
}

/** Sets a copy of steps behind the last of them; before the first, where the last has several ways. */
export function duplicateSteps(steps: readonly Step[], ids: Ids, newId: NewId): Edited {
  const copied = copyOfSteps(steps, ids);
  const among = steps.filter(({ id }) => ids.has(id));
  const [first, last] = [among[0], among.at(-1)];
  if (copied === null || first === undefined || last === undefined) return null;
  const ways = waysOf(last);
  const [way] = ways;
  if (way !== undefined && ways.length === 1) {
    return pasteAt(steps, { from: last.id, path: way.path }, copied, newId);
  }
  const placed = renamed(copied, newId).map((step) =>
    withWays(step, ({ to }) => (to === null ? first.id : to)),
  );
  const start = placed[0]?.id ?? null;
  const led = steps.map((step) => withWays(step, ({ to }) => (to === first.id ? start : to)));
  const entry = steps[0]?.id ?? null;
  return checked([...placed, ...led], entry === first.id ? start : entry);
}

import { type Block, blockOf, byId, isSound, joinOf, ordered, targetOf } from './graph.ts';
import { branchesOf, type Place, type Step, waysOf, withWay, withWays } from './step.ts';

/**
 * What an edit makes of the steps; null where it is refused, because a step would be reached no more,
 * or lead back to itself.
 */
export type Edited = readonly Step[] | null;

/** Makes an id that no step has, nor had. */
export type NewId = (type: string) => string;

/** Puts steps in reading order, and refuses what does not hang together. */
export function checked(steps: readonly Step[], firstId: string | null): Edited {
  const order = ordered(steps, firstId);
  return order !== null && order.length === steps.length && isSound(order) ? order : null;
}

const firstOf = (steps: readonly Step[]): string | null => steps[0]?.id ?? null;

/** Sets a step into a place: what the place led to follows it, on all of its ways. */
export function insertAt(steps: readonly Step[], place: Place, step: Step): Edited {
  return insertBlock(steps, place, { steps: [step], exit: null });
}

/** Sets a block into a place: its open ends lead to what the place led to. */
function insertBlock(steps: readonly Step[], place: Place, block: Block): Edited {
  const to = targetOf(steps, place);
  const start = block.steps[0];
  if (to === undefined || start === undefined) return null;
  const known = byId(steps);
  if (block.steps.some(({ id }) => known.has(id))) return null;
  const inside = byId(block.steps);
  const placed = block.steps.map((step) =>
    withWays(step, (way) => (way.to === null || !inside.has(way.to) ? to : way.to)),
  );
  const { from, path } = place;
  if (from === null) return checked([...placed, ...steps], start.id);
  const before = steps.map((step) => (step.id === from ? withWay(step, path, start.id) : step));
  return checked([...before, ...placed], firstOf(steps));
}

/**
 * Takes a step out: what led to it leads to where its way `keptPath` led. What only its other ways led
 * to goes with it.
 *
 * @param keptPath the first way that leads to a step, if left out
 */
export function removeStep(steps: readonly Step[], id: string, keptPath?: string): Edited {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return null;
  const ways = waysOf(step);
  const kept = ways.find(({ path }) => path === keptPath) ?? ways.find(({ to }) => to !== null);
  const to = kept?.to ?? null;
  const others = steps.filter((one) => one.id !== id);
  const led = others.map((one) => withWays(one, (way) => (way.to === id ? to : way.to)));
  return pruned(led, firstOf(steps) === id ? to : firstOf(steps));
}

/** Without what nothing leads to any more. */
const pruned = (steps: readonly Step[], firstId: string | null): Edited => ordered(steps, firstId);

/** The ids that go with a step when it is removed and a way of it is kept; itself is not among them. */
export function lostWith(steps: readonly Step[], id: string, keptPath?: string): string[] {
  const left = byId(removeStep(steps, id, keptPath) ?? []);
  return steps.flatMap((step) => (step.id === id || left.has(step.id) ? [] : [step.id]));
}

/** Moves a step, with its branches up to where they join, into another place. */
export function moveStep(steps: readonly Step[], id: string, place: Place): Edited {
  const block = blockOf(steps, id);
  if (block === null) return null;
  const inside = byId(block.steps);
  if (place.from !== null && inside.has(place.from)) return null;
  if (targetOf(steps, place) === id) return steps;
  const rest = steps
    .filter((step) => !inside.has(step.id))
    .map((step) => withWays(step, (way) => (way.to === id ? block.exit : way.to)));
  const wasFirst = firstOf(steps) === id;
  const first = wasFirst ? block.exit : firstOf(steps);
  const order = ordered(rest, first);
  return order === null || order.length !== rest.length ? null : insertBlock(order, place, block);
}

/** A copy of a step, with its branches up to where they join; null where it cannot be taken as one. */
export function copyOf(steps: readonly Step[], id: string): readonly Step[] | null {
  const block = blockOf(steps, id);
  if (block === null) return null;
  const inside = byId(block.steps);
  return block.steps.map((step) =>
    withWays(step, (way) => (way.to !== null && inside.has(way.to) ? way.to : null)),
  );
}

/** Sets copied steps into a place, under new ids. */
export function pasteAt(
  steps: readonly Step[],
  place: Place,
  copied: readonly Step[],
  newId: NewId,
): Edited {
  return insertBlock(steps, place, { steps: renamed(copied, newId), exit: null });
}

/** Copied steps under new ids. */
export function renamed(copied: readonly Step[], newId: NewId): Step[] {
  const ids = new Map(copied.map(({ id, type }) => [id, newId(type)]));
  return copied.map((step) => ({
    ...withWays(step, ({ to }) => (to === null ? null : (ids.get(to) ?? null))),
    id: ids.get(step.id) ?? step.id,
  }));
}

/** Lets a place lead to another step, or with null to the end. */
export function retarget(steps: readonly Step[], { from, path }: Place, to: string | null): Edited {
  if (from === null) return null;
  const led = steps.map((step) => (step.id === from ? withWay(step, path, to) : step));
  return checked(led, firstOf(steps));
}

/** Members of a step; undefined takes one away. */
export function changeStep(
  steps: readonly Step[],
  id: string,
  members: Readonly<Record<string, unknown>>,
): readonly Step[] {
  return steps.map((step) => {
    if (step.id !== id) return step;
    const entries = Object.entries({ ...step, ...members });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Step;
  });
}

/** One more branch of a split, which leads to where the others join. */
export function addBranch(steps: readonly Step[], id: string, weight: number): Edited {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return null;
  const branches = [...branchesOf(step), { weight, next: joinOf(steps, id) }];
  return checked(changeStep(steps, id, { branches }), firstOf(steps));
}

/** One branch of a split less; what only it led to goes with it. */
export function removeBranch(steps: readonly Step[], id: string, index: number): Edited {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return null;
  const branches = branchesOf(step).filter((_, at) => at !== index);
  return pruned(changeStep(steps, id, { branches }), firstOf(steps));
}

/** Where a step, with its branches, leads as a whole. */
export const exitOf = (steps: readonly Step[], id: string): string | null =>
  blockOf(steps, id)?.exit ?? null;

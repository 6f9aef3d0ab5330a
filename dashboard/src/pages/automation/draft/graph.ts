import { type Place, type Step, type Way, waysOf } from './step.ts';

/** The steps by their ids. */
export const byId = (steps: readonly Step[]): ReadonlyMap<string, Step> =>
  new Map(steps.map((step) => [step.id, step]));

/** Every place of the graph: the entry, and each way of each step. */
export function placesOf(steps: readonly Step[]): (Place & { readonly to: string | null })[] {
  return [
    { from: null, path: 'entry', to: steps[0]?.id ?? null },
    ...steps.flatMap((step) => waysOf(step).map(({ path, to }) => ({ from: step.id, path, to }))),
  ];
}

/** Where a place leads; undefined for a place that is not there. */
export function targetOf(steps: readonly Step[], { from, path }: Place): string | null | undefined {
  if (from === null) return steps[0]?.id ?? null;
  const step = steps.find(({ id }) => id === from);
  return step === undefined ? undefined : waysOf(step).find((way) => way.path === path)?.to;
}

/** The ids reached from a step, itself among them, without passing through `barrier`. */
export function reachedFrom(
  steps: ReadonlyMap<string, Step>,
  start: string | null,
  barrier: string | null = null,
): Set<string> {
  const reached = new Set<string>();
  const open = start === null || start === barrier ? [] : [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    for (const { to } of waysOf(step)) if (to !== null && to !== barrier) open.push(to);
  }
  return reached;
}

/**
 * The steps in reading order: each after all that lead to it, and a branch whole before the next one.
 * Null where they lead in a circle. What nothing leads to is left out.
 */
export function ordered(steps: readonly Step[], firstId: string | null): Step[] | null {
  const known = byId(steps);
  const reached = reachedFrom(known, firstId);
  const left = new Map<string, number>();
  for (const id of reached) {
    for (const to of targetsOf(known.get(id))) left.set(to, (left.get(to) ?? 0) + 1);
  }
  const order: Step[] = [];
  const open = firstId === null || (left.get(firstId) ?? 0) > 0 ? [] : [firstId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = known.get(id);
    if (step === undefined) continue;
    order.push(step);
    for (const to of targetsOf(step).toReversed()) {
      const count = (left.get(to) ?? 0) - 1;
      left.set(to, count);
      if (count === 0) open.push(to);
    }
  }
  return order.length === reached.size ? order : null;
}

function targetsOf(step: Step | undefined): string[] {
  if (step === undefined) return [];
  return waysOf(step).flatMap(({ to }: Way) => (to === null ? [] : [to]));
}

/** Whether every step is reached from the first, none leads back, and none to a step that is not there. */
export function isSound(steps: readonly Step[]): boolean {
  const known = byId(steps);
  if (known.size !== steps.length) return false;
  const dangles = steps.some((step) => targetsOf(step).some((to) => !known.has(to)));
  return !dangles && ordered(steps, steps[0]?.id ?? null)?.length === steps.length;
}

/**
 * Where all ways out of a step come together again; null where they only do at the end.
 *
 * Ways that stop at a step of type `end` do not count: nobody comes out of them.
 */
export function joinOf(steps: readonly Step[], id: string): string | null {
  const known = byId(steps);
  const order = ordered(steps, steps[0]?.id ?? null) ?? [];
  const at = new Map(order.map((step, index) => [step.id, index]));
  const open = new Set(targetsOf(known.get(id)));
  let falls = waysOf(known.get(id) ?? NOTHING).some(({ to }) => to === null);
  // Goes on with the step that comes first until all have come together in one.
  while (!falls && open.size > 1) {
    const first = [...open].toSorted((one, two) => (at.get(one) ?? 0) - (at.get(two) ?? 0))[0];
    const step = first === undefined ? undefined : known.get(first);
    if (step === undefined || first === undefined) return null;
    open.delete(first);
    for (const { to } of waysOf(step)) {
      if (to === null) falls = true;
      else open.add(to);
    }
  }
  return falls ? null : ([...open][0] ?? null);
}

const NOTHING: Step = { id: '', type: 'end' };

/** A step with its branches up to where they join: what is moved and copied as one. */
export interface Block {
  /** The step itself first. */
  readonly steps: readonly Step[];
  /** Where it leads as a whole. */
  readonly exit: string | null;
}

/** @returns null when other steps lead into the branches: the block cannot be taken out as one */
export function blockOf(steps: readonly Step[], id: string): Block | null {
  const known = byId(steps);
  if (!known.has(id)) return null;
  const exit = joinOf(steps, id);
  const inside = reachedFrom(known, id, exit);
  const isEntered = placesOf(steps).some(
    ({ from, to }) =>
      to !== null && to !== id && inside.has(to) && (from === null || !inside.has(from)),
  );
  if (isEntered) return null;
  const start = steps.filter((step) => step.id === id);
  const rest = steps.filter((step) => step.id !== id && inside.has(step.id));
  return { steps: [...start, ...rest], exit };
}

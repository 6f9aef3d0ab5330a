import { recordOf, type Fault } from '../schedule/fault.ts';
import { textFault } from './fault.ts';
import type { Step } from './step.ts';
import { STEP_TYPES, stepTypeNamed } from './steps/index.ts';

export const STEPS_MAX = 500;
const STEP_ID_LENGTH_MAX = 64;
const STEP_ID = /^[A-Za-z0-9_-]+$/;

/** The steps of a valid series, by id, with every `next` resolved. */
export interface Graph {
  readonly firstId: string | null;
  readonly steps: ReadonlyMap<string, Step>;
}

/**
 * Everything wrong with a list of steps as a client sends it: fields, ids, targets, cycles and steps
 * that nothing leads to.
 */
export function faultsOfSteps(steps: unknown): Fault[] {
  if (!Array.isArray(steps)) return [{ path: 'steps', message: 'must be an array' }];
  if (steps.length > STEPS_MAX) {
    return [{ path: 'steps', message: `must have at most ${STEPS_MAX} steps` }];
  }
  const own = steps.flatMap((step, index) => faultsOfStep(step, `steps/${index}`));
  const ids = idFaults(steps);
  if (ids.length > 0 || own.some(({ path }) => /^steps\/\d+$/.test(path))) return [...ids, ...own];
  const edges = targetFaults(steps as readonly Loose[]);
  if (edges.length > 0) return [...own, ...edges];
  return [...own, ...shapeFaults(steps as readonly Loose[])];
}

/** The graph of steps that `faultsOfSteps` found nothing wrong with. */
export function graphOf(steps: readonly object[]): Graph {
  const list = (steps as readonly Loose[]).map(
    (step, index) =>
      ({ ...step, next: targetsOf(steps as readonly Loose[], index)[0] ?? null }) as Step,
  );
  return { firstId: list[0]?.id ?? null, steps: new Map(list.map((step) => [step.id, step])) };
}

type Loose = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

function faultsOfStep(step: unknown, path: string): Fault[] {
  const fields = recordOf(step);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const type = stepTypeNamed(fields['type']);
  if (type === null) {
    const known = STEP_TYPES.map(({ type: name }) => name).join(', ');
    return [{ path: `${path}/type`, message: `must be one of ${known}` }];
  }
  return type.faults(fields, path);
}

function idFaults(steps: readonly unknown[]): Fault[] {
  const seen = new Set<unknown>();
  return steps.flatMap((step, index) => {
    const id = recordOf(step)?.['id'];
    const path = `steps/${index}/id`;
    const fault = textFault(id, path, STEP_ID_LENGTH_MAX);
    if (fault !== null) return [fault];
    if (!STEP_ID.test(id as string)) {
      return [{ path, message: 'may have letters, digits, hyphens and underscores only' }];
    }
    if (seen.has(id)) return [{ path, message: `is used twice: ${id as string}` }];
    seen.add(id);
    return [];
  });
}

/** The ids that a step leads to. `next` omitted means the following step, null the end. */
function targetsOf(steps: readonly Loose[], index: number): string[] {
  const step = steps[index];
  if (step === undefined) return [];
  const fields = stepTypeNamed(step.type)?.targetFields ?? [];
  return fields.flatMap((field) => {
    const target = step[field] === undefined ? steps[index + 1]?.id : step[field];
    return typeof target === 'string' ? [target] : [];
  });
}

function targetFaults(steps: readonly Loose[]): Fault[] {
  const ids = new Set(steps.map(({ id }) => id));
  return steps.flatMap((step, index) =>
    (stepTypeNamed(step.type)?.targetFields ?? []).flatMap((field) => {
      const target = step[field];
      const path = `steps/${index}/${field}`;
      if (target === undefined || target === null) return [];
      if (typeof target !== 'string') return [{ path, message: 'must be a step id or null' }];
      return ids.has(target) ? [] : [{ path, message: `names no step of this series: ${target}` }];
    }),
  );
}

/** Cycles, and steps that the first one does not lead to. One walk each, no recursion. */
function shapeFaults(steps: readonly Loose[]): Fault[] {
  const indexOf = new Map(steps.map(({ id }, index) => [id, index]));
  const targets = steps.map((_, index) =>
    targetsOf(steps, index).map((id) => indexOf.get(id) ?? -1),
  );
  return [...cycleFaults(steps, targets), ...reachFaults(steps, targets)];
}

/** Removes steps without predecessors until none is left (Kahn); what remains lies on a cycle. */
function cycleFaults(steps: readonly Loose[], targets: readonly (readonly number[])[]): Fault[] {
  const incoming = steps.map(() => 0);
  for (const list of targets) for (const to of list) incoming[to] = (incoming[to] ?? 0) + 1;
  const free = incoming.flatMap((count, index) => (count === 0 ? [index] : []));
  const left = new Set(steps.keys());
  for (let index = free.pop(); index !== undefined; index = free.pop()) {
    left.delete(index);
    for (const to of targets[index] ?? []) {
      incoming[to] = (incoming[to] ?? 0) - 1;
      if (incoming[to] === 0) free.push(to);
    }
  }
  const back = [...left].filter((index) => (targets[index] ?? []).some((to) => left.has(to)));
  const [first] = back;
  if (first === undefined) return [];
  return [{ path: `steps/${first}/next`, message: 'leads back to an earlier step: a cycle' }];
}

function reachFaults(steps: readonly Loose[], targets: readonly (readonly number[])[]): Fault[] {
  const reached = new Set<number>();
  const open = steps.length > 0 ? [0] : [];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    open.push(...(targets[index] ?? []));
  }
  return steps.flatMap((step, index) =>
    reached.has(index)
      ? []
      : [{ path: `steps/${index}`, message: `no step leads to ${step.id}: it would never run` }],
  );
}

import { quoted, recordOf, type Fault } from '../schedule/fault.ts';
import { textFault } from './fault.ts';
import type { Step, Target } from './step.ts';
import { STEP_TYPES, stepTypeNamed, stepTypeOf } from './steps/index.ts';

export const STEPS_MAX = 500;
export const STEP_ID_LENGTH_MAX = 64;
const STEP_ID = /^[A-Za-z0-9_-]+$/;

/** The steps of a valid series, by id, with every target resolved. */
export interface Graph {
  readonly firstId: string | null;
  readonly steps: ReadonlyMap<string, Step>;
}

/** What kind of fault it is: of a field, of the step's id, or of how the steps hang together. */
export type StepFaultCode = 'field' | 'id' | 'target' | 'cycle' | 'unreachable';

export interface StepFault extends Fault {
  readonly code: StepFaultCode;
}

/**
 * Everything wrong with a list of steps as a client sends it: fields, ids, targets, cycles and steps
 * that nothing leads to.
 */
export const faultsOfSteps = (steps: unknown): Fault[] =>
  codedFaultsOfSteps(steps).map(({ path, message }) => ({ path, message }));

/** The same, each with its kind. */
export function codedFaultsOfSteps(steps: unknown): StepFault[] {
  if (!Array.isArray(steps)) {
    return [{ path: 'steps', message: 'must be an array', code: 'field' }];
  }
  if (steps.length > STEPS_MAX) {
    return [{ path: 'steps', message: `must have at most ${STEPS_MAX} steps`, code: 'field' }];
  }
  const own = steps.flatMap((step, index) => faultsOfStep(step, `steps/${index}`));
  const ids = idFaults(steps);
  const faults = [...coded('id', ids), ...coded('field', own)];
  if (!steps.every((step) => recordOf(step) !== null)) return faults;
  const edges = targetFaults(steps as readonly Loose[]);
  const shape = ids.length > 0 ? [] : shapeFaults(steps as readonly Loose[]);
  return [...faults, ...coded('target', edges), ...shape];
}

const coded = (code: StepFaultCode, faults: readonly Fault[]): StepFault[] =>
  faults.map((fault) => ({ ...fault, code }));

/** The graph of steps that `faultsOfSteps` found nothing wrong with. */
export function graphOf(steps: readonly object[]): Graph {
  const loose = steps as readonly Loose[];
  const list = loose.map((step, index) => {
    const type = stepTypeOf(step as unknown as Step);
    const following = loose[index + 1]?.id ?? null;
    const targets = type.targets(step).map(({ to }) => {
      if (to === undefined) return following;
      return typeof to === 'string' ? to : null;
    });
    return type.withTargets(step as unknown as Step, targets);
  });
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

/** A step of a type that nobody knows is taken to lead on as most do. */
const targetsOf = (step: Loose): readonly Target[] =>
  stepTypeNamed(step.type)?.targets(step) ?? [{ path: 'next', to: step['next'] }];

function targetFaults(steps: readonly Loose[]): Fault[] {
  const ids = new Set(steps.map(({ id }) => id));
  return steps.flatMap((step, index) =>
    targetsOf(step).flatMap(({ path: below, to }) => {
      const path = `steps/${index}/${below}`;
      if (to === undefined || to === null) return [];
      if (typeof to !== 'string') return [{ path, message: 'must be a step id or null' }];
      return ids.has(to) ? [] : [{ path, message: `names no step of this series: ${quoted(to)}` }];
    }),
  );
}

/** An edge to a step that exists. */
interface Way {
  /** Where in the step it is named. */
  readonly path: string;
  readonly to: number;
}

/** Cycles, and steps that the first one does not lead to. Edges to nowhere are left out. */
function shapeFaults(steps: readonly Loose[]): StepFault[] {
  const indexOf = new Map<unknown, number>(steps.map(({ id }, index) => [id, index]));
  const ways = steps.map((step, index) =>
    targetsOf(step).flatMap(({ path, to: target }): Way[] => {
      const to = indexOf.get(target === undefined ? steps[index + 1]?.id : target);
      return to === undefined ? [] : [{ path, to }];
    }),
  );
  return [...coded('cycle', cycleFaults(ways)), ...coded('unreachable', reachFaults(steps, ways))];
}

/**
 * Every edge that leads back to a step on the way to it. Walks in depth, with a list of its own for
 * what is on the way: how long the way is, is the sender's choice.
 */
function cycleFaults(ways: readonly (readonly Way[])[]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<number>();
  for (const start of ways.keys()) {
    const onTheWay = new Set<number>();
    const path: { index: number; left: Way[] }[] = [];
    const enter = (index: number): void => {
      if (seen.has(index)) return;
      seen.add(index);
      onTheWay.add(index);
      path.push({ index, left: [...(ways[index] ?? [])] });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const way = top.left.shift();
      if (way === undefined) {
        onTheWay.delete(top.index);
        path.pop();
      } else if (onTheWay.has(way.to)) {
        const message = 'leads back to an earlier step: a cycle';
        faults.push({ path: `steps/${top.index}/${way.path}`, message });
      } else {
        enter(way.to);
      }
    }
  }
  return faults;
}

function reachFaults(steps: readonly Loose[], ways: readonly (readonly Way[])[]): Fault[] {
  const reached = new Set<number>();
  const open = steps.length > 0 ? [0] : [];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    open.push(...(ways[index] ?? []).map(({ to }) => to));
  }
  return steps.flatMap((step, index) =>
    reached.has(index)
      ? []
      : [{ path: `steps/${index}`, message: `no step leads to ${step.id}: it would never run` }],
  );
}

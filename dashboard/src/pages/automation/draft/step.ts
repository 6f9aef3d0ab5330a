/** A step as the server keeps it; which members it has, its type says. See docs/steps.md. */
export interface Step {
  readonly id: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

/** What is edited: everything that `PUT /series/{id}` replaces. */
export interface Doc {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** In reading order, the entry first; where each leads is written out. */
  readonly steps: readonly Step[];
}

/** One way out of a step: where it is written in the step, and the id it leads to; null is the end. */
export interface Way {
  /** `next`, `yes`, `no`, `on_timeout`, `branches/0/next`. */
  readonly path: string;
  readonly to: string | null;
}

/** A place between two steps: a way of a step, or, with null, the entry of the series. */
export interface Place {
  readonly from: string | null;
  readonly path: string;
}

export const ENTRY: Place = { from: null, path: 'entry' };

export const placeKey = ({ from, path }: Place): string => `${from ?? ''}:${path}`;

interface Branch {
  readonly weight: number;
  readonly next?: string | null;
}

/** The branches of a split; none of any other step. */
export const branchesOf = (step: Step): readonly Branch[] =>
  Array.isArray(step['branches']) ? (step['branches'] as readonly Branch[]) : [];

const PATHS: Readonly<Record<string, readonly string[]>> = {
  end: [],
  condition: ['yes', 'no'],
  wait_for_event: ['next', 'on_timeout'],
};

/** The paths of a step's ways, in the order they are drawn. */
function pathsOf(step: Step): readonly string[] {
  if (step.type === 'split') return branchesOf(step).map((_, index) => `branches/${index}/next`);
  return PATHS[step.type] ?? ['next'];
}

/** Where a step leads; undefined where it does not say, which means the following step of the list. */
function targetAt(step: Step, path: string): unknown {
  const index = branchIndexOf(path);
  return index === null ? step[path] : branchesOf(step)[index]?.next;
}

/** The number in `branches/0/next`; null of other paths. */
export function branchIndexOf(path: string): number | null {
  const index = /^branches\/(\d+)\/next$/.exec(path)?.[1];
  return index === undefined ? null : Number(index);
}

/** The ways of a step. */
export const waysOf = (step: Step): Way[] =>
  pathsOf(step).map((path) => {
    const to = targetAt(step, path);
    return { path, to: typeof to === 'string' ? to : null };
  });

/** The step with one way leading elsewhere. */
export function withWay(step: Step, path: string, to: string | null): Step {
  const index = branchIndexOf(path);
  if (index === null) return { ...step, [path]: to };
  const branches = branchesOf(step).map((branch, at) =>
    at === index ? { ...branch, next: to } : branch,
  );
  return { ...step, branches };
}

/** The step with each way leading where `change` says. */
export function withWays(step: Step, change: (way: Way) => string | null): Step {
  return waysOf(step).reduce((changed, way) => {
    const to = change(way);
    return to === way.to ? changed : withWay(changed, way.path, to);
  }, step);
}

/** Steps as the server lists them, with every way written out. */
export function writtenOut(steps: readonly Step[]): Step[] {
  return steps.map((step, index) => {
    const following = steps[index + 1]?.id ?? null;
    return pathsOf(step).reduce(
      (written, path) =>
        targetAt(step, path) === undefined ? withWay(written, path, following) : written,
      step,
    );
  });
}

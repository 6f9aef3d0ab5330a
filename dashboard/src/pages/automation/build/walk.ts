import { placesOf } from '../draft/graph.ts';
import { type Place, type Step, waysOf } from '../draft/step.ts';
import { boxOf, type Layout, START } from './graph-layout.ts';

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

const STEP_BOX = /^step:(.*)$/;

/** The step of a box; null for the start. */
export const stepIdOf = (box: string | null): string | null =>
  STEP_BOX.exec(box ?? '')?.[1] ?? null;

/** The box one comes to from another with an arrow key; null where there is none. */
export function walked(
  steps: readonly Step[],
  layout: Layout,
  from: string | null,
  direction: Direction,
): string | null {
  if (direction === 'first' || from === null) return START;
  if (direction === 'last') return boxOf(steps.at(-1)?.id ?? '');
  const id = stepIdOf(from);
  if (direction === 'down') {
    if (id === null) return steps[0] === undefined ? null : boxOf(steps[0].id);
    const step = steps.find((one) => one.id === id);
    const next = step === undefined ? undefined : waysOf(step).find(({ to }) => to !== null)?.to;
    return typeof next === 'string' ? boxOf(next) : null;
  }
  if (direction === 'up') {
    if (id === null) return null;
    const before = placesOf(steps).find(({ to }) => to === id);
    return before === undefined || before.from === null ? START : boxOf(before.from);
  }
  return beside(layout, from, direction === 'left' ? -1 : 1);
}

/** The nearest box at one side; those far above or below count as farther. */
function beside({ boxes }: Layout, from: string, by: -1 | 1): string | null {
  const here = boxes.get(from);
  if (here === undefined) return null;
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, box] of boxes) {
    const aside = (box.x - here.x) * by;
    if (stepIdOf(id) === null || aside <= 0) continue;
    const distance = aside + Math.abs(box.y - here.y) * 4;
    if (distance < least) [nearest, least] = [id, distance];
  }
  return nearest;
}

/** Where a step is added from a box by a key: after it, on its first way or the one with a number. */
export function placeAfter(steps: readonly Step[], box: string | null, way = 0): Place | null {
  const id = stepIdOf(box);
  if (id === null) return way === 0 ? { from: null, path: 'entry' } : null;
  const step = steps.find((one) => one.id === id);
  const path = step === undefined ? undefined : waysOf(step)[way]?.path;
  return path === undefined ? null : { from: id, path };
}

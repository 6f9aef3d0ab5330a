import { Graph, layout } from '@dagrejs/dagre';
import { placeKey, type Place, type Step, waysOf } from '../draft/step.ts';
import { inWayOrder } from './branch-order.ts';
import { branchLabelOf } from './step-types.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One edge of the picture: between boxes, along a column. */
export interface Line {
  readonly place: Place;
  readonly key: string;
  /** Box ids. */
  readonly source: string;
  readonly target: string;
  readonly path: string;
  /** Where its `+` stands. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  /** Steps by id, the start as `start`, and each open end as `end:<place>`. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
}

export const START = 'start';
const endBoxOf = (key: string): string => `end:${key}`;
export const boxOf = (stepId: string): string => `step:${stepId}`;

const STEP_WIDTH = 272;
const START_SIZE = { width: 272, height: 40 };
const END_SIZE = { width: 56, height: 24 };
/** Room for the `+` on an edge; with a label above it. */
const PLUS_SIZE = { width: 32, height: 32 };
const LABELLED_SIZE = { width: 96, height: 60 };
const RANK_GAP = 28;
const COLUMN_GAP = 40;
/** Against the one of edges to joins. */
const CLOSE_WEIGHT = 8;
/** From a box to where its edge turns. */
const TURN = 16;
const RADIUS = 8;

/**
 * Places steps from top to bottom, branches side by side in their order, joins beneath both. Pure.
 *
 * @param stepHeight the same for all, so that nothing must be measured
 */
export function layoutOf(steps: readonly Step[], stepHeight: number): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', ranksep: RANK_GAP, nodesep: COLUMN_GAP, edgesep: 24 });
  graph.setNode(START, { ...START_SIZE });
  for (const { id } of steps) {
    graph.setNode(boxOf(id), { width: STEP_WIDTH, height: stepHeight });
  }
  const edges = edgesOf(steps);
  const entered = new Map<string, number>();
  for (const { target } of edges) entered.set(target, (entered.get(target) ?? 0) + 1);
  for (const { key, source, target, isLabelled } of edges) {
    if (!graph.hasNode(target)) graph.setNode(target, { ...END_SIZE });
    const size = isLabelled ? LABELLED_SIZE : PLUS_SIZE;
    // A step stands close to what leads to it; the long way is the one to a join.
    const weight = entered.get(target) === 1 ? CLOSE_WEIGHT : 1;
    graph.setEdge(source, target, { ...size, weight, labelpos: 'c', minlen: 1 }, key);
  }
  layout(graph, { customOrder: inWayOrder });
  const boxes = new Map(
    graph.nodes().map((id) => {
      const { x, y, width, height } = graph.node(id) as Box;
      return [id, { x: x - width / 2, y: y - height / 2, width, height }];
    }),
  );
  const lines = edges.map(({ place, key, source, target, isLabelled }): Line => {
    const middle = graph.edge(source, target, key) as { readonly x: number; readonly y: number };
    const [from, to] = [boxes.get(source), boxes.get(target)];
    if (from === undefined || to === undefined) throw new Error(`edge ${key} has no boxes`);
    const column = straightened(middle.x, from, to);
    const path = pathOf(from, to, column);
    const y = middle.y + (isLabelled ? 14 : 0);
    return { place, key, source, target, path, x: column, y };
  });
  return { boxes, lines };
}

interface Edge {
  readonly place: Place;
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly isLabelled: boolean;
}

function edgesOf(steps: readonly Step[]): Edge[] {
  const edge = (place: Place, source: string, to: string | null, isLabelled: boolean): Edge => {
    const key = placeKey(place);
    return { place, key, source, target: to === null ? endBoxOf(key) : boxOf(to), isLabelled };
  };
  return [
    edge({ from: null, path: 'entry' }, START, steps[0]?.id ?? null, false),
    ...steps.flatMap((step) =>
      waysOf(step).map(({ path, to }) =>
        edge({ from: step.id, path }, boxOf(step.id), to, branchLabelOf(step, path) !== null),
      ),
    ),
  ];
}

const centreOf = ({ x, width }: Box): number => x + width / 2;

/** Small steps aside look like a mistake: the column of either end is taken where it is near. */
function straightened(column: number, from: Box, to: Box): number {
  for (const x of [centreOf(from), centreOf(to)]) if (Math.abs(column - x) < 2 * RADIUS) return x;
  return column;
}

/** Down, to the column, down, to the target, down: with round corners. */
function pathOf(from: Box, to: Box, column: number): string {
  const [startX, startY] = [centreOf(from), from.y + from.height];
  const [endX, endY] = [centreOf(to), to.y];
  const points: [number, number][] = [[startX, startY]];
  if (column !== startX) points.push([startX, startY + TURN], [column, startY + TURN]);
  if (column !== endX) points.push([column, endY - TURN], [endX, endY - TURN]);
  points.push([endX, endY]);
  return rounded(points);
}

function rounded(points: readonly (readonly [number, number])[]): string {
  const parts = points.map(([x, y], index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined) return `M${x} ${y}`;
    if (after === undefined) return `L${x} ${y}`;
    const [inX, inY] = toward([x, y], before);
    const [outX, outY] = toward([x, y], after);
    return `L${inX} ${inY}Q${x} ${y} ${outX} ${outY}`;
  });
  return parts.join('');
}

/** The point a corner's radius away, on the way to a neighbour. */
function toward(
  [x, y]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): [number, number] {
  const length = Math.hypot(toX - x, toY - y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return [x + (toX - x) * part, y + (toY - y) * part];
}

/** The line whose `+` is nearest to a point, within reach; null when none is. */
export function nearestLine(
  lines: readonly Line[],
  point: { readonly x: number; readonly y: number },
  reach: number,
): Line | null {
  let nearest: Line | null = null;
  let least = reach;
  for (const line of lines) {
    const distance = Math.hypot(line.x - point.x, line.y - point.y);
    if (distance < least) [nearest, least] = [line, distance];
  }
  return nearest;
}

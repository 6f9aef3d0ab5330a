import type { PublishedSeries } from '../../series/index.ts';
import { stepTypeOf } from '../../series/index.ts';
import type { TimelineRow, What } from './timeline.ts';
import type { LifeEnd } from './walk.ts';

export type Counts = Partial<Record<What, number>>;

/** What became of everybody at one step. */
export interface StepTotals {
  readonly stepId: string;
  readonly type: string;
  readonly words: string;
  /** How many came to it. */
  arrived: number;
  /** Who waits there when the clock stops. */
  waiting: number;
  readonly counts: Counts;
  readonly branches: Record<string, number>;
}

/** A way from one step to another, and how many took it. */
export interface Edge {
  /** Null for entering. */
  readonly from: string | null;
  /** Null for the end. */
  readonly to: string | null;
  readonly branch: string | null;
  count: number;
}

/** Everything that can be counted, whatever of the timeline is shown. */
export interface Totals {
  readonly counts: Counts;
  readonly steps: ReadonlyMap<string, StepTotals>;
  /** By the beginning of the hour, in ISO 8601, UTC. */
  readonly hours: ReadonlyMap<string, Counts>;
  readonly edges: ReadonlyMap<string, Edge>;
}

/** Counts lines as they come. */
export interface Counter {
  readonly count: (row: TimelineRow) => void;
  readonly countEnd: (end: LifeEnd) => void;
  readonly totals: Totals;
}

const HOUR_MS = 3_600_000;

export function counterOf({ graph }: PublishedSeries): Counter {
  const counts: Counts = {};
  const hours = new Map<string, Counts>();
  const edges = new Map<string, Edge>();
  const steps = new Map<string, StepTotals>(
    [...graph.steps.values()].map((step) => {
      const { type, words } = stepTypeOf(step);
      const none = { arrived: 0, waiting: 0, counts: {}, branches: {} };
      return [step.id, { stepId: step.id, type, words: words(step), ...none }];
    }),
  );
  const pass = (row: TimelineRow): void => {
    const from = row.what === 'entered' ? null : row.stepId;
    const key = JSON.stringify([from, row.branch, row.to]);
    const edge = edges.get(key);
    if (edge === undefined) edges.set(key, { from, to: row.to, branch: row.branch, count: 1 });
    else edge.count += 1;
    const reached = row.to === null ? undefined : steps.get(row.to);
    if (reached !== undefined) reached.arrived += 1;
  };
  return {
    totals: { counts, steps, hours, edges },
    count: (row) => {
      const { what, stepId, branch } = row;
      add(counts, what);
      const hour = hourOf(row.at);
      const inHour = hours.get(hour) ?? {};
      hours.set(hour, inHour);
      add(inHour, what);
      const step = stepId === null ? undefined : steps.get(stepId);
      if (step !== undefined) {
        add(step.counts, what);
        if (branch !== null) step.branches[branch] = (step.branches[branch] ?? 0) + 1;
      }
      if (what === 'entered' || (stepId !== null && MOVES_ON.has(what))) pass(row);
    },
    countEnd: ({ waiting }) => {
      const step = waiting === null ? undefined : steps.get(waiting.stepId);
      if (step !== undefined) step.waiting += 1;
    },
  };
}

/** Lines by which a person goes on to the next step, or to the end. */
const MOVES_ON: ReadonlySet<What> = new Set([
  'sent',
  'passed',
  'branched',
  'traits_written',
  'webhook_captured',
  'skipped',
  'failed',
]);

function add(counts: Counts, what: What): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

const hourOf = (at: Date): string =>
  new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS).toISOString();

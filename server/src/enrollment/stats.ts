import type { Db } from '../platform/db.ts';
import type { PublishedSeries } from '../series/index.ts';
import {
  countMessages,
  countPassages,
  countReasons,
  countSteps,
  readLedger,
  type Ledger,
  type MessageCount,
  type PassageCount,
  type ReasonCount,
  type StepCount,
} from './sql/stats.ts';

type Counts = Readonly<Record<string, number>>;

/** What became of one step, over everybody. */
export interface StepStats {
  readonly stepId: string;
  readonly waiting: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skippedBy: Counts;
  readonly failedBy: Counts;
  /** How many went which way, where there are several. */
  readonly branches: Counts;
  /** Messages of it, by state. */
  readonly messages: Counts;
}

/** What became of everybody who entered a series. */
export interface SeriesStats {
  readonly entered: number;
  readonly enteredBy: Counts;
  /** By state. */
  readonly enrollments: Counts;
  readonly exitedBy: Counts;
  readonly messages: Counts;
  readonly steps: readonly StepStats[];
  /** Null for a series with more passages than can be gone through while somebody waits. */
  readonly ledger: Ledger | null;
}

/**
 * The ledger looks at every step of every passage: some 2 s for so many. Everything else is counted from
 * indexes.
 */
const LEDGER_PASSAGES_MAX = 100_000;

/**
 * Counts the passages, steps and messages of a series, in all versions.
 *
 * @param published the version that is entered now, whose order the steps are told in; null for a draft
 */
export async function seriesStats(
  db: Db,
  {
    workspaceId,
    automationId,
    published,
  }: { workspaceId: string; automationId: string; published: PublishedSeries | null },
): Promise<SeriesStats> {
  const ref = { workspaceId, automationId };
  const [passages, steps, messages] = await Promise.all([
    countPassages(db, ref),
    countSteps(db, ref),
    countMessages(db, ref),
  ]);
  const stepIds = steps.flatMap(({ stepId, state }) =>
    state === 'skipped' || state === 'failed' ? [stepId] : [],
  );
  const reasons = await countReasons(db, { ...ref, stepIds: [...new Set(stepIds)] });
  const people = passageStats(passages);
  const ledger = people.entered > LEDGER_PASSAGES_MAX ? null : await readLedger(db, automationId);
  return { ...people, ...stepStats({ steps, messages, reasons, published }), ledger };
}

function passageStats(passages: readonly PassageCount[]) {
  const exits = passages.filter(({ state }) => state === 'exited');
  return {
    entered: passages.reduce((sum, { count }) => sum + count, 0),
    enteredBy: summed(passages, ({ enteredBy }) => enteredBy),
    enrollments: summed(passages, ({ state }) => state),
    exitedBy: summed(exits, ({ endReason }) => endReason ?? 'exited'),
  };
}

/** Pure: counts of each step put together, in the order of the graph. */
function stepStats({
  steps,
  messages,
  reasons,
  published,
}: {
  steps: readonly StepCount[];
  messages: readonly MessageCount[];
  reasons: readonly ReasonCount[];
  published: PublishedSeries | null;
}): { messages: Counts; steps: StepStats[] } {
  const order = [...(published?.graph.steps.keys() ?? [])];
  const known = new Set([...steps, ...messages].map(({ stepId }) => stepId));
  const ids = [
    ...order.filter((id) => known.has(id)),
    ...[...known].filter((id) => !order.includes(id)).toSorted(),
  ];
  const stepsOf = Map.groupBy(steps, ({ stepId }) => stepId);
  const messagesOf = Map.groupBy(messages, ({ stepId }) => stepId);
  const reasonsOf = Map.groupBy(reasons, ({ stepId }) => stepId);
  return {
    messages: summed(messages, ({ state }) => state),
    steps: ids.map((stepId) => {
      const own = stepsOf.get(stepId) ?? [];
      const by = summed(own, ({ state }) => state);
      const why = (outcome: ReasonCount['outcome']): Counts =>
        summed(
          (reasonsOf.get(stepId) ?? []).filter((each) => each.outcome === outcome),
          ({ reason }) => reason,
        );
      return {
        stepId,
        waiting: by['waiting'] ?? 0,
        passed: by['passed'] ?? 0,
        skipped: by['skipped'] ?? 0,
        failed: by['failed'] ?? 0,
        cancelled: by['cancelled'] ?? 0,
        skippedBy: why('skipped'),
        failedBy: why('failed'),
        branches: summed(
          own.filter(({ branch }) => branch !== null),
          ({ branch }) => branch ?? '',
        ),
        messages: summed(messagesOf.get(stepId) ?? [], ({ state }) => state),
      };
    }),
  };
}

function summed<T extends { readonly count: number }>(
  counts: readonly T[],
  nameOf: (count: T) => string,
): Counts {
  const sums = new Map<string, number>();
  for (const one of counts) sums.set(nameOf(one), (sums.get(nameOf(one)) ?? 0) + one.count);
  // From entries, so that a step or a reason called `__proto__` stays a name.
  return Object.fromEntries(sums);
}

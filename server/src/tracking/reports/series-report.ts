import type { Db } from '../../platform/db.ts';
import { COUNT_KINDS } from '../sql/counts.ts';
import { dayAfter, daysBetween } from './period.ts';
import { NO_COUNTS, shareOf, type MessageCounts } from './rates.ts';
import { stepsOf, type NamedStep } from './sql/messages.ts';
import {
  countPassages,
  countStepMessages,
  countSteps,
  countWaiting,
  timeToGoal,
  type CountedPassages,
  type CountedStepMessages,
  type CountedSteps,
  type SeriesAsk,
} from './sql/series.ts';

/** How a passage may stand. */
const PASSAGE_STATES = [
  'active',
  'completed',
  'goal_reached',
  'exited',
  'removed',
  'ended',
] as const;
export type PassageState = (typeof PASSAGE_STATES)[number];

type Words = Readonly<Record<string, number>>;

/** One step in a period. */
export interface ReportedStep {
  readonly stepId: string;
  /** Null: no longer in the published version. */
  readonly type: string | null;
  readonly name: string | null;
  readonly entered: number;
  readonly waiting: number;
  readonly passed: number;
  readonly skipped: number;
  readonly skippedBy: Words;
  readonly failed: number;
  readonly failedBy: Words;
  readonly cancelled: number;
  /** Null: it sends none. */
  readonly messages: MessageCounts | null;
}

/** A series in a period. */
export interface SeriesReport {
  readonly entered: number;
  readonly states: Readonly<Record<PassageState, number>>;
  readonly goalRate: number | null;
  readonly timeToGoal: { readonly medianSeconds: number; readonly of: number } | null;
  readonly days: readonly {
    readonly at: string;
    readonly entered: number;
    readonly completed: number;
    readonly goalReached: number;
    readonly left: number;
  }[];
  readonly steps: readonly ReportedStep[];
  readonly isWaitingCut: boolean;
}

/** Counting more takes longer than somebody looks on. */
const WAITING_MAX = 200_000;

/** What became of those who entered a series in a period, and of its steps in that time. */
export async function seriesReport(db: Db, ask: SeriesAsk): Promise<SeriesReport> {
  const { automationId } = ask;
  const [passages, steps, messages, waiting, goal, named] = await Promise.all([
    countPassages(db, ask),
    countSteps(db, ask),
    countStepMessages(db, ask),
    countWaiting(db, { automationId, waitingMax: WAITING_MAX + 1 }),
    timeToGoal(db, ask),
    stepsOf(db, [automationId]),
  ]);
  const { entered, states } = passagesOf(passages);
  const { medianSeconds, of } = goal;
  return {
    entered,
    states,
    goalRate: shareOf(states.goal_reached, entered),
    timeToGoal: medianSeconds === null ? null : { medianSeconds, of },
    days: daysOf(ask, passages),
    steps: reportedSteps({ named, steps, messages, waiting }),
    isWaitingCut: waiting.reduce((sum, { count }) => sum + count, 0) > WAITING_MAX,
  };
}

function passagesOf(passages: readonly CountedPassages[]) {
  const now = passages.filter(({ what }) => what === 'state');
  const inState = (state: PassageState): number =>
    now.reduce((sum, one) => (one.state === state ? sum + one.count : sum), 0);
  const states = Object.fromEntries(
    PASSAGE_STATES.map((state) => [state, inState(state)]),
  ) as Record<PassageState, number>;
  return { entered: now.reduce((sum, { count }) => sum + count, 0), states };
}

/** Every day of the period, whether anything happened or not. Pure. */
function daysOf(
  { from, to }: { from: string; to: string },
  passages: readonly CountedPassages[],
): SeriesReport['days'] {
  const counts = new Map(
    passages.map(({ what, day, state, count }) => [`${what} ${day} ${state}`, count]),
  );
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, place) => {
    const at = dayAfter(from, place);
    const ended = (state: PassageState): number => counts.get(`ended ${at} ${state}`) ?? 0;
    return {
      at,
      entered: counts.get(`entered ${at} `) ?? 0,
      completed: ended('completed'),
      goalReached: ended('goal_reached'),
      left: ended('exited') + ended('removed') + ended('ended'),
    };
  });
}

/** Counts of each step put together, in the order of the graph; then those it no longer has. Pure. */
function reportedSteps({
  named,
  steps,
  messages,
  waiting,
}: {
  named: readonly NamedStep[];
  steps: readonly CountedSteps[];
  messages: readonly CountedStepMessages[];
  waiting: readonly { stepId: string; count: number }[];
}): ReportedStep[] {
  const known = new Map(named.map((step) => [step.stepId, step]));
  const others = new Set(
    [...steps, ...messages, ...waiting]
      .map(({ stepId }) => stepId)
      .filter((stepId) => !known.has(stepId)),
  );
  const stepsBy = Map.groupBy(steps, ({ stepId }) => stepId);
  const messagesBy = new Map(messages.map((one) => [one.stepId, one]));
  const waitingAt = new Map(waiting.map(({ stepId, count }) => [stepId, count]));
  return [...known.keys(), ...[...others].toSorted()].map((stepId) => {
    const own = stepsBy.get(stepId) ?? [];
    const sumOf = (outcome: string): number =>
      own.reduce((sum, one) => (one.outcome === outcome ? sum + one.count : sum), 0);
    const [passed, skipped] = [sumOf('passed'), sumOf('skipped')];
    const [failed, cancelled] = [sumOf('failed'), sumOf('cancelled')];
    const waits = waitingAt.get(stepId) ?? 0;
    const type = known.get(stepId)?.type ?? null;
    const counted = messagesBy.get(stepId);
    return {
      stepId,
      type,
      name: known.get(stepId)?.name ?? null,
      entered: waits + passed + skipped + failed + cancelled,
      waiting: waits,
      passed,
      skipped,
      skippedBy: wordsOf(own, 'skipped'),
      failed,
      failedBy: wordsOf(own, 'failed'),
      cancelled,
      messages: counted === undefined ? (type === 'email' ? NO_COUNTS : null) : countsOf(counted),
    };
  });
}

/** From entries, so that a reason called `__proto__` stays a name. */
const wordsOf = (own: readonly CountedSteps[], outcome: string): Words =>
  Object.fromEntries(
    own.filter((one) => one.outcome === outcome).map(({ reason, count }) => [reason, count]),
  );

const countsOf = (row: CountedStepMessages): MessageCounts =>
  Object.fromEntries(COUNT_KINDS.map((kind) => [kind, row[kind]])) as MessageCounts;

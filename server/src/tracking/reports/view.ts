import { COUNT_KINDS } from '../sql/counts.ts';
import type { Cohort } from './cohorts.ts';
import type { GroupKey, MessageGroup } from './message-report.ts';
import { bouncedOf, ratesOf, type MessageCounts } from './rates.ts';
import type { ReportedStep, SeriesReport } from './series-report.ts';

/** Counts as the API shows them. */
export const countsViewOf = (counts: MessageCounts) => ({ ...counts, bounced: bouncedOf(counts) });

const keyViewOf = (key: GroupKey) => ({
  automation_id: key.automationId,
  automation_name: key.automationName,
  automation_type: key.automationType,
  step_id: key.stepId,
  step_name: key.stepName,
  variant: key.variant,
  list_id: key.listId,
  list_name: key.listName,
});

export const groupViewOf = ({ key, total, points }: MessageGroup) => ({
  key: keyViewOf(key),
  total: countsViewOf(total),
  rates: ratesOf(total),
  points: points.map(({ at, counts }) => ({ at, counts: countsViewOf(counts) })),
});

export const seriesViewOf = (report: SeriesReport) => ({
  entered: report.entered,
  states: report.states,
  goal_rate: report.goalRate,
  time_to_goal:
    report.timeToGoal === null
      ? null
      : { median_seconds: report.timeToGoal.medianSeconds, of: report.timeToGoal.of },
  days: report.days.map(({ goalReached, ...day }) => ({ ...day, goal_reached: goalReached })),
  steps: report.steps.map(stepViewOf),
  waiting_truncated: report.isWaitingCut,
});

const stepViewOf = ({ stepId, skippedBy, failedBy, messages, ...step }: ReportedStep) => ({
  step_id: stepId,
  ...step,
  skipped_by: { ...skippedBy },
  failed_by: { ...failedBy },
  messages: messages === null ? null : countsViewOf(messages),
  rates: messages === null ? null : ratesOf(messages),
});

export const cohortViewOf = ({ at, entered, intervals }: Cohort) => ({
  at,
  entered,
  intervals: intervals.map(({ goalReached, ...rest }) => ({ ...rest, goal_reached: goalReached })),
});

/** The columns of counts in a file. */
export const COUNT_COLUMNS: readonly string[] = [...COUNT_KINDS, 'bounced'];

/** The cells of counts, in the order of `COUNT_COLUMNS`. */
export const countCells = (counts: MessageCounts): string[] =>
  [...COUNT_KINDS.map((kind) => counts[kind]), bouncedOf(counts)].map(String);

/** The columns of a group in a file. */
export const KEY_COLUMNS: readonly string[] = [
  'automation_id',
  'automation_name',
  'automation_type',
  'step_id',
  'step_name',
  'variant',
  'list_id',
  'list_name',
];

/** The cells of a group, in the order of `KEY_COLUMNS`; empty for what it is not made by. */
export const keyCells = (key: GroupKey): string[] =>
  Object.values(keyViewOf(key)).map((cell) => cell ?? '');

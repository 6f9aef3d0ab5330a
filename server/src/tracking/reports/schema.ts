import { Type } from 'typebox';
import { Nullable } from '../../platform/http.ts';
import { COUNT_KINDS } from '../sql/counts.ts';
import { GROUPINGS, INTERVALS } from './period.ts';

const Uuid = Type.String({ format: 'uuid' });
const Count = Type.Integer();
const Rate = Nullable(Type.Number({ minimum: 0, maximum: 1 }));
/** A day, as the side's calendar has it. */
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day: 2026-11-02' });

/** From when to when, both days included. */
export const PeriodQuery = {
  from: Type.Optional(Day),
  to: Type.Optional(Day),
};

export const MessageReportQuery = Type.Object({
  ...PeriodQuery,
  by: Type.Enum([...INTERVALS], { default: 'day' }),
  group: Type.Enum([...GROUPINGS], { default: 'none' }),
  automation_id: Type.Optional(Type.String({ maxLength: 64 })),
  list_id: Type.Optional(Type.String({ maxLength: 64 })),
});

/** What came of messages. Each message counts once per kind. */
const MessageCounts = Type.Object(
  {
    ...(Object.fromEntries(COUNT_KINDS.map((kind) => [kind, Count])) as Record<
      (typeof COUNT_KINDS)[number],
      typeof Count
    >),
    bounced: Type.Integer({ description: 'bounced_hard, bounced_soft and blocked together' }),
  },
  { description: 'Messages, each once per kind; opened and clicked are by people' },
);

/** Shares of what was sent, by `ratesOf`; null where nothing was. */
const MessageRates = Type.Object(
  {
    delivered: Rate,
    opened: Rate,
    clicked: Rate,
    unsubscribed: Rate,
    bounced: Rate,
    complained: Rate,
  },
  { description: 'Between 0 and 1; null where there is nothing to be a share of: docs/reports.md' },
);

const Period = { from: Day, to: Day, timezone: Type.String() };

export const MessageReportView = Type.Object({
  ...Period,
  by: Type.Enum([...INTERVALS]),
  intervals: Type.Array(Day, { description: 'The first day of every interval, in order' }),
  total: MessageCounts,
  rates: MessageRates,
  groups: Type.Array(
    Type.Object({
      key: Type.Object(
        {
          automation_id: Nullable(Uuid),
          automation_name: Nullable(Type.String()),
          automation_type: Nullable(
            Type.Enum(['series', 'broadcast', 'confirmation', 'transactional']),
          ),
          step_id: Nullable(Type.String()),
          step_name: Nullable(Type.String()),
          variant: Nullable(Type.String()),
          list_id: Nullable(Uuid),
          list_name: Nullable(Type.String()),
        },
        { description: 'Null for what the groups are not made by, and for messages of no list' },
      ),
      total: MessageCounts,
      rates: MessageRates,
      points: Type.Array(Type.Object({ at: Day, counts: MessageCounts }), {
        description: 'Intervals in which anything was sent; at is the first day of one',
      }),
    }),
    { description: 'Those that sent most, at most 50' },
  ),
  truncated: Type.Boolean({ description: 'There are more groups; total has them too' }),
});

const Words = Type.Record(Type.String(), Count);

export const SeriesReportView = Type.Object({
  series_id: Uuid,
  name: Type.String(),
  version: Nullable(Type.Integer()),
  ...Period,
  entered: Type.Integer({ description: 'Passages that began in the period' }),
  states: Type.Object(
    {
      active: Count,
      completed: Count,
      goal_reached: Count,
      exited: Count,
      removed: Count,
      ended: Count,
    },
    { description: 'What they are now' },
  ),
  goal_rate: Rate,
  time_to_goal: Nullable(
    Type.Object({
      median_seconds: Type.Number(),
      of: Type.Integer({ description: 'Passages it was taken of: the youngest, at most 10,000' }),
    }),
  ),
  days: Type.Array(
    Type.Object({ at: Day, entered: Count, completed: Count, goal_reached: Count, left: Count }),
    { description: 'Every day; an end counts on the day it came, whenever the passage began' },
  ),
  steps: Type.Array(
    Type.Object({
      step_id: Type.String(),
      type: Nullable(Type.String({ description: 'Null: no longer in the published version' })),
      name: Nullable(Type.String()),
      entered: Type.Integer({ description: 'waiting and all outcomes together' }),
      waiting: Type.Integer({ description: 'Now' }),
      passed: Count,
      skipped: Count,
      skipped_by: Words,
      failed: Count,
      failed_by: Words,
      cancelled: Count,
      messages: Nullable(MessageCounts),
      rates: Nullable(MessageRates),
    }),
    { description: 'In the order of the published version' },
  ),
  waiting_truncated: Type.Boolean({ description: 'More wait than were counted' }),
});

export const CohortQuery = Type.Object({
  ...PeriodQuery,
  by: Type.Enum(['week', 'month'], { default: 'week' }),
});

export const CohortsView = Type.Object({
  series_id: Uuid,
  name: Type.String(),
  ...Period,
  by: Type.Enum(['week', 'month']),
  cohorts: Type.Array(
    Type.Object({
      at: Day,
      entered: Count,
      intervals: Type.Array(
        Type.Object({
          since: Type.Integer({ description: 'Intervals since the one of entering, which is 0' }),
          goal_reached: Count,
          ended: Type.Integer({ description: 'Over without the goal' }),
          active: Type.Integer({ description: 'Still under way' }),
        }),
        { description: 'How they stood at the end of each; the last one is not over yet' },
      ),
    }),
  ),
});

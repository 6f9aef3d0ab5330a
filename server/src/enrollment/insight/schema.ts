import { Type } from 'typebox';
import { Instant, Nullable, Reasons } from '../../platform/http.ts';
import { AUTOMATION_STATUSES } from '../../series/index.ts';
import { PERSON_STATES } from '../explain/codes.ts';
import { ENROLLMENT_STATES } from '../schema.ts';
import { TIMELINE_KINDS } from '../timeline.ts';

const Uuid = Type.String({ format: 'uuid' });
const State = Type.Enum([...ENROLLMENT_STATES]);

const Explained = {
  code: Type.String({ description: 'Listed in docs/explain.md' }),
  sentence: Type.String(),
};

const ExplainView = Type.Object({
  state: Type.Enum([...PERSON_STATES]),
  reasons: Type.Array(
    Type.Object({ rule: Type.String(), input: Type.String(), outcome: Type.String() }),
    { description: 'Every rule that was looked at, in order' },
  ),
  next: Nullable(
    Type.Object({
      action: Type.String(),
      step_id: Nullable(Type.String()),
      at: Nullable(Instant),
      reasons: Reasons,
    }),
  ),
  ...Explained,
  series_id: Uuid,
  series_name: Type.String(),
  timezone: Type.Object({
    name: Type.String(),
    source: Type.Enum(['user', 'series', 'workspace', 'default']),
    sentence: Type.String(),
  }),
  entry: Type.Object(Explained, {
    description: 'Whether a call to enroll would let the user in now, and by which rule',
  }),
  enrollment: Nullable(
    Type.Object({
      id: Uuid,
      version: Type.Integer(),
      run: Type.Integer(),
      state: State,
      end_reason: Nullable(Type.String()),
      entered_by: Type.String(),
      entry_event: Nullable(Type.String({ description: 'The type of the event that started it' })),
      entered_at: Instant,
      ended_at: Nullable(Instant),
    }),
  ),
  steps: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      step_id: Type.String(),
      outcome: Type.Enum(['passed', 'skipped', 'failed', 'cancelled', 'in_doubt']),
      ...Explained,
      branch: Nullable(Type.String()),
      due_at: Instant,
      at: Instant,
      message_id: Nullable(Uuid),
      reasons: Reasons,
    }),
    { description: 'What is behind the last passage, oldest first' },
  ),
});

/** One series, or a page of all that say something about the user. */
export const ExplainAnswer = Type.Union([
  ExplainView,
  Type.Object({ data: Type.Array(ExplainView), next_cursor: Nullable(Type.String()) }),
]);

const Counts = Type.Object({}, { additionalProperties: Type.Integer() });
const StepCounts = { sends: Type.Integer(), steps: Type.Integer() };
const Follows = {
  follows: Type.Integer({
    description:
      'Of the steps: waits that an email comes right after, which leaves then or soon after',
  }),
};

export const UpcomingView = Type.Object({
  from: Instant,
  to: Instant,
  series: Type.Array(
    Type.Object({
      series_id: Uuid,
      type: Type.Enum(['series', 'broadcast']),
      name: Type.String(),
      status: Type.Enum([...AUTOMATION_STATUSES]),
      ...StepCounts,
      ...Follows,
      due: Type.Object(StepCounts, { description: 'Due by now, or being worked' }),
      parked: Type.Object(StepCounts, {
        description: 'Standing still, because the series is not active',
      }),
    }),
  ),
  hours: Type.Array(Type.Object({ hour: Instant, series_id: Uuid, ...StepCounts, ...Follows }), {
    description: 'Hours of timezone that have anything, by their first instant, soonest first',
  }),
  timezone: Type.String(),
  truncated: Type.Boolean({ description: 'There are more hours or series than are told' }),
  counted_until: Nullable(
    Type.String({
      format: 'date-time',
      description:
        'Up to when everything is counted, where a side has more than a million steps planned; else null',
    }),
  ),
});

export const StatsView = Type.Object({
  enrollments: Counts,
  messages: Counts,
  steps: Type.Array(
    Type.Object({
      step_id: Type.String(),
      waiting: Type.Integer(),
      passed: Type.Integer(),
      skipped: Type.Integer(),
      failed: Type.Integer(),
      cancelled: Type.Integer(),
      skipped_by: Counts,
      failed_by: Counts,
      branches: Counts,
      messages: Counts,
    }),
  ),
  ledger: Nullable(
    Type.Object(
      {
        planned: Type.Integer(),
        passed: Type.Integer(),
        skipped: Type.Integer(),
        failed: Type.Integer(),
        cancelled: Type.Integer(),
        pending: Type.Integer(),
        processing: Type.Integer(),
        in_doubt: Type.Integer(),
        unaccounted: Type.Integer(),
      },
      {
        description:
          'planned = all the others; unaccounted is 0 at any moment. Null with more than 100,000 passages',
      },
    ),
  ),
  entered: Type.Integer({ description: 'Passages in all; those of one user count each' }),
  entered_by: Counts,
  active: Type.Integer(),
  completed: Type.Integer(),
  goal_reached: Type.Integer(),
  exited: Type.Integer(),
  exited_by: Counts,
  removed: Type.Integer(),
  ended: Type.Integer(),
});

export const TimelineView = Type.Object({
  data: Type.Array(
    Type.Object({
      at: Instant,
      kind: Type.Enum([...TIMELINE_KINDS]),
      ...Explained,
      series_id: Nullable(Uuid),
      series_name: Nullable(Type.String()),
      enrollment_id: Nullable(Uuid),
      step_id: Nullable(Type.String()),
      message_id: Nullable(Uuid),
      detail: Type.Object({}, { additionalProperties: true }),
      reasons: Reasons,
    }),
  ),
  next_cursor: Nullable(Type.String()),
});

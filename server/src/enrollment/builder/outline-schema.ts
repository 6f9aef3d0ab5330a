import { Type } from 'typebox';
import { Instant, Nullable, Reasons } from '../../platform/http.ts';
import { STEPS_MAX } from '../../series/index.ts';

const Anything = Type.Object({}, { additionalProperties: true });

/** A draft as it is on the canvas, and who would walk through it. */
export const OutlineBody = Type.Object({
  steps: Type.Optional(
    Type.Array(Anything, {
      maxItems: STEPS_MAX,
      description: 'As in a series, with or without faults; the stored draft where it is left out',
    }),
  ),
  settings: Type.Optional(Anything),
  at: Type.Optional({ ...Instant, description: 'When somebody enters; now, if left out' }),
  user: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'Traits, such as timezone' }),
  ),
  checks: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether to check the emails too: slower' }),
  ),
});

const Weekday = Type.Enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
const Day = Type.Integer({ description: 'Local days since entering: 0 is the day itself' });
const LocalTime = Type.String({ description: 'HH:MM' });

const StepView = Type.Object({
  step_id: Type.String(),
  day: Nullable(Day),
  at: Nullable({ ...Instant, description: 'When it is done with, at the earliest' }),
  weekday: Nullable(Weekday),
  local_time: Nullable(LocalTime),
  timezone: Nullable(Type.String()),
  latest: Nullable(
    Type.Object(
      { day: Day, at: Instant, weekday: Weekday, local_time: LocalTime },
      { description: 'Where paths of different length lead here, or sends are spread' },
    ),
  ),
  certain: Type.Boolean({
    description: 'False where somebody may pass it at another time: after an event, or by a date',
  }),
  words: Nullable(Type.String()),
  reasons: Reasons,
});

const where = { step_id: Nullable(Type.String()), path: Type.String() };

export const OutlineView = Type.Object({
  at: Instant,
  timezone: Type.Object({
    name: Type.String(),
    source: Type.Enum(['user', 'series', 'workspace', 'default']),
  }),
  steps: Type.Array(StepView),
  faults: Type.Array(
    Type.Object({
      ...where,
      code: Type.Enum([
        'field',
        'id',
        'target',
        'cycle',
        'unreachable',
        'settings',
        'publish',
        'email',
      ]),
      message: Type.String(),
    }),
    { description: 'All that saving or publishing would refuse' },
  ),
  warnings: Type.Array(Type.Object({ ...where, code: Type.String(), message: Type.String() })),
  words: Type.Object(
    {
      window: Type.String(),
      entry: Type.String(),
      audience: Type.String(),
      reenrollment: Type.String(),
      goal: Type.String(),
      exits: Type.Array(Type.String()),
      caps: Type.String(),
      resume: Type.String(),
    },
    { description: 'The settings as sentences; of those with faults, their defaults' },
  ),
});

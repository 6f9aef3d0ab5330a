import { Type } from 'typebox';
import { EventFilterRef, FilterRef } from '../../audience/index.ts';
import { Nullable } from '../../platform/http.ts';
import { ENTRY_TRIGGERS, EVENT_NAME_LENGTH_MAX } from './entry.ts';
import { EXIT_RULES_MAX, EXIT_SIGNALS } from './exit.ts';
import { OVER_CAP, PRIORITY_MAX } from './limits.ts';
import { REENROLLMENT_AFTER, RUNS_MAX } from './reenrollment.ts';
import { RESUME_LATE } from './resume.ts';

/** A length of time, as it travels. */
export const DelaySchema = Type.Object({
  amount: Type.Integer({ minimum: 0 }),
  unit: Type.Enum(['minutes', 'hours', 'days', 'weeks', 'business_days']),
});

const EventName = Type.String({ minLength: 1, maxLength: EVENT_NAME_LENGTH_MAX });

const Entry = {
  entry_trigger: Type.Optional(
    Type.Enum([...ENTRY_TRIGGERS], {
      default: 'api',
      description: 'What starts enrollments; a call enrolls whatever stands here',
    }),
  ),
  entry_event_name: Type.Optional(Nullable(EventName)),
  entry_filter: Type.Optional(Nullable(EventFilterRef)),
  audience: Type.Optional(Nullable(FilterRef)),
};

const Schedule = {
  timezone: Type.Optional(
    Nullable(Type.String({ description: 'An IANA name, such as Europe/Berlin' })),
  ),
  use_user_timezone: Type.Optional(Type.Boolean()),
  send_window: Type.Optional(
    Nullable(
      Type.Object({
        start: Type.String({ description: 'HH:MM, inclusive' }),
        end: Type.String({
          description: 'HH:MM, exclusive; 24:00 allowed; before start: the next day',
        }),
      }),
    ),
  ),
  business_days_only: Type.Optional(Type.Boolean()),
  business_days: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }),
  ),
  holidays: Type.Optional(
    Nullable(
      Type.Object({ country: Type.String(), region: Type.Optional(Nullable(Type.String())) }),
    ),
  ),
  max_lateness: Type.Optional(Nullable(DelaySchema)),
  spread_minutes: Type.Optional(Nullable(Type.Integer({ minimum: 0 }))),
};

/** The part of the settings that decides when steps are due. */
export const ScheduleSettingsSchema = Type.Object(Schedule);

const Reenrollment = Type.Object({
  enabled: Type.Optional(Type.Boolean()),
  cooldown: Type.Optional(Nullable(DelaySchema)),
  max_runs: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: RUNS_MAX }))),
  after: Type.Optional(Nullable(Type.Enum([...REENROLLMENT_AFTER]))),
});

const OnFilter = Type.Object({ filter: FilterRef });
const OnEvent = Type.Object({
  event: EventName,
  filter: Type.Optional(Nullable(EventFilterRef)),
});
const within = Type.Optional(
  Nullable({ ...DelaySchema, description: 'Counted from entering' } as typeof DelaySchema),
);
const Goal = Type.Union([
  Type.Object({ ...OnFilter.properties, within }),
  Type.Object({ ...OnEvent.properties, within }),
]);
const ExitRule = Type.Union([
  OnFilter,
  OnEvent,
  Type.Object({ on: Type.Enum([...EXIT_SIGNALS]) }),
  Type.Object({ enters: Type.String({ format: 'uuid', description: 'The id of a series' }) }),
]);

/** The settings of a series as a client sends them: docs/settings.md. */
export const SettingsSchema = Type.Object({
  ...Entry,
  ...Schedule,
  reenrollment: Type.Optional(Nullable(Reenrollment)),
  goal: Type.Optional(Nullable(Goal)),
  exit: Type.Optional(Nullable(Type.Array(ExitRule, { maxItems: EXIT_RULES_MAX }))),
  priority: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: PRIORITY_MAX }))),
  over_cap: Type.Optional(Nullable(Type.Enum([...OVER_CAP]))),
  resume: Type.Optional(
    Nullable(
      Type.Object({
        late: Type.Optional(Type.Enum([...RESUME_LATE])),
        after: Type.Optional(Nullable(DelaySchema)),
      }),
    ),
  ),
});

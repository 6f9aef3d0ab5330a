import { Type } from 'typebox';
import { FilterRef } from '../../audience/index.ts';
import { Instant, Nullable, Reasons } from '../../platform/http.ts';
import { DAYS_MAX, PEOPLE_MAX, ROWS_MAX } from './request.ts';
import { WHAT } from './timeline.ts';

const Delay = Type.Object({
  amount: Type.Integer({ minimum: 0 }),
  unit: Type.Enum(['minutes', 'hours', 'days', 'weeks', 'business_days']),
});
const Traits = Type.Object({}, { additionalProperties: true });
const UserId = Type.String({ minLength: 1, maxLength: 255 });

const Synthetic = Type.Object({
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: PEOPLE_MAX, default: 10 })),
  zones: Type.Optional(Type.Array(Type.String({ description: 'An IANA name' }))),
  traits: Type.Optional(Type.Union([Traits, Type.Array(Traits)])),
});
const ByIds = Type.Object({
  user_ids: Type.Array(UserId, { minItems: 1, maxItems: PEOPLE_MAX }),
});
const ByFilter = Type.Object({
  filter: FilterRef,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PEOPLE_MAX, default: 100 })),
});

/** When something happens: exactly one of the two. */
const When = {
  user_id: Type.Optional(Nullable(UserId)),
  at: Type.Optional(Instant),
  after: Type.Optional({
    ...Delay,
    description: 'Counted from when the person enters',
  } as typeof Delay),
};

/** What is to be simulated: docs/simulate.md. */
export const SimulateBody = Type.Object({
  version: Type.Optional(Nullable(Type.Integer({ minimum: 1, description: 'Null: the draft' }))),
  start: Type.Optional(Instant),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: DAYS_MAX, default: 365 })),
  people: Type.Optional(Type.Union([ByIds, ByFilter, Synthetic])),
  enter_over: Type.Optional(Nullable(Delay)),
  properties: Type.Optional(Traits),
  events: Type.Optional(
    Type.Array(
      Type.Object({
        ...When,
        event_type: Type.String({ minLength: 1, maxLength: 100 }),
        metadata: Type.Optional(Traits),
      }),
    ),
  ),
  changes: Type.Optional(Type.Array(Type.Object({ ...When, traits: Traits }))),
  rows: Type.Optional(Type.Integer({ minimum: 0, maximum: ROWS_MAX, default: ROWS_MAX })),
  explain: Type.Optional(Type.Boolean({ default: false })),
});

const Count = Type.Integer();
const Counts = Type.Object({}, { additionalProperties: Count });
const StepId = Nullable(Type.String());
const Branch = Nullable(Type.String());

export const SimulationView = Type.Object({
  series_id: Type.String(),
  version: Nullable(Type.Integer()),
  start: Instant,
  end: Instant,
  people: Count,
  waiting: Type.Integer({ description: 'Who is in the series when the clock stops' }),
  truncated: Nullable(Type.Enum(['rows', 'people', 'endless'])),
  totals: Type.Object({
    counts: Counts,
    steps: Type.Array(
      Type.Object({
        step_id: Type.String(),
        type: Type.String(),
        arrived: Count,
        waiting: Count,
        counts: Counts,
        branches: Counts,
      }),
    ),
    hours: Type.Array(Type.Object({ hour: Instant, counts: Counts })),
    edges: Type.Array(Type.Object({ from: StepId, to: StepId, branch: Branch, count: Count })),
  }),
  timeline: Type.Array(
    Type.Object({
      at: Instant,
      user_id: Type.String(),
      run: Type.Integer(),
      seq: Type.Integer(),
      step_id: StepId,
      what: Type.Enum([...WHAT]),
      until: Nullable(Instant),
      branch: Branch,
      to: StepId,
      reason: Nullable(Type.String()),
      reasons: Type.Optional(Reasons),
    }),
  ),
  mermaid: Type.String(),
});

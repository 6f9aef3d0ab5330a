import { Type } from 'typebox';
import { Instant, Nullable } from '../platform/http.ts';
import { FindingView } from './emails/finding-view.ts';
import { STEPS_MAX } from './graph.ts';
import { AUTOMATION_STATUSES, NAME_LENGTH_MAX } from './series.ts';
import { SettingsSchema } from './settings/schema.ts';
import { StepSchema } from './step-schema.ts';

/** What creates or replaces a series. */
export const SeriesBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  settings: Type.Optional(SettingsSchema),
  steps: Type.Array(StepSchema, { maxItems: STEPS_MAX }),
});

/** The draft that is meant, for whatever is done with a draft. */
export const SeenEtag = {
  etag: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'Of the draft as it was read: refused with 409 `….changed` where somebody else changed it since',
    }),
  ),
};

/** What may be said of an activation. */
export const ActivateBody = Type.Object(SeenEtag);

/** What replaces a draft. */
export const SeriesChange = Type.Object({ ...SeriesBody.properties, ...SeenEtag });

/** What every automation shows. */
const AutomationView = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  status: Type.Enum([...AUTOMATION_STATUSES]),
  created_at: Instant,
  updated_at: Instant,
};

/** A series: its draft, and which version is published. */
export const SeriesView = Type.Object({
  ...AutomationView,
  type: Type.Literal('series'),
  version: Nullable(Type.Integer()),
  settings: Type.Object({}, { additionalProperties: true }),
  steps: Type.Array(Type.Object({}, { additionalProperties: true })),
  etag: Type.String({
    description: 'Of name, settings and steps: send it along with what replaces or publishes them',
  }),
});

/** The file that a series is kept in; left out for those that are made in the dashboard. */
const ManagedBy = Type.Optional(
  Type.Object(
    {
      kind: Type.Literal('code'),
      slug: Type.String({ description: 'The name of the file without its ending' }),
      path: Type.String({ description: 'Where the file is in its repository' }),
      applied_at: Instant,
      is_changed: Type.Boolean({
        description:
          'Whether somebody changed the series elsewhere since: an apply refuses it then',
      }),
    },
    { description: 'Of a series that is kept in a file: docs/series-as-code.md' },
  ),
);

/** A series of a list, with what lists show of it where that was asked for. */
export const ListedSeriesView = Type.Object({
  ...SeriesView.properties,
  managed_by: ManagedBy,
  counts: Type.Optional(
    Type.Object({
      in_flight: Type.Integer({ description: 'Passages under way now' }),
      sent_7d: Type.Integer({ description: 'Emails in the last seven days, today included' }),
      entered_7d: Type.Integer({ description: 'Passages that began in these days' }),
      goal_rate: Nullable(
        Type.Number({
          minimum: 0,
          maximum: 1,
          description:
            'Of passages that began in the last 30 days, the share that reached the goal; null without a goal, or without any',
        }),
      ),
    }),
  ),
  edited_at: Type.Optional(
    Nullable(Type.String({ format: 'date-time', description: 'Of the last change; real time' })),
  ),
  edited_by: Type.Optional(
    Nullable(Type.String({ description: 'The member, key or command; null: unknown' })),
  ),
});

/** One series, and the scan that takes its audience in. */
export const SeriesReadView = Type.Object({
  ...SeriesView.properties,
  managed_by: ManagedBy,
  scan: Type.Optional(
    Type.Object(
      {
        kind: Type.Literal('activation'),
        looked: Type.Integer(),
        entered: Type.Integer(),
        total: Nullable(Type.Integer({ description: 'About how many users there are to look at' })),
        started_at: Instant,
        finished_at: Nullable(Instant),
      },
      { description: 'Users looked at and taken in since the series was activated or resumed' },
    ),
  ),
});

/** Warnings are for those who ask: the answer is the series, as reading it gives it. */
export const WarningsQuery = Type.Object({
  warnings: Type.Boolean({ default: false, description: 'Whether to tell warnings of the checks' }),
});

/** A series that has just been published, and what there is to know about its emails. */
export const PublishedView = Type.Object({
  ...SeriesView.properties,
  warnings: Type.Optional(Type.Array(FindingView)),
});

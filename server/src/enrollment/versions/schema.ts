import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import { FindingView, SeenEtag, SeriesView } from '../../series/index.ts';

const Delay = Type.Object({ amount: Type.Integer(), unit: Type.String() });

export const PublishBody = Type.Object({
  in_flight: Type.Optional(
    Type.Enum(['stay', 'migrate'], {
      description:
        'What becomes of people on older versions: they stay there (default), or are moved',
    }),
  ),
  dry_run: Type.Optional(
    Type.Boolean({ description: 'Answer what it would do, and do nothing', default: false }),
  ),
  ...SeenEtag,
});

export const ResumeBody = Type.Object({
  late: Type.Optional(
    Type.Enum(['send', 'skip', 'exit'], {
      description:
        'What becomes of steps that fell due in the pause: sent in the next window, skipped (emails ' +
        'only), or the user leaves. Without it what `settings.resume` says',
    }),
  ),
  after: Type.Optional(
    Type.Object(Delay.properties, {
      description: 'Only what is overdue by more than this is skipped or exited',
    }),
  ),
  dry_run: Type.Optional(Type.Boolean({ default: false })),
});

const Because = Type.Enum(['kept', 'removed', 'sent'], {
  description:
    'kept: the version has the step; removed: it has not; sent: it has, and sent it to them already',
});

export const PublishPreviewView = Type.Object({
  version: Type.Integer({ description: 'The number that the version would have' }),
  in_flight: Type.Enum(['stay', 'migrate']),
  people: Type.Integer(),
  waiting: Type.Array(
    Type.Object({ version: Type.Integer(), step_id: Type.String(), count: Type.Integer() }),
  ),
  moves: Type.Array(
    Type.Object({
      version: Type.Integer(),
      step_id: Type.String(),
      because: Because,
      to_step_id: Nullable(Type.String({ description: 'Null: the series ends for them' })),
      count: Type.Integer(),
    }),
  ),
  mail_at_once: Type.Integer({ description: 'Who would be due at an email as soon as moved' }),
  looked_at: Type.Integer({ description: 'Of how many people `moves` and `mail_at_once` tell' }),
  sample: Type.Array(
    Type.Object({
      user_id: Nullable(Type.String()),
      before: Type.Object({
        version: Type.Integer(),
        step_id: Type.String(),
        scheduled_for: Instant,
      }),
      because: Because,
      after: Nullable(
        Type.Object({
          version: Type.Integer(),
          step_id: Type.String(),
          scheduled_for: Instant,
        }),
      ),
    }),
  ),
});

const MigrationView = Type.Object({
  to_version: Type.Integer(),
  state: Type.Enum(['running', 'done', 'superseded', 'cancelled']),
  moved: Type.Integer(),
  remaining: Type.Integer({ description: 'Active enrollments on older versions' }),
  started_at: Instant,
  finished_at: Nullable(Instant),
});

/** The series, what the publishing ordered, and what it would do where it was only asked. */
export const PublishAnswer = Type.Object({
  ...SeriesView.properties,
  migration: Type.Optional(MigrationView),
  preview: Type.Optional(PublishPreviewView),
  warnings: Type.Optional(Type.Array(FindingView)),
});

const ResumePreviewView = Type.Object({
  late: Type.Enum(['send', 'skip', 'exit']),
  after: Delay,
  overdue: Type.Integer(),
  looked_at: Type.Integer({ description: 'Of how many of those the counts below tell' }),
  planned: Type.Integer({ description: 'Planned into the next window' }),
  skipped: Type.Integer(),
  exited: Type.Integer(),
  first_sends: Type.Array(Type.Object({ hour: Instant, count: Type.Integer() }), {
    description: 'The emails that come next for them, by the hour in which they are due',
  }),
});

export const ResumeAnswer = Type.Object({
  ...SeriesView.properties,
  preview: Type.Optional(ResumePreviewView),
});

const Text = Type.Optional(Nullable(Type.String()));

export const ContentUpdateBody = Type.Object({
  steps: Type.Record(
    Type.String({ description: 'The id of an email step' }),
    Type.Object({
      subject: Type.Optional(Type.String({ maxLength: 998 })),
      html: Type.Optional(Type.String({ maxLength: 500_000 })),
      mjml: Type.Optional(Type.String({ maxLength: 500_000 })),
      content: Type.Optional(Type.Object({}, { additionalProperties: true })),
      format: Text,
      template_id: Type.Optional(Type.String({ format: 'uuid' })),
      template_version: Type.Optional(Type.Integer({ minimum: 1 })),
      strict: Type.Optional(Type.Boolean()),
      text: Text,
      preheader: Text,
      from: Text,
      reply_to: Text,
    }),
  ),
});

export const ContentUpdateAnswer = Type.Object({
  ...SeriesView.properties,
  content_update: Type.Object({
    revision: Type.Integer(),
    versions: Type.Array(Type.Integer(), { description: 'The versions that have such a step' }),
  }),
});

const ContentUpdateView = Type.Object({
  revision: Type.Integer(),
  step_id: Type.String(),
  versions_to: Type.Integer({ description: 'The last version it is for' }),
  fields: Type.Object({}, { additionalProperties: true }),
  at: Instant,
});

const VersionView = {
  number: Type.Integer(),
  is_current: Type.Boolean({ description: 'Whether new enrollments enter it' }),
  active: Type.Integer({ description: 'Active enrollments on it' }),
  published_at: Instant,
};

export const VersionList = Type.Object({
  data: Type.Array(Type.Object(VersionView)),
  next_cursor: Nullable(Type.String()),
  content_updates: Type.Array(ContentUpdateView, { description: 'The last 100, youngest first' }),
  migrations: Type.Array(MigrationView, { description: 'The last 20, youngest first' }),
});

export const OneVersion = Type.Object({
  ...VersionView,
  settings: Type.Object({}, { additionalProperties: true }),
  steps: Type.Array(Type.Object({}, { additionalProperties: true }), {
    description: 'As they are sent now: with the content updates',
  }),
  waiting: Type.Array(Type.Object({ step_id: Type.String(), count: Type.Integer() })),
  content_updates: Type.Array(ContentUpdateView),
});

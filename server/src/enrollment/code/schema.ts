import { Type } from 'typebox';
import { Instant, Nullable, pageSchema } from '../../platform/http.ts';
import { AUTOMATION_STATUSES, FindingView, SeriesBody } from '../../series/index.ts';
import { DiffView } from '../builder/schema.ts';
import { PublishPreviewView } from '../versions/schema.ts';
import { FILE_STATUSES, PATH_LENGTH_MAX, SLUG_LENGTH_MAX, SLUG_PATTERN } from './call.ts';
import { DEEDS } from './deeds.ts';

const Status = Type.Enum([...AUTOMATION_STATUSES]);
const Fingerprint = Type.String({
  maxLength: 64,
  description: 'Of name, settings and steps: equal for two that would do the same',
});
const Slug = Type.String({
  maxLength: SLUG_LENGTH_MAX,
  pattern: SLUG_PATTERN,
  description: 'The name of the file without its ending',
});

/** A file, and how it is to be applied. */
const CodeBody = {
  slug: Slug,
  was: Type.Optional(
    Nullable(
      Type.String({
        maxLength: SLUG_LENGTH_MAX,
        description: 'The slug that the file had before, if it was renamed',
      }),
    ),
  ),
  id: Type.Optional(
    Nullable(
      Type.String({ maxLength: 64, description: 'The series that was pulled into the file' }),
    ),
  ),
  pulled: Type.Optional(
    Nullable(
      Type.Object(
        { fingerprint: Fingerprint, status: Status },
        { description: 'How the series was when it was pulled' },
      ),
    ),
  ),
  status: Type.Optional(
    Nullable(Type.Enum([...FILE_STATUSES], { description: 'Left out: whatever it is' })),
  ),
  in_flight: Type.Optional(
    Type.Enum(['stay', 'migrate'], { description: 'What becomes of people on older versions' }),
  ),
  series: SeriesBody,
};

export const PlanBody = Type.Object(CodeBody);

export const ApplyBody = Type.Object({
  ...CodeBody,
  path: Type.Optional(
    Type.String({ maxLength: PATH_LENGTH_MAX, description: 'Where the file is in its repository' }),
  ),
  force: Type.Optional(
    Type.Boolean({ default: false, description: 'Overwrite what somebody changed elsewhere' }),
  ),
});

export const PlanView = Type.Object({
  slug: Type.String(),
  id: Nullable(Type.String({ format: 'uuid', description: 'Null: it would be created' })),
  name: Type.Object({ before: Nullable(Type.String()), after: Type.String() }),
  status: Type.Object({ before: Nullable(Status), after: Nullable(Status) }),
  version: Nullable(Type.Integer({ description: 'The published one' })),
  fingerprint: Nullable(Fingerprint),
  does: Type.Array(Type.Enum([...DEEDS]), {
    description: 'In this order; hold: publish version 1 and stay paused. Empty: no change',
  }),
  diff: DiffView,
  conflicts: Type.Array(Type.Enum(['content', 'status']), {
    description: 'What somebody changed elsewhere since, and would be overwritten',
  }),
  people: Type.Integer({ description: 'Passages under way' }),
  preview: Nullable(PublishPreviewView),
  warnings: Type.Array(FindingView),
});

export const AppliedView = Type.Object({
  ...PlanView.properties,
  fingerprint: Fingerprint,
});

/** A series as a file would have it. */
const CodeSeriesView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  slug: Nullable(Type.String({ description: 'Of the file that it is kept in' })),
  path: Nullable(Type.String()),
  applied_at: Nullable(Instant),
  name: Type.String(),
  status: Status,
  fingerprint: Fingerprint,
  is_changed: Type.Boolean({
    description: 'Whether somebody changed it elsewhere since it was applied',
  }),
  applied: Nullable(
    Type.Object(
      { fingerprint: Fingerprint, status: Status },
      { description: 'How the series was when its file was applied last' },
    ),
  ),
  has_unpublished: Type.Boolean({
    description: 'Whether applying it as it is here would publish what was only drafted so far',
  }),
  settings: Type.Object(
    {},
    { additionalProperties: true, description: 'Without those that are as they are by default' },
  ),
  steps: Type.Array(Type.Object({}, { additionalProperties: true })),
});

/** A series that no file holds any more. */
export const ReleasedView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  slug: Type.String(),
});

export const SlugParams = Type.Object({ slug: Slug });

/** Of a side, which is told too. */
export const CodeSeriesPage = Type.Object({
  ...pageSchema(CodeSeriesView).properties,
  workspace: Type.Object(
    {
      id: Type.String({ format: 'uuid' }),
      name: Type.String(),
      side: Type.Enum(['live', 'test']),
    },
    { description: 'The side that the key is of' },
  ),
});

import { Type } from 'typebox';
import { FilterRef } from '../audience/index.ts';
import { Instant, Nullable } from '../platform/http.ts';
import { NAME_LENGTH_MAX, SeenEtag } from '../series/index.ts';
import { BROADCAST_STATES } from './broadcast.ts';
import { CLASSES } from './reasons.ts';
import { ALREADY_PAST } from './schedule.ts';
import { OUTCOMES } from './stats.ts';

const SPREAD = Type.Optional(
  Nullable(
    Type.Integer({
      minimum: 0,
      maximum: 1_440,
      description: 'Over how many minutes the sends are spread from their time; default 0',
    }),
  ),
);

const SendTime = {
  at: Type.Optional(Type.String({ description: 'One instant for everybody, ISO 8601' })),
  local: Type.Optional(
    Type.String({ description: '`2026-12-01T09:00`, as the clock of each person shows it' }),
  ),
  already_past: Type.Optional(
    Type.Enum([...ALREADY_PAST], {
      description: 'What becomes of people whose local time has passed at the start; default now',
    }),
  ),
  timezone: Type.Optional(
    Nullable(Type.String({ description: 'Of people without a zone; default the workspace’s' })),
  ),
};

/** To whom. */
const AudienceSchema = Type.Object(
  {
    everybody: Type.Optional(Type.Boolean({ description: 'Everybody with an address' })),
    filter: Type.Optional(FilterRef),
    list_id: Type.Optional(Type.String({ description: 'The subscribers of a list' })),
  },
  { description: 'Everybody, a filter, or a list with a filter or without' },
);

/** What creates or replaces a broadcast. A draft may still lack everything but its name. */
export const BroadcastBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  email: Type.Optional(
    Type.Object(
      {},
      { additionalProperties: true, description: 'The fields of an email step: docs/steps.md' },
    ),
  ),
  subject: Type.Optional(Type.String({ description: 'Short for email.subject' })),
  html: Type.Optional(Type.String({ description: 'Short for email.html' })),
  audience: Type.Optional(Nullable(AudienceSchema)),
  schedule: Type.Optional(Nullable(Type.Object(SendTime))),
  spread_minutes: SPREAD,
});

/** What replaces a draft. */
export const BroadcastChange = Type.Object({ ...BroadcastBody.properties, ...SeenEtag });

/** What may be said of a sending at once. */
export const SendBody = Type.Object(SeenEtag);

/** What orders a send time, if the draft has none or another one is meant. */
export const ScheduleBody = Type.Object({ ...SendTime, spread_minutes: SPREAD, ...SeenEtag });

/** Another audience to count than the one that is saved. */
export const CountBody = Type.Object({ audience: Type.Optional(AudienceSchema) });

/** A broadcast. */
export const BroadcastView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    type: Type.Literal('broadcast'),
    name: Type.String(),
    status: Type.Enum([...BROADCAST_STATES]),
    etag: Type.String({
      description: 'Of all that the draft says: send it along with what replaces or sends it',
    }),
    scheduled_for: Nullable(Instant),
    started_at: Nullable(Instant),
    finished_at: Nullable(Instant),
    created_at: Instant,
    updated_at: Instant,
  },
  { additionalProperties: true },
);

const counts = (names: readonly string[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])));

/** How many a broadcast reaches, and how many it does not: they add up to `matched`. */
export const AudienceCountView = counts(['matched', ...CLASSES]);

/** A broadcast in figures. */
export const BroadcastStatsView = Type.Object({
  status: Type.Enum([...BROADCAST_STATES]),
  total: Type.Integer({ description: 'Who is to get it; `outcomes` add up to this' }),
  audience: AudienceCountView,
  outcomes: counts(OUTCOMES),
  snapshot: Type.Object({
    looked: Type.Integer(),
    estimate: Nullable(Type.Integer({ description: 'About how many users there are' })),
    finished_at: Nullable(Instant),
  }),
  per_second: Type.Number({ description: 'Emails that left lately' }),
  estimated_end: Nullable(Instant),
});

/** What a recipient may be asked for by. */
export const RECIPIENT_OUTCOMES = [
  ...OUTCOMES,
  ...CLASSES.filter((name) => name !== 'will_send'),
] as const;

/** One of the audience, and what became of them. */
export const RecipientView = Type.Object({
  user_id: Nullable(Type.String()),
  outcome: Type.Enum([...RECIPIENT_OUTCOMES]),
  reason: Nullable(Type.String()),
  scheduled_for: Nullable(Instant),
  message_id: Nullable(Type.String({ format: 'uuid', description: 'See GET /messages/{id}' })),
  sent_at: Nullable(Instant),
});

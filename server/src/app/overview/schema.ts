import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';

const Count = Type.Integer();

/** Why something needs attention, worst first. */
const ATTENTION_REASONS = [
  'paused_by_itself',
  'domain_failing',
  'webhook_disabled',
  'in_doubt',
  'failing_steps',
  'no_entries',
  'unpublished_changes',
] as const;

/** How a transport fares. */
export const TRANSPORT_STATES = ['working', 'failing', 'idle', 'off'] as const;

export const OverviewView = Type.Object({
  now: Type.String({ format: 'date-time', description: 'By the clock of the side' }),
  timezone: Type.String(),
  worker: Type.Object({
    alive: Type.Integer({ description: 'Workers whose heartbeat is fresh' }),
    last_beat_at: Nullable(Instant),
  }),
  queue: Type.Object({
    delay_seconds: Type.Number({
      minimum: 0,
      description: 'How long the oldest due step has waited; 0 on a test side, whose clock waits',
    }),
  }),
  transports: Type.Array(
    Type.Object({
      id: Nullable(Type.String({ format: 'uuid', description: 'Null: that of the installation' })),
      kind: Type.String(),
      name: Type.String(),
      state: Type.Enum([...TRANSPORT_STATES], {
        description: 'By the last 200 messages of the side; failing when most were put off',
      }),
      recent: Type.Integer({ description: 'Of these, how many went this way' }),
      put_off: Type.Integer({ description: 'And how many were put off and are to be tried again' }),
      last_at: Nullable(Instant),
      last_answer: Nullable(Type.String()),
    }),
    { description: 'Those of the same kind fare alike' },
  ),
  sending: Type.Object({
    paused: Type.Boolean(),
    rule: Nullable(Type.Enum(['bounces', 'complaints'])),
    words: Nullable(Type.String()),
    paused_at: Nullable(Instant),
  }),
  sent: Type.Object(
    { today: Count, yesterday: Count, last_7_days: Count },
    { description: 'Days of the side’s time zone; today is one of the seven' },
  ),
  planned: Type.Object({
    next_24_hours: Type.Integer({ description: 'Emails' }),
    truncated: Type.Boolean({
      description: 'There are more: the first 10,000 steps are looked at',
    }),
  }),
  attention: Type.Array(
    Type.Object({
      automation_id: Nullable(Type.String({ format: 'uuid' })),
      automation_type: Nullable(
        Type.Enum(['series', 'broadcast', 'confirmation', 'transactional']),
      ),
      name: Type.String({
        description: 'Of the series, the broadcast, or the domain; the URL of a webhook',
      }),
      reason: Type.Enum([...ATTENTION_REASONS]),
      words: Type.String(),
      count: Type.Integer({ description: 'Messages, steps or days, as the words say' }),
    }),
    { description: 'The worst first' },
  ),
  checklist: Type.Object(
    {
      identified_user: Type.Boolean(),
      enrolled_yourself: Type.Boolean({
        description: 'Somebody entered a series of the test side',
      }),
      fast_forwarded: Type.Boolean({ description: 'The clock of the test side was moved' }),
      connected_transport: Type.Boolean({ description: 'Mail of the live side can leave' }),
      went_live: Type.Boolean({ description: 'Something was activated or sent on the live side' }),
    },
    { description: 'Of both sides of the workspace together' },
  ),
});

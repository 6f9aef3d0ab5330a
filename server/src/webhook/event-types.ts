import { Type, type TSchema } from 'typebox';
import { Instant, Nullable } from '../platform/http.ts';

/** One kind of event that may be asked for. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  /** Of `data`. */
  readonly data: TSchema;
  /** One that could have happened: what a test sends. */
  readonly sample: Readonly<Record<string, unknown>>;
}

const Id = (description: string) => Type.String({ format: 'uuid', description });
const UserId = Type.String({ description: 'As the application knows the user' });
const Text = Type.String();
const MaybeText = Nullable(Text);

const ids = {
  message: '01980000-0000-7000-8000-000000000001',
  automation: '01980000-0000-7000-8000-000000000002',
  enrollment: '01980000-0000-7000-8000-000000000003',
};

const MESSAGE = {
  message_id: Id('The message'),
  user_id: UserId,
  automation_id: Id('The series or broadcast'),
  enrollment_id: Id('The passage that it belongs to'),
  step_id: Text,
  list_id: Nullable(Id('The list that it was sent to')),
  variant: MaybeText,
  to: Text,
  subject: Text,
};
const MESSAGE_SAMPLE = {
  message_id: ids.message,
  user_id: 'user-1',
  automation_id: ids.automation,
  enrollment_id: ids.enrollment,
  step_id: 'welcome',
  list_id: null,
  variant: null,
  to: 'ada@example.com',
  subject: 'Welcome',
};
const message = (
  name: string,
  description: string,
  more: Record<string, TSchema> = {},
  sample: object = {},
): EventType => ({
  name: `message.${name}`,
  description,
  data: Type.Object({ ...MESSAGE, ...more }),
  sample: { ...MESSAGE_SAMPLE, ...sample },
});

const Machine = Type.Boolean({ description: 'A scanner or a proxy, as far as can be told' });

const ENROLLMENT = Type.Object({
  enrollment_id: Id('The passage'),
  user_id: UserId,
  automation_id: Id('The series or broadcast'),
  automation_type: Type.String({
    description:
      '`series`, `broadcast` or `confirmation`; of transactional email nothing is told here',
  }),
  automation_name: Text,
  version: Type.Integer(),
  run: Type.Integer({ description: '1 the first time this user is in it' }),
  state: Type.String({ description: 'As `GET /users/{user_id}/enrollments` names it' }),
  entered_at: Instant,
  ended_at: Nullable(Instant),
  reason: Nullable(Type.String({ description: 'Why it ended' })),
});
const enrollment = (name: string, description: string, state: string): EventType => ({
  name: `enrollment.${name}`,
  description,
  data: ENROLLMENT,
  sample: {
    enrollment_id: ids.enrollment,
    user_id: 'user-1',
    automation_id: ids.automation,
    automation_type: 'series',
    automation_name: 'Onboarding',
    version: 1,
    run: 1,
    state,
    entered_at: '2026-03-01T12:00:00.000Z',
    ended_at: state === 'active' ? null : '2026-03-08T12:00:00.000Z',
    reason: state === 'active' ? null : 'finished',
  },
});

const USER = {
  user_id: UserId,
  email: MaybeText,
  name: MaybeText,
  timezone: MaybeText,
  locale: MaybeText,
  signed_up_at: Nullable(Instant),
  traits: Type.Record(Type.String(), Type.Unknown()),
};
const USER_SAMPLE = {
  user_id: 'user-1',
  email: 'ada@example.com',
  name: 'Ada',
  timezone: 'Europe/Lisbon',
  locale: 'en',
  signed_up_at: null,
  traits: { plan: 'pro' },
};
const CHOICE = Type.Object({
  user_id: UserId,
  email: MaybeText,
  list_id: Nullable(Id('Null: all marketing')),
  source: Type.String({ description: 'Where it was chosen' }),
  message_id: MaybeText,
});
const CHOICE_SAMPLE = {
  user_id: 'user-1',
  email: 'ada@example.com',
  list_id: null,
  source: 'page',
  message_id: ids.message,
};

const SERIES = Type.Object({
  automation_id: Id('The series'),
  name: Text,
  version: Nullable(Type.Integer()),
});
const series = (name: string, description: string): EventType => ({
  name: `series.${name}`,
  description,
  data: SERIES,
  sample: { automation_id: ids.automation, name: 'Onboarding', version: 1 },
});

/** Everything that may be asked for. Migration 0021 writes these, with exactly this `data`. */
export const EVENT_TYPES: readonly EventType[] = [
  message('sent', 'A way out took the message, or it was captured'),
  message('delivered', 'The receiving server took the message'),
  message('opened', 'The message was opened; each time', { machine: Machine }, { machine: false }),
  message(
    'clicked',
    'A link of the message was followed; each time',
    { machine: Machine, url: MaybeText },
    { machine: false, url: 'https://example.com/start' },
  ),
  message(
    'bounced',
    'The message came back',
    {
      class: Nullable(Type.String({ description: '`hard`, `soft` or `blocked`' })),
      code: MaybeText,
      diagnostic: MaybeText,
    },
    { class: 'hard', code: '5.1.1', diagnostic: 'No such user' },
  ),
  message('complained', 'The recipient marked the message as spam'),
  message('unsubscribed', 'The recipient unsubscribed by the message'),
  message('in_doubt', 'Nobody knows whether the message left: a member decides'),
  message(
    'rejected',
    'The message will not leave: refused by a way out, or by us',
    { reason: MaybeText },
    { reason: '554 refused' },
  ),
  message(
    'cancelled',
    'The message waited, and will not leave any more: nobody may write to the recipient by now, or what it belonged to ended',
    { reason: MaybeText },
    { reason: 'suppressed:manual' },
  ),
  enrollment('started', 'A user entered a series or broadcast', 'active'),
  enrollment('completed', 'A passage went through its last step', 'completed'),
  enrollment('goal_reached', 'A passage reached the goal of its series', 'goal_reached'),
  enrollment('exited', 'A passage ended by an exit rule, or with its series', 'exited'),
  enrollment('removed', 'A user was taken out', 'removed'),
  {
    name: 'user.created',
    description: 'A user became known',
    data: Type.Object(USER),
    sample: USER_SAMPLE,
  },
  {
    name: 'user.updated',
    description: 'What is known of a user changed; that they were here is no change',
    data: Type.Object({
      ...USER,
      changed: Type.Array(Type.String(), { description: 'Names of the members that differ' }),
    }),
    sample: { ...USER_SAMPLE, changed: ['traits'] },
  },
  {
    name: 'user.unsubscribed',
    description: 'A user declined a list, or all marketing',
    data: CHOICE,
    sample: CHOICE_SAMPLE,
  },
  {
    name: 'user.subscribed',
    description: 'A user asked for a list, or for marketing again',
    data: CHOICE,
    sample: { ...CHOICE_SAMPLE, message_id: null },
  },
  {
    name: 'user.suppressed',
    description: 'An address or a user must not be mailed any more; once for each user who has it',
    data: Type.Object({
      user_id: Nullable(UserId),
      address: MaybeText,
      reason: Text,
      source: Text,
    }),
    sample: {
      user_id: 'user-1',
      address: 'ada@example.com',
      reason: 'hard_bounce',
      source: 'provider',
    },
  },
  {
    name: 'user.erased',
    description: 'A user was erased; erase them too. Nothing else about them is told after it',
    data: Type.Object({ user_id: UserId }),
    sample: { user_id: 'user-1' },
  },
  series('published', 'A version of a series was published'),
  series('paused', 'A series was paused'),
  series('archived', 'A series was archived'),
  {
    name: 'broadcast.finished',
    description: 'Everybody a broadcast was for has had their turn, or it was cancelled',
    data: Type.Object({
      automation_id: Id('The broadcast'),
      name: Text,
      state: Type.String({ description: '`sent` or `cancelled`' }),
      counts: Type.Record(Type.String(), Type.Unknown()),
    }),
    sample: {
      automation_id: ids.automation,
      name: 'March news',
      state: 'sent',
      counts: { included: 100 },
    },
  },
  {
    name: 'sending.paused',
    description: 'Sending stopped by itself because too much came back',
    data: Type.Object({
      automation_id: Nullable(Id('Null: the whole side')),
      rule: Type.String({ description: '`bounces` or `complaints`' }),
      sent: Nullable(Type.Number()),
      count: Nullable(Type.Number({ description: 'Of these, how many came back' })),
      percent: Nullable(Type.Number()),
      limit_percent: Nullable(Type.Number()),
      days: Nullable(Type.Number({ description: 'How far back was counted' })),
    }),
    sample: {
      automation_id: null,
      rule: 'bounces',
      sent: 1_000,
      count: 60,
      percent: 6,
      limit_percent: 5,
      days: 7,
    },
  },
];

/** Asks for every type, those of later versions too. */
export const ALL_TYPES = '*';

const BY_NAME: ReadonlyMap<string, EventType> = new Map(
  EVENT_TYPES.map((type) => [type.name, type]),
);

/** The type of this name; null when there is none. */
export const eventTypeOf = (name: string): EventType | null => BY_NAME.get(name) ?? null;

/** The whole event as it is sent, and as a line of the stream. */
export const EventEnvelope = Type.Object({
  id: Type.String({ description: 'The same however often it is sent, as `webhook-id`' }),
  type: Type.String(),
  timestamp: Type.String({ format: 'date-time', description: 'By the clock of the side' }),
  workspace_id: Type.String({ format: 'uuid' }),
  side: Type.String({ description: '`live` or `test`' }),
  data: Type.Unknown(),
});

/** An event as the outbox has it. */
export interface OutboxEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly workspaceId: string;
  readonly side: string;
  readonly data: unknown;
}

/** What a receiver knows an event by; holds no dot, as signatures want it. */
export const publicIdOf = (id: string): string => `evt_${id.replaceAll('-', '')}`;

/** The JSON that is sent, without line breaks: the same at every attempt. */
export const bodyOf = (event: OutboxEvent): string =>
  JSON.stringify({
    id: publicIdOf(event.id),
    type: event.type,
    timestamp: event.at.toISOString(),
    workspace_id: event.workspaceId,
    side: event.side,
    data: event.data,
  });

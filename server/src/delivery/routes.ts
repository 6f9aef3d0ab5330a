import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { usersNamed } from '../audience/index.ts';
import type { Pool } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { Instant, isoOf, PageQuery, pageSchema, Reasons, Nullable } from '../platform/http.ts';
import { addressIdOf, storedIdOf, userIdOf } from '../platform/ids.ts';
import { afterOf, cursorOf } from '../platform/page.ts';
import { explainMessage } from './explain-message.ts';
import { MESSAGE_STATES, type Message, type MessageEvent, type MessageState } from './message.ts';
import { countMessageStates, searchMessages } from './search-messages.ts';
import { findMailing } from './sql/mailing.ts';
import { findMessage, listEvents } from './sql/read.ts';
import { findStepReason } from './sql/step-reason.ts';

const Status = Type.Enum([...MESSAGE_STATES]);

const common = {
  id: Type.String({ format: 'uuid' }),
  user_id: Type.String({
    description: 'Of a message to an address by which no user was named, the address',
  }),
  automation_id: Type.String({ format: 'uuid' }),
  step_id: Type.String(),
  variant: Nullable(Type.String({ description: 'Which variant of the email it is' })),
  status: Status,
  to: Type.String(),
  from: Type.String(),
  subject: Type.String(),
  scheduled_for: Instant,
  sent_at: Nullable(Instant),
  message_id: Type.String(),
  transport: Type.String(),
  reason: Nullable(Type.String({ description: 'What the transport said, or why it ended so' })),
  attempts: Type.Integer(),
  created_at: Instant,
  updated_at: Instant,
};

/** A message without its bodies. */
export const MESSAGE_SCHEMA = Type.Object(common);

const FullMessageSchema = Type.Object({
  ...common,
  html: Type.String(),
  text: Type.String(),
  headers: Type.Object({}, { additionalProperties: Type.String() }),
  purpose: Nullable(
    Type.Enum(['marketing', 'transactional'], {
      description: 'As its step has it; null where no version has the step any more',
    }),
  ),
  list: Nullable(
    Type.Object(
      { id: Type.String({ format: 'uuid' }), name: Type.String() },
      {
        description: 'The list that the email belongs to',
      },
    ),
  ),
  explanation: Type.Object(
    { code: Type.String(), sentence: Type.String() },
    { description: 'What became of it, in one sentence; the codes are in docs/explain.md' },
  ),
  reasons: Reasons,
  events: Type.Array(
    Type.Object({
      kind: Type.String(),
      at: Instant,
      detail: Type.Object({}, { additionalProperties: true }),
    }),
  ),
});

/** `/api/v1/messages`. Registered inside the authenticated scope. */
export const messageRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, deps) => {
  addList(app, deps);
  addReading(app, deps);
};

type App = Parameters<FastifyPluginAsyncTypebox<{ db: Pool }>>[0];

const STATES = MESSAGE_STATES.join('|');
const DATE_TIME = { format: 'date-time', maxLength: 40 };
const REASON_LENGTH_MAX = 200;
const SEARCH_LENGTH_MAX = 320;

const ListQuery = Type.Object({
  ...PageQuery,
  user_id: Type.Optional(Type.String({ maxLength: 255 })),
  series_id: Type.Optional(Type.String({ maxLength: 64, description: 'A series, or a broadcast' })),
  step_id: Type.Optional(Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })),
  status: Type.Optional(
    Type.String({
      pattern: `^(${STATES})(,(${STATES}))*$`,
      maxLength: 200,
      description: `One or several, with commas between: ${MESSAGE_STATES.join(', ')}`,
    }),
  ),
  reason: Type.Optional(
    Type.String({
      maxLength: REASON_LENGTH_MAX,
      pattern: '^[^\\u0000]*$',
      description: 'Part of `reason`, in any letter case',
    }),
  ),
  q: Type.Optional(
    Type.String({
      maxLength: SEARCH_LENGTH_MAX,
      description: 'The id or the email address of a user, in full',
    }),
  ),
  from: Type.Optional(Type.String({ ...DATE_TIME, description: 'Made at this instant or later' })),
  to: Type.Optional(Type.String({ ...DATE_TIME, description: 'Made before this instant' })),
});

function addList(app: App, { db }: { db: Pool }): void {
  app.get(
    '/messages',
    {
      schema: {
        tags: ['messages'],
        summary: 'List messages, youngest first',
        description: 'Where messages are narrowed, a page may be short and yet have a next one.',
        querystring: ListQuery,
        response: { 200: pageSchema(MESSAGE_SCHEMA) },
      },
    },
    async ({ actor: { workspaceId }, query }) => {
      const { limit, cursor, user_id, series_id, step_id, status, reason, q, from, to } = query;
      const { messages, next } = await searchMessages(db, {
        workspaceId,
        states: status === undefined ? null : (status.split(',') as MessageState[]),
        userIds: await usersOf(db, { workspaceId, userId: user_id, search: q }),
        automationId: series_id === undefined ? null : storedIdOf(series_id),
        stepId: step_id ?? null,
        reason: reason === undefined || reason === '' ? null : reason,
        from: from === undefined ? null : new Date(from),
        to: to === undefined ? null : new Date(to),
        after: afterOf(cursor),
        limit,
      });
      return {
        data: messages.map(messageViewOf),
        next_cursor: next === null ? null : cursorOf(next),
      };
    },
  );
  addCounts(app, { db });
}

/** Whom a list is about; null for everybody. */
async function usersOf(
  db: Pool,
  {
    workspaceId,
    userId,
    search,
  }: { workspaceId: string; userId: string | undefined; search: string | undefined },
): Promise<string[] | null> {
  // Messages to a bare address are told by the address.
  const own =
    userId === undefined ? null : [userIdOf(workspaceId, userId), addressIdOf(workspaceId, userId)];
  if (search === undefined || search === '') return own;
  const found = await usersNamed(db, { workspaceId, search });
  return own === null ? found : found.filter((id) => own.includes(id));
}

function addCounts(app: App, { db }: { db: Pool }): void {
  const Count = Type.Object({ count: Type.Integer(), is_exact: Type.Boolean() });
  app.get(
    '/messages/counts',
    {
      schema: {
        tags: ['messages'],
        summary: 'Count messages by status, of the side or of one series',
        description: 'Counts stop at a bound, and then say that they are “at least”.',
        querystring: Type.Object({ series_id: Type.Optional(Type.String({ maxLength: 64 })) }),
        response: {
          200: Type.Object({
            counts: Type.Object(
              Object.fromEntries(MESSAGE_STATES.map((state) => [state, Count])) as Record<
                MessageState,
                typeof Count
              >,
            ),
          }),
        },
      },
    },
    async ({ actor: { workspaceId }, query: { series_id: seriesId } }) => {
      const automationId = seriesId === undefined ? null : storedIdOf(seriesId);
      const counts = await countMessageStates(db, { workspaceId, automationId });
      const views = MESSAGE_STATES.map((state) => {
        const { count, isExact } = counts.get(state) ?? { count: 0, isExact: true };
        return [state, { count, is_exact: isExact }] as const;
      });
      return {
        counts: Object.fromEntries(views) as Record<
          MessageState,
          { count: number; is_exact: boolean }
        >,
      };
    },
  );
}

function addReading(app: App, { db }: { db: Pool }): void {
  app.get(
    '/messages/:id',
    {
      schema: {
        tags: ['messages'],
        summary: 'Read a message: bodies, headers, every event, and why it was sent when it was',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 200: FullMessageSchema },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const message = await findMessage(db, { workspaceId, id: storedIdOf(params.id) });
      if (message === null) {
        throw new DomainError('delivery.message_not_found', 'not_found', 'Message not found');
      }
      const { bucket, id, html, text, reasons } = message;
      const events = await listEvents(db, { bucket, messageId: id });
      const stepReason = await findStepReason(db, message);
      const mailing = await findMailing(db, message);
      return {
        ...messageViewOf(message),
        html,
        text,
        purpose: mailing?.purpose ?? null,
        list: mailing?.list ?? null,
        explanation: explainMessage(
          { ...message, answer: cameBackWith(message, events) },
          stepReason,
        ),
        reasons: [...reasons],
        headers: {
          From: message.from,
          To: message.to,
          Subject: message.subject,
          'Message-ID': message.messageId,
          ...(message.sentAt === null ? {} : { Date: message.sentAt.toUTCString() }),
          ...message.headers,
        },
        events: events.map(({ kind, at, detail }) => ({ kind, at: at.toISOString(), detail })),
      };
    },
  );
}

/** What a server said last: of what came back not what the one said that first took it. */
function cameBackWith({ state, answer }: Message, events: readonly MessageEvent[]): string | null {
  const bounce = events.findLast(({ kind }) => kind === 'bounced');
  const said = state === 'bounced' ? bounce?.detail['diagnostic'] : undefined;
  return typeof said === 'string' && said !== '' ? said : answer;
}

/** A message as the API shows it. */
export const messageViewOf = (message: Message) => ({
  id: message.id,
  user_id: message.userExternalId,
  automation_id: message.automationId,
  step_id: message.stepId,
  variant: message.variant,
  status: message.state,
  to: message.to,
  from: message.from,
  subject: message.subject,
  scheduled_for: message.scheduledFor.toISOString(),
  sent_at: isoOf(message.sentAt),
  message_id: message.messageId,
  transport: message.transport,
  reason: message.answer,
  attempts: message.attempt,
  created_at: message.createdAt.toISOString(),
  updated_at: message.updatedAt.toISOString(),
});

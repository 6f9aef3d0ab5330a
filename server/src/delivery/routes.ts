import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { Instant, isoOf, PageQuery, pageSchema, Reasons, Nullable } from '../platform/http.ts';
import { storedIdOf, userIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { explainMessage } from './explain-message.ts';
import { MESSAGE_STATES, type Message, type MessageEvent } from './message.ts';
import { findMailing } from './sql/mailing.ts';
import { findMessage, listEvents, listMessages } from './sql/read.ts';
import { findStepReason } from './sql/step-reason.ts';

const Status = Type.Enum([...MESSAGE_STATES]);

const common = {
  id: Type.String({ format: 'uuid' }),
  user_id: Type.String(),
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

function addList(app: App, { db }: { db: Pool }): void {
  app.get(
    '/messages',
    {
      schema: {
        tags: ['messages'],
        summary: 'List messages, youngest first',
        querystring: Type.Object({
          ...PageQuery,
          user_id: Type.Optional(Type.String({ maxLength: 255 })),
          series_id: Type.Optional(Type.String({ maxLength: 64 })),
          status: Type.Optional(Status),
        }),
        response: { 200: pageSchema(MESSAGE_SCHEMA) },
      },
    },
    async ({ actor: { workspaceId }, query }) => {
      const { limit, cursor, user_id, series_id, status: state = null } = query;
      const rows = await listMessages(db, {
        workspaceId,
        state,
        userId: user_id === undefined ? null : userIdOf(workspaceId, user_id),
        automationId: series_id === undefined ? null : storedIdOf(series_id),
        after: afterOf(cursor),
        limit: limit + 1,
      });
      const keyOf = ({ createdAt, id }: Message) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: messageViewOf });
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

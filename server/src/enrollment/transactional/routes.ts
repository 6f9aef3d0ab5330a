import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { MESSAGE_SCHEMA, messageViewOf } from '../../delivery/index.ts';
import { MessageBody } from './schema.ts';
import { createMessageSender, type MessageSenderDeps } from './send-message.ts';

/** `POST /api/v1/messages`. Registered inside the authenticated scope. */
export const transactionalRoutes: FastifyPluginAsyncTypebox<MessageSenderDeps> = async (
  app,
  deps,
) => {
  const send = createMessageSender(deps);
  app.post(
    '/messages',
    {
      schema: {
        tags: ['messages'],
        summary: 'Send one transactional message, to a user or to a bare address',
        description:
          'It belongs to no list and asks no marketing preference; addresses that bounced for good or complained get nothing. Repeat a call with the same `Idempotency-Key` as often as you like. Read its state at `GET /messages/{id}`, or hear of it by webhooks.',
        body: MessageBody,
        response: { 202: MESSAGE_SCHEMA },
      },
    },
    async ({ actor, body, headers }, reply) => {
      const { workspaceId: id, side, timezone } = actor;
      const key = headers['idempotency-key'];
      const message = await send({
        workspace: { id, side, timezone },
        body,
        key: key === undefined ? null : String(key),
      });
      void reply.code(202);
      return messageViewOf(message);
    },
  );
};

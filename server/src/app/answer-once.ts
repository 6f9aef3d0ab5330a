import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestHashOf, withIdempotency } from '../workspace/index.ts';
import { bodyOf, refusalFor, type ErrorShape } from './error-handler.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer holds a secret that is stored nowhere: it cannot be given twice. */
    isAnswerSecret?: boolean;
  }
}

/**
 * Lets every `POST` of a scope carry `Idempotency-Key`: it is handled at most once, and the same
 * request again gets the first answer again.
 *
 * Handlers of the scope return their answer; none sends it itself.
 */
export function answerPostsOnce(
  app: FastifyInstance,
  { services, shape }: { services: Services; shape: ErrorShape },
): void {
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    if (route.method !== 'POST' || route.config?.isAnswerSecret === true) return;
    route.handler = (request, reply) =>
      answerOnce(services, {
        request,
        reply,
        shape,
        handle: () => handler.call(app, request, reply),
      });
  });
}

async function answerOnce(
  { db, clock }: Services,
  {
    request,
    reply,
    shape,
    handle,
  }: {
    request: FastifyRequest;
    reply: FastifyReply;
    shape: ErrorShape;
    handle: () => unknown;
  },
): Promise<unknown> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return handle();
  const { workspaceId, key: actor } = request.actor;
  const keyed = {
    workspaceId,
    key: String(key),
    now: clock.now(),
    requestHash: requestHashOf({
      method: request.method,
      path: request.url,
      body: request.rawBody ?? Buffer.alloc(0),
      // What a backend was answered is not for a browser that repeats its words.
      by: actor?.kind ?? 'member',
    }),
  };
  const answer = await withIdempotency(db, keyed, async () => {
    try {
      const body = await handle();
      return { status: reply.statusCode, body: reply.serialize(body) as string };
    } catch (error) {
      return keptRefusal(error, { request, reply, shape });
    }
  });
  if (answer.replayed) void reply.header('Idempotent-Replayed', 'true');
  return reply
    .code(answer.status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((text: string) => text)
    .send(answer.body);
}

/** A refusal is an answer like any other, except one that says "later" and one that is our fault. */
function keptRefusal(
  error: unknown,
  { request, reply, shape }: { request: FastifyRequest; reply: FastifyReply; shape: ErrorShape },
): { status: number; body: string } {
  const refusal = error instanceof Error ? refusalFor(error) : null;
  if (refusal === null || refusal.status === 429) throw error;
  const { status } = refusal;
  return { status, body: JSON.stringify(bodyOf(refusal, { reply, shape, requestId: request.id })) };
}

import cors from '@fastify/cors';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { identifyRoutes } from '../audience/index.ts';
import { seriesCallRoutes } from '../enrollment/index.ts';
import { DomainError } from '../platform/errors.ts';
import {
  countEnrollment,
  isOriginAllowed,
  limitCall,
  limitEnrollment,
  limitUnknownUser,
  requestHashOf,
  requireIdentity,
  withIdempotency,
  type Actor,
  type RequestActor,
} from '../workspace/index.ts';
import { errorHandler, refusalFor } from './error-handler.ts';
import type { Services } from './services.ts';

export interface SdkScopeOptions {
  readonly services: Services;
  readonly docsUrl: string;
}

/** Traits and context have a bound of their own; this one keeps a stranger's megabytes out of memory. */
const BODY_BYTES_MAX = 262_144;

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for telling requests with one Idempotency-Key apart. */
    rawBody: Buffer | null;
  }
}

/**
 * `/api/sdk`: what browsers and backends call. Checks run in the order of the contract: key, rate
 * limit, body size, content type, JSON, fields, identity, look-ups, state.
 */
export const sdkScope: FastifyPluginAsync<SdkScopeOptions> = async (app, { services, docsUrl }) => {
  const { authenticator, limiter, clock, log } = services;

  app.decorateRequest('actor');
  app.decorateRequest('rawBody', null);
  app.setErrorHandler(errorHandler(log, 'sdk'));
  // Answers preflights itself, before anybody is asked for a key.
  await app.register(cors, {
    origin: '*',
    methods: ['POST', 'OPTIONS'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
    exposedHeaders: ['Idempotent-Replayed', 'Retry-After'],
    strictPreflight: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    const actor = await authenticator.authenticate(request.headers.authorization);
    request.actor = requestActorOf(actor);
    narrowOrigin(actor, request, reply);
    limitCall(limiter, { actor, address: request.ip, now: clock.now() });
  });
  readBodiesLate(app);
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    if (route.method !== 'POST') return;
    // Routes of this scope return their answer; none sends it itself.
    route.handler = (request, reply) => {
      const handle = (): unknown => handler.call(app, request, reply);
      return answerOnce(services, { request, reply, handle: () => counted(services, request, handle) });
    };
  });

  const identity = (actor: RequestActor, claim: { userId: string; token: string | null }) =>
    actor.key === null ? Promise.resolve() : requireIdentity(actor.key, { ...claim, now: clock.now() });

  await app.register(identifyRoutes, {
    identifier: services.identifier,
    docsUrl,
    requireIdentity: identity,
    onTimezoneChanged: services.replanUser,
  });
  await app.register(seriesCallRoutes, {
    engine: services.testEngine,
    enroller: services.enroller,
    requireIdentity: identity,
    mayBegin: ({ key }, userId) => {
      if (key === null) return;
      const call = { actor: key, userId, now: clock.now() };
      limitEnrollment(limiter, call);
      countEnrollment(limiter, call);
    },
  });
};

export function requestActorOf(key: Actor): RequestActor {
  const { id, side, name, timezone, settings } = key.workspace;
  return { workspaceId: id, side, name, timezone, settings, key };
}

/** A workspace may narrow the origins whose pages may call; programs without one are not pages. */
function narrowOrigin(actor: Actor, request: FastifyRequest, reply: FastifyReply): void {
  const { settings } = actor.workspace;
  if (settings.allowedOrigins.length === 0) return;
  const { origin } = request.headers;
  if (!isOriginAllowed(settings, origin)) {
    throw new DomainError('request.origin', 'forbidden', 'Origin is not allowed for this key');
  }
  if (origin !== undefined) void reply.header('Access-Control-Allow-Origin', origin);
  void reply.header('Vary', 'Origin');
}

/** An answer `User not found` counts against its caller: ids cannot be tried out in numbers. */
async function counted(
  { limiter, clock }: Services,
  request: FastifyRequest,
  handle: () => unknown,
): Promise<unknown> {
  try {
    return await handle();
  } catch (error) {
    const actor = request.actor.key;
    if (actor !== null && error instanceof DomainError && error.message === 'User not found') {
      limitUnknownUser(limiter, { actor, address: request.ip, now: clock.now() });
    }
    throw error;
  }
}

/**
 * Reads bodies of any type up to the limit, and only then looks at the type and parses: the contract
 * tells a body that is too large before one of the wrong type.
 */
function readBodiesLate(app: Parameters<FastifyPluginAsync>[0]): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer' as const, bodyLimit: BODY_BYTES_MAX };
  app.addContentTypeParser('*', options, (_request, body, done) => done(null, body));
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addHook('preValidation', (request, _reply, done) => {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isJsonType(request.headers['content-type'])) {
      const message = 'Content-Type must be application/json';
      done(new DomainError('request.content_type', 'unsupported', message));
      return;
    }
    request.rawBody = raw;
    const text = raw.toString('utf8');
    if (text === '') {
      done(notJson());
      return;
    }
    void parse(request, text, (error, body) => {
      request.body = body;
      if (error === null) done();
      else done(notJson());
    });
  });
}

const notJson = (): DomainError =>
  new DomainError('request.not_json', 'invalid', 'Request body is not valid JSON');

const isJsonType = (type: string | undefined): boolean =>
  type !== undefined && /^application\/json[ \t]*(;|$)/i.test(type);

/** Handles a request; with an `Idempotency-Key` at most once, and with the first answer again. */
async function answerOnce(
  { db, clock }: Services,
  { request, reply, handle }: {
    request: FastifyRequest;
    reply: FastifyReply;
    handle: () => unknown;
  },
): Promise<unknown> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return handle();
  const keyed = {
    workspaceId: request.actor.workspaceId,
    key: String(key),
    now: clock.now(),
    requestHash: requestHashOf({
      method: request.method,
      path: request.url,
      body: request.rawBody ?? Buffer.alloc(0),
    }),
  };
  const answer = await withIdempotency(db, keyed, async () => {
    try {
      return { status: 200, body: JSON.stringify(await handle()) };
    } catch (error) {
      return keptRefusal(error, reply);
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
function keptRefusal(error: unknown, reply: FastifyReply): { status: number; body: string } {
  const refusal = error instanceof Error ? refusalFor(error) : null;
  if (refusal === null || refusal.status === 429) throw error;
  return {
    status: refusal.status,
    body: JSON.stringify({ error: refusal.error, ...refusal.details(reply) }),
  };
}

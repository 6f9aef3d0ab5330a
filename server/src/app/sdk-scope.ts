import cors from '@fastify/cors';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { audienceCallRoutes } from '../audience/index.ts';
import { seriesCallRoutes } from '../enrollment/index.ts';
import { DomainError } from '../platform/errors.ts';
import {
  countEnrollment,
  isOriginAllowed,
  limitCall,
  limitEnrollment,
  limitUnknownUser,
  requireIdentity,
  requireScope,
  type Actor,
  type RequestActor,
} from '../workspace/index.ts';
import { answerPostsOnce } from './answer-once.ts';
import { errorHandler } from './error-handler.ts';
import { readBodies } from './request-body.ts';
import type { Services } from './services.ts';

export interface SdkScopeOptions {
  readonly services: Services;
  readonly docsUrl: () => string;
}

/** Traits and context have a bound of their own; this one keeps a stranger's megabytes out of memory. */
const BODY_BYTES_MAX = 262_144;

/**
 * `/api/sdk`: what browsers and backends call. Checks run in the order of the contract: key, rate
 * limit, body size, content type, JSON, fields, identity, look-ups, state.
 */
export const sdkScope: FastifyPluginAsync<SdkScopeOptions> = async (app, { services, docsUrl }) => {
  const { authenticator, limiter, clock, log } = services;

  app.decorateRequest('actor');
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
  readBodies(app, { bytesMax: BODY_BYTES_MAX, mayBeEmpty: false });
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    if (route.method !== 'POST') return;
    route.handler = (request, reply) =>
      counted(services, request, () => handler.call(app, request, reply));
  });
  answerPostsOnce(app, { services, shape: 'sdk' });

  const identity = (actor: RequestActor, claim: { userId: string; token: string | null }) =>
    actor.key === null
      ? Promise.resolve()
      : requireIdentity(actor.key, { ...claim, now: clock.now() });

  await app.register(audienceCallRoutes, {
    identifier: services.identifier,
    companyIdentifier: services.companyIdentifier,
    tracker: services.tracker,
    docsUrl,
    requireIdentity: identity,
    requireScope: async ({ key }, claim) => {
      if (key !== null) await requireScope(key, { ...claim, now: clock.now() });
    },
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
  return { workspaceId: id, side, name, timezone, settings, key, member: null };
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

import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { companyRoutes, eventRoutes, FILTER_SCHEMAS, userRoutes } from '../audience/index.ts';
import { broadcastRoutes } from '../broadcast/index.ts';
import { listRoutes, preferenceRoutes, suppressionRoutes } from '../consent/index.ts';
import {
  messageRoutes,
  senderRoutes,
  sendTest,
  transportRoutes,
  type Outlets,
} from '../delivery/index.ts';
import { inboxRoutes, resultRoutes, sendingRoutes } from '../tracking/index.ts';
import {
  bulkRoutes,
  confirmationRoutes,
  enrollmentRoutes,
  insightRoutes,
  simulateRoutes,
  versionRoutes,
} from '../enrollment/index.ts';
import { DomainError } from '../platform/errors.ts';
import { Nullable } from '../platform/http.ts';
import { seriesEmailRoutes, seriesRoutes } from '../series/index.ts';
import { templateRoutes } from '../template/index.ts';
import { isEmailSender } from '../platform/email-address.ts';
import {
  limitCall,
  listWorkspaces,
  readWorkspace,
  requireSecretKey,
  webhookSecretRoutes,
  workspaceRoutes,
} from '../workspace/index.ts';
import type { RequestActor } from '../workspace/index.ts';
import { answerPostsOnce } from './answer-once.ts';
import { errorHandler } from './error-handler.ts';
import type { LocalSession } from './local-session.ts';
import { refuseWhilePaused } from './may-send.ts';
import { readBodies } from './request-body.ts';
import { requestActorOf } from './sdk-scope.ts';
import type { Services } from './services.ts';

export interface V1ScopeOptions {
  readonly services: Services;
  /** For tests of emails. */
  readonly outlets: Outlets;
  /** Null where there is no dashboard: the server does not listen on loopback. */
  readonly session: LocalSession | null;
}

/** A series of 500 emails with long bodies. */
const BODY_BYTES_MAX = 8 * 1_048_576;
/** Far more than a series needs: what is stored must be readable again by everybody. */
const NESTING_MAX = 64;
const WORKSPACES_SHOWN_MAX = 200;

/** `/api/v1`: for backends with a secret key, and for the dashboard's session. */
export const v1Scope: FastifyPluginAsync<V1ScopeOptions> = async (
  app,
  { services, outlets, session },
) => {
  const { authenticator, limiter, clock, log } = services;

  app.decorateRequest('actor');
  app.setErrorHandler(errorHandler(log, 'v1'));
  readBodies(app, { bytesMax: BODY_BYTES_MAX, mayBeEmpty: true, nestingMax: NESTING_MAX });
  for (const schema of FILTER_SCHEMAS) app.addSchema(schema);
  if (session !== null) sessionRoute(app, services, session);

  await app.register(async (inner) => {
    inner.addHook('onRequest', async (request) => {
      if (session?.isPresent(request) === true) {
        request.actor = await memberOf(services, session, request);
        return;
      }
      const actor = await authenticator.authenticate(request.headers.authorization);
      requireSecretKey(actor);
      limitCall(limiter, { actor, address: request.ip, now: clock.now() });
      request.actor = requestActorOf(actor);
    });
    refuseWhilePaused(inner, services);
    answerPostsOnce(inner, { services, shape: 'v1' });
    await registerAutomations(inner, services, outlets);
    await registerPeople(inner, services);
    await registerMail(inner, services);
    await registerWorkspace(inner, services);
  });
};

/** Series and broadcasts, what is in them, and who passes through them. */
async function registerAutomations(
  app: FastifyInstance,
  services: Services,
  outlets: Outlets,
): Promise<void> {
  const { db, catalog, clock, sideNow, listState, senderOf, kit, consentKey } = services;
  const onChanged = (): void => services.wake.now();
  await app.register(seriesRoutes, { db, catalog, sideNow, listState, onChanged });
  await app.register(versionRoutes, { db, catalog, listState, onChanged });
  await app.register(seriesEmailRoutes, {
    db,
    sideNow,
    listState,
    senderOf,
    render: services.renderOne,
    sendNow: (email) => sendTest({ outlets, db, consentKey, now: clock.now() }, email),
  });
  await app.register(templateRoutes, { db, sideNow });
  const { testEngine: engine, enroller } = services;
  await app.register(broadcastRoutes, {
    db,
    catalog,
    consentKey,
    listState,
    sideNow,
    onChanged,
  });
  await app.register(insightRoutes, { db, catalog });
  await app.register(enrollmentRoutes, { engine, catalog, onChanged });
  await app.register(bulkRoutes, { db, enroller });
  await app.register(simulateRoutes, { db, senderOf, kit, sideNow });
}

/** Who is known, and what they want. */
async function registerPeople(app: FastifyInstance, services: Services): Promise<void> {
  const { db, sideNow, consent } = services;
  await app.register(userRoutes, { db });
  await app.register(companyRoutes, { db });
  await app.register(eventRoutes, { db });
  await app.register(listRoutes, { consent, sideNow });
  await app.register(preferenceRoutes, { consent, sideNow });
  await app.register(suppressionRoutes, { consent, sideNow });
  await app.register(confirmationRoutes, { db });
}

/** How mail leaves, what became of it, and where it comes back to. */
async function registerMail(app: FastifyInstance, services: Services): Promise<void> {
  const { db, box, clock, publicUrl, signer, inbound, resolver, smtpUrl, webhooks } = services;
  const { privateHosts } = webhooks;
  const now = (): Date => clock.now();
  await app.register(messageRoutes, { db });
  await app.register(sendingRoutes, { db, now });
  await app.register(resultRoutes, { db });
  await app.register(transportRoutes, { db, box, now, publicUrl, privateHosts });
  await app.register(senderRoutes, { db, box, now, resolver, smtpUrl });
  const { resolve, forget: onChanged } = inbound;
  await app.register(inboxRoutes, { db, box, signer, resolve, publicUrl, now, onChanged });
}

async function registerWorkspace(app: FastifyInstance, services: Services): Promise<void> {
  const { db, box, clock, authenticator, webhooks } = services;
  const now = (): Date => clock.now();
  const forget = (): void => authenticator.forget();
  await app.register(webhookSecretRoutes, { pool: db, box, forget: webhooks.forgetSecrets, now });
  await app.register(workspaceRoutes, { db, box, forget, isMailbox: isEmailSender, now });
}

/** `GET /session`: only where the dashboard is served, for it tells what there is to everybody here. */
function sessionRoute(app: FastifyInstance, { db, box }: Services, session: LocalSession): void {
  app.get('/session', { schema: SESSION_SCHEMA }, async (request) => {
    session.require(request);
    const sides = await listWorkspaces({ db, box }, { limit: WORKSPACES_SHOWN_MAX });
    return {
      workspaces: sides.map(({ id, pairId, name, side, widgetKey }) => ({
        id,
        pair_id: pairId,
        name,
        side,
        widget_key: widgetKey,
      })),
    };
  });
}

const SESSION_SCHEMA = {
  tags: ['session'],
  summary: 'What the dashboard on this machine may look at',
  response: {
    200: Type.Object({
      workspaces: Type.Array(
        Type.Object({
          id: Type.String({ format: 'uuid' }),
          pair_id: Type.String({ format: 'uuid' }),
          name: Type.String(),
          side: Type.Enum(['live', 'test']),
          widget_key: Nullable(Type.String()),
        }),
      ),
    }),
  },
};

/** The member at this machine, looking at the side that the header names. */
async function memberOf(
  { db }: Services,
  session: LocalSession,
  request: FastifyRequest,
): Promise<RequestActor> {
  session.require(request);
  const named = request.headers['milepost-workspace'];
  if (typeof named !== 'string') {
    const message = 'The header Milepost-Workspace must name a workspace';
    throw new DomainError('session.workspace_missing', 'invalid', message);
  }
  const { id, side, name, timezone, settings } = await readWorkspace(db, { workspaceId: named });
  return { workspaceId: id, side, name, timezone, settings, key: null };
}

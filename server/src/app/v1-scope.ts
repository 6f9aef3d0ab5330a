import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { assistantConfirmationRoutes, eraseFromConfirmations } from '../assistant/index.ts';
import {
  companyRoutes,
  eventRoutes,
  FILTER_SCHEMAS,
  savedFilterRoutes,
  searchRoutes,
  userRoutes,
} from '../audience/index.ts';
import {
  broadcastEmailRoutes,
  broadcastRoutes,
  countRecipientsOf,
  eraseRecipient,
} from '../broadcast/index.ts';
import {
  listFileRoutes,
  listRoutes,
  preferenceRoutes,
  suppressionRoutes,
} from '../consent/index.ts';
import { eraseFromImports, exportRoutes, importRoutes } from '../data/index.ts';
import {
  messageRoutes,
  senderRoutes,
  sendTest,
  transportRoutes,
  type Outlets,
} from '../delivery/index.ts';
import {
  assertMaySend,
  eraseLinks,
  inboxRoutes,
  reportRoutes,
  resultRoutes,
  sendingRoutes,
} from '../tracking/index.ts';
import {
  builderRoutes,
  bulkRoutes,
  codeRoutes,
  confirmationRoutes,
  enrollmentRoutes,
  insightRoutes,
  personRoutes,
  simulateRoutes,
  transactionalRoutes,
  versionRoutes,
} from '../enrollment/index.ts';
import { DomainError } from '../platform/errors.ts';
import { storedIdOf } from '../platform/ids.ts';
import {
  placeRoutes,
  seriesEmailRoutes,
  seriesRoutes,
  type EmailRouteDeps,
} from '../series/index.ts';
import { templateRoutes } from '../template/index.ts';
import { isEmailSender } from '../platform/email-address.ts';
import {
  auditRoutes,
  identityTestRoutes,
  findRole,
  limitCall,
  memberRoutes,
  readWorkspace,
  requireSecretKey,
  webhookSecretRoutes,
  workspaceNotFound,
  workspaceRoutes,
} from '../workspace/index.ts';
import type { RequestActor } from '../workspace/index.ts';
import { eraseFromOutbox, webhookRoutes } from '../webhook/index.ts';
import { answerPostsOnce } from './answer-once.ts';
import { sendInvitation } from './auth/invitation-mail.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import type { SignIn } from './auth/sign-in.ts';
import { errorHandler } from './error-handler.ts';
import { nameCauses } from './cause-of-call.ts';
import { overviewRoutes } from './overview/routes.ts';
import { refuseWhilePaused } from './may-send.ts';
import { readBodies } from './request-body.ts';
import { enforceRoles } from './role.ts';
import { addStream } from './stream/routes.ts';
import { requestActorOf } from './sdk-scope.ts';
import type { Services } from './services.ts';

export interface V1ScopeOptions {
  readonly services: Services;
  /** For tests of emails. */
  readonly outlets: Outlets;
  readonly signIn: SignIn;
}

/** A series of 500 emails with long bodies. */
const BODY_BYTES_MAX = 8 * 1_048_576;
/** Far more than a series needs: what is stored must be readable again by everybody. */
const NESTING_MAX = 64;

/** `/api/v1`: for backends with a secret key, and for members in the dashboard. */
export const v1Scope: FastifyPluginAsync<V1ScopeOptions> = async (
  app,
  { services, outlets, signIn },
) => {
  const { authenticator, limiter, clock, log } = services;

  app.decorateRequest('actor');
  app.setErrorHandler(errorHandler(log, 'v1'));
  readBodies(app, { bytesMax: BODY_BYTES_MAX, mayBeEmpty: true, nestingMax: NESTING_MAX });
  for (const schema of FILTER_SCHEMAS) app.addSchema(schema);
  await app.register(sessionRoutes, { services, signIn });

  await app.register(async (inner) => {
    inner.addHook('onRequest', async (request) => {
      if (signIn.isPresent(request)) {
        request.actor = await memberOf(services, signIn, request);
        return;
      }
      const actor = await authenticator.authenticate(request.headers.authorization);
      requireSecretKey(actor);
      limitCall(limiter, { actor, address: request.ip, now: clock.now() });
      request.actor = requestActorOf(actor);
    });
    enforceRoles(inner);
    refuseWhilePaused(inner, services);
    nameCauses(inner);
    answerPostsOnce(inner, { services, shape: 'v1' });
    addStream(inner, {
      db: services.db,
      clock,
      log,
      isKeyLive: (header) => isLive(() => authenticator.authenticate(header)),
    });
    await registerAutomations(inner, services, outlets);
    await registerPeople(inner, services);
    await registerFiles(inner, services);
    await registerMail(inner, services);
    await registerWorkspace(inner, services, outlets);
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
  const emailDeps: EmailRouteDeps = {
    db,
    sideNow,
    listState,
    senderOf,
    render: services.renderOne,
    sendNow: (email) => sendTest({ outlets, db, consentKey, now: clock.now() }, email),
  };
  await app.register(seriesEmailRoutes, emailDeps);
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
  await app.register(broadcastEmailRoutes, emailDeps);
  await app.register(insightRoutes, { db, catalog, consentKey });
  await app.register(placeRoutes, { now: () => clock.now() });
  await app.register(builderRoutes, { db, sideNow, listState });
  const maySend = (workspaceId: string): Promise<void> => assertMaySend(db, workspaceId);
  const codeDeps = { db, catalog, sideNow, listState, assertMaySend: maySend, onChanged };
  await app.register(codeRoutes, codeDeps);
  await app.register(enrollmentRoutes, { engine, catalog, onChanged });
  await app.register(bulkRoutes, { db, enroller });
  await app.register(simulateRoutes, { db, senderOf, kit, sideNow });
}

/** Who is known, and what they want. */
async function registerPeople(app: FastifyInstance, services: Services): Promise<void> {
  const { db, sideNow, consent } = services;
  await app.register(userRoutes, { db });
  await app.register(searchRoutes, {
    db,
    sideNow,
    identifier: services.identifier,
    docsUrl: () => `${services.publicUrl()}/docs`,
    onTimezoneChanged: services.replanUser,
  });
  await app.register(personRoutes, {
    db,
    consent,
    catalog: services.catalog,
    beside: {
      countRecipients: countRecipientsOf,
      eraseRecipient,
      eraseLinks: async (tx, links) => {
        await eraseFromImports(tx, links);
        await eraseFromConfirmations(tx, links);
        return eraseLinks(tx, links);
      },
      eraseEvents: eraseFromOutbox,
    },
  });
  await app.register(savedFilterRoutes, { db, now: () => services.clock.now() });
  await app.register(companyRoutes, { db });
  await app.register(eventRoutes, { db });
  await app.register(listRoutes, { consent, sideNow });
  await app.register(listFileRoutes, { consent, sideNow });
  await app.register(preferenceRoutes, { consent, sideNow });
  await app.register(suppressionRoutes, { consent, sideNow });
  await app.register(confirmationRoutes, { db });
}

/** What is brought along, and taken along. */
async function registerFiles(app: FastifyInstance, services: Services): Promise<void> {
  const { db, clock, wake, sideNow } = services;
  await app.register(importRoutes, { db, now: () => clock.now(), onReceived: () => wake.now() });
  await app.register(exportRoutes, { db, sideNow });
}

/** How mail leaves, what became of it, and where it comes back to. */
async function registerMail(app: FastifyInstance, services: Services): Promise<void> {
  const { db, box, clock, publicUrl, signer, inbound, resolver, smtpUrl, webhooks } = services;
  const { privateHosts } = webhooks;
  const now = (): Date => clock.now();
  await app.register(messageRoutes, { db });
  const { catalog, kit, senderOf, consentKey, wake } = services;
  const onEntered = (): void => wake.now();
  await app.register(transactionalRoutes, { db, catalog, kit, senderOf, consentKey, onEntered });
  await app.register(sendingRoutes, { db, now });
  await app.register(resultRoutes, { db });
  await app.register(reportRoutes, { db });
  const ownTransport = smtpUrl === null ? null : 'smtp';
  await app.register(overviewRoutes, { db, sideNow: services.sideNow, ownTransport });
  await app.register(transportRoutes, { db, box, now, publicUrl, privateHosts });
  await app.register(senderRoutes, { db, box, now, resolver, smtpUrl });
  const { resolve, forget: onChanged } = inbound;
  await app.register(inboxRoutes, { db, box, signer, resolve, publicUrl, now, onChanged });
}

async function registerWorkspace(
  app: FastifyInstance,
  services: Services,
  outlets: Outlets,
): Promise<void> {
  await app.register(auditRoutes, { db: services.db });
  const { db, box, clock, authenticator, webhooks, publicUrl } = services;
  const now = (): Date => clock.now();
  const forget = (): void => authenticator.forget();
  const onChanged = (): void => webhooks.look.now();
  await app.register(assistantConfirmationRoutes, { db, now });
  await app.register(webhookRoutes, { db, box, now, onChanged });
  await app.register(webhookSecretRoutes, { pool: db, box, forget: webhooks.forgetSecrets, now });
  await app.register(memberRoutes, {
    db,
    publicUrl,
    now,
    sendInvitation: (mail) => sendInvitation(services, outlets, mail),
  });
  await app.register(identityTestRoutes, { db, box, now });
  await app.register(workspaceRoutes, { db, box, forget, isMailbox: isEmailSender, now });
}

/** The member, looking at the side that the header names. */
async function memberOf(
  { db }: Services,
  signIn: SignIn,
  request: FastifyRequest,
): Promise<RequestActor> {
  const { id: memberId, name: memberName, email } = await signIn.require(request, null);
  const named = sideNamed(request);
  if (typeof named !== 'string') {
    const message = 'The header Milepost-Workspace must name a workspace';
    throw new DomainError('session.workspace_missing', 'invalid', message);
  }
  const workspaceId = storedIdOf(named);
  const role = await findRole(db, { memberId, workspaceId });
  // One that belongs to others answers as one that is not there.
  if (role === null) throw workspaceNotFound();
  const { side, name, timezone, settings } = await readWorkspace(db, { workspaceId });
  const member = { id: memberId, name: memberName, email, role };
  return { workspaceId, side, name, timezone, settings, key: null, member };
}

/** An EventSource sends no header. */
function sideNamed({ headers, query, routeOptions }: FastifyRequest): unknown {
  const inHeader = headers['milepost-workspace'];
  const isInQuery = inHeader === undefined && routeOptions.config.sideInQuery === true;
  return isInQuery ? (query as { workspace?: unknown }).workspace : inHeader;
}

/** Whether a credential still lets its bearer in; what else goes wrong is thrown. */
async function isLive(authenticate: () => Promise<unknown>): Promise<boolean> {
  try {
    await authenticate();
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

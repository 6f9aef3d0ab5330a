import { Readable } from 'node:stream';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { createAssistantServer, type Principal } from '../../assistant/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { limitCall, requireSecretKey, type Actor } from '../../workspace/index.ts';
import { errorHandler } from '../error-handler.ts';
import { readBodies } from '../request-body.ts';
import { requestActorOf } from '../sdk-scope.ts';
import type { Services } from '../services.ts';
import { askerOf } from './asker.ts';
import { createTurns } from './turns.ts';

/** A series of 500 emails is drafted by its steps; nobody sends more at once. */
const BODY_BYTES_MAX = 4 * 1_048_576;
/** As deep as the calls take it. */
const NESTING_MAX = 64;
/** Nothing of what is offered ever changes while a process runs: there is nothing to be told of. */
const SUBSCRIPTIONS_MAX = 0;

/**
 * `POST /mcp`: the tools of assistants, by the Model Context Protocol over HTTP, with a secret key.
 * The key says which side it is about. Every tool calls `/api/v1` with that very key, so that what is
 * allowed, checked and audited is the same.
 */
export const mcpScope: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  const { authenticator, limiter, clock, log, db, publicUrl } = services;
  const deps = { db, log, publicUrl, now: () => clock.now(), inTurn: createTurns() };
  const handler = createMcpHandler(
    ({ authInfo }) => createAssistantServer(deps, authInfo?.extra?.['principal'] as Principal),
    {
      maxSubscriptions: SUBSCRIPTIONS_MAX,
      onerror: (error) => log.warn({ err: error }, 'a call of an assistant failed'),
    },
  );
  app.addHook('preClose', () => handler.close());
  app.decorateRequest('actor');
  app.setErrorHandler(errorHandler(log, 'v1'));
  app.addHook('onSend', async (_request, reply) => {
    // RFC 9110, section 15.5.2; by it clients of the protocol know that a key is asked for.
    if (reply.statusCode === 401) void reply.header('www-authenticate', 'Bearer realm="milepost"');
  });
  readBodies(app, { bytesMax: BODY_BYTES_MAX, mayBeEmpty: true, nestingMax: NESTING_MAX });
  app.addHook('onRequest', async (request) => {
    refuseForeignPages(request, publicUrl());
    const actor = await authenticator.authenticate(request.headers.authorization);
    requireSecretKey(actor);
    limitCall(limiter, { actor, address: request.ip, now: clock.now() });
    request.actor = requestActorOf(actor);
  });
  app.route({
    method: ['POST', 'GET', 'DELETE'],
    url: '/mcp',
    schema: { hide: true },
    handler: async (request, reply) => {
      const principal = principalOf(app, request);
      const authInfo = { token: '', clientId: principal.keyId, scopes: [], extra: { principal } };
      const asked = requestOf(request, publicUrl());
      const answer = await handler.fetch(asked, {
        authInfo,
        ...(request.method === 'POST' ? { parsedBody: request.body } : {}),
      });
      return sent(reply, answer);
    },
  });
};

/**
 * A page of another origin has no business here, even with a key. Source: MCP 2026-07-28, transports,
 * "Security warning": servers must look at `Origin`.
 */
function refuseForeignPages({ headers: { origin } }: FastifyRequest, publicUrl: string): void {
  if (origin === undefined || origin === new URL(publicUrl).origin) return;
  throw new DomainError('request.origin', 'forbidden', 'Origin is not allowed for this key');
}

function principalOf(app: FastifyInstance, request: FastifyRequest): Principal {
  const { workspaceId, side, name, key } = request.actor;
  const { keyId, hint } = key as Actor;
  const ask = askerOf(app, request);
  return { workspaceId, side, workspaceName: name, keyId, keyHint: hint, ask };
}

/** The request as the protocol's library reads it. */
function requestOf({ method, headers, rawBody }: FastifyRequest, publicUrl: string): Request {
  const sentHeaders = Object.entries(headers).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
  return new Request(`${publicUrl}/mcp`, {
    method,
    headers: sentHeaders,
    ...(method === 'POST' ? { body: new Uint8Array(rawBody ?? []) } : {}),
  });
}

async function sent(reply: FastifyReply, answer: Response): Promise<FastifyReply> {
  void reply.code(answer.status);
  for (const [name, value] of answer.headers) void reply.header(name, value);
  if (answer.body === null) return reply.send();
  return reply.send(Readable.fromWeb(answer.body));
}

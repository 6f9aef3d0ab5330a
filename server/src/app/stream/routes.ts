import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { RequestActor } from '../../workspace/index.ts';
import { createHub, type HubDeps } from './hub.ts';
import { topicsOfPath } from './topics.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A member's side may be named by `?workspace=`: an EventSource sends no headers. */
    sideInQuery?: boolean;
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const ERROR_STATUS_MIN = 400;
/** The session's token in its cookie, before the signature. */
const TOKEN = /(?:^|;\s*)(?:__Secure-)?milepost\.session_token=([^;]+)/;

const DESCRIPTION =
  'Server-sent events: `hello` {at, workspace_id, side} at the beginning, `changed` {topics, series_ids, ' +
  'at} at most once a second, `end` {reason} before the server closes. A topic says what may be asked ' +
  'anew, and may be told without a change. Events have no ids: after a cut, `hello` says to ask ' +
  'everything anew. Read docs/stream.md.';

/**
 * `GET /api/v1/stream`: what has changed on a side, for as long as somebody listens. What other routes
 * of the scope change is told at once. After the hook that says who calls.
 */
export function addStream(app: FastifyInstance, deps: HubDeps): void {
  const hub = createHub(deps);
  app.addHook('preClose', () => hub.close());
  app.addHook('onResponse', async ({ method, url, actor }, reply) => {
    if (READING.has(method) || reply.statusCode >= ERROR_STATUS_MIN) return;
    const { workspaceId } = (actor ?? {}) as Partial<RequestActor>;
    if (workspaceId !== undefined) hub.mark(workspaceId, topicsOfPath(url));
  });
  app.get(
    '/stream',
    {
      schema: SCHEMA,
      config: { role: 'viewer', sideInQuery: true },
      // It would open a stream and send none of it.
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const { workspaceId, side } = request.actor;
      const at = deps.clock.now().toISOString();
      const hello = { at, workspace_id: workspaceId, side };
      const listener = await hub.open(listenerOf(request), hello);
      void reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        // Proxies that would keep it until it is long.
        .header('x-accel-buffering', 'no');
      return reply.send(listener.body);
    },
  );
}

const SCHEMA = {
  tags: ['stream'],
  summary: 'Hear of changes as they happen',
  description: DESCRIPTION,
  querystring: Type.Object({
    workspace: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'The side, for members: as the header Milepost-Workspace elsewhere',
      }),
    ),
  }),
  response: {
    200: {
      description: 'Events until one side closes',
      content: { 'text/event-stream': { schema: Type.String() } },
    },
  },
};

function listenerOf({ actor, headers }: FastifyRequest) {
  const { workspaceId, member, key } = actor;
  const token = tokenOf(headers.cookie ?? '');
  return {
    workspaceId,
    owner: member?.id ?? key?.keyId ?? '',
    session: member === null ? null : { token, memberId: member.id },
    authorization: member === null ? (headers.authorization ?? null) : null,
  };
}

/** The cookie was proved by whoever let the request in. */
function tokenOf(cookies: string): string {
  const value = decodeURIComponent(TOKEN.exec(cookies)?.[1] ?? '');
  return value.slice(0, Math.max(value.lastIndexOf('.'), 0));
}

import { isUtf8 } from 'node:buffer';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { apiKeyInvalid, limitCall } from '../workspace/index.ts';
import { errorHandler } from './error-handler.ts';
import { notJson } from './request-body.ts';
import { requestActorOf } from './sdk-scope.ts';
import type { Services } from './services.ts';

/** What a browser takes along with a beacon at most. Source: Fetch standard, keepalive quota. */
const BODY_BYTES_MAX = 65_536;
const CALLS_MAX = 100;
/** Of widget keys; no other kind may stand in an address, which proxies write down. */
const WIDGET_PREFIX = 'mp_wk_';

const Call = Type.Object({
  path: Type.Union(
    [
      Type.Literal('/users/identify'),
      Type.Literal('/companies/identify'),
      Type.Literal('/events'),
      Type.Literal('/series'),
    ],
    { description: 'Below `/api/sdk`' },
  ),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  body: Type.Object({}, { additionalProperties: true }),
});

const SCHEMA = {
  tags: ['sdk'],
  summary: 'Take several calls in one, from a page that is being left',
  description:
    'For navigator.sendBeacon: the widget key may stand in the query, and any content type is ' +
    'read as JSON. The calls are handled in their order, each as if it had come alone.',
  querystring: Type.Object({
    key: Type.Optional(Type.String({ maxLength: 255, description: 'mp_wk_…' })),
  }),
  body: Type.Object({ calls: Type.Array(Call, { minItems: 1, maxItems: CALLS_MAX }) }),
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      answers: Type.Array(
        Type.Object({ status: Type.Integer(), error: Type.Optional(Type.String()) }),
      ),
    }),
  },
};

/**
 * `POST /api/sdk/beacon`: several calls in one, in their order, from a page that is being left.
 *
 * `navigator.sendBeacon` sets no headers and waits for no preflight: so the widget key may stand in
 * the address, and the body is JSON of whatever type. Each call then passes the same checks as alone.
 */
export const beaconScope: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services: { authenticator, limiter, clock, log } },
) => {
  app.decorateRequest('actor');
  app.setErrorHandler(errorHandler(log, 'sdk'));
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (request, body: Buffer, done) => {
      if (isUtf8(body)) void parse(request, body.toString('utf8'), done);
      else done(notJson());
    },
  );

  app.post(
    '/beacon',
    {
      schema: SCHEMA,
      onRequest: async (request) => {
        const actor = await authenticator.authenticate(authorizationOf(request));
        request.actor = requestActorOf(actor);
        limitCall(limiter, { actor, address: request.ip, now: clock.now() });
      },
    },
    async (request) => {
      const answers: { status: number; error?: string }[] = [];
      for (const { path, idempotency_key: key, body } of request.body.calls) {
        // One after the other: an enroll may need the identify before it.
        const answer = await app.inject({
          method: 'POST',
          url: `/api/sdk${path}`,
          remoteAddress: request.socket.remoteAddress ?? '',
          headers: {
            ...headersOf(request),
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
          payload: JSON.stringify(body),
        });
        const { error } = answer.json<{ error?: string }>();
        answers.push({ status: answer.statusCode, ...(error === undefined ? {} : { error }) });
      }
      return { success: true as const, answers };
    },
  );
};

/** The header, or the key of the address as if it had come in one. */
function authorizationOf({ headers, query }: FastifyRequest): string | undefined {
  const { key } = query as { key?: unknown };
  if (headers.authorization !== undefined || key === undefined) return headers.authorization;
  if (typeof key !== 'string' || !key.startsWith(WIDGET_PREFIX)) throw apiKeyInvalid();
  return `Bearer ${key}`;
}

/** Who calls, from where, and from which page: the calls are judged by these, as the beacon was. */
function headersOf(request: FastifyRequest): Record<string, string> {
  const kept = ['origin', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'user-agent'];
  const given = kept.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(given),
    'content-type': 'application/json',
    authorization: authorizationOf(request) ?? '',
  };
}

import { fastify, type FastifyInstance } from 'fastify';
import ajvFormats from 'ajv-formats';
import { randomUUID } from 'node:crypto';
import { Ajv } from 'ajv';
import { errorHandler } from './error-handler.ts';
import { healthRoutes, type Health } from './health.ts';
import type { LocalSession } from './local-session.ts';
import { describeApi } from './openapi.ts';
import { pageRoutes } from './pages.ts';
import { sdkScope } from './sdk-scope.ts';
import type { Services } from './services.ts';
import { v1Scope } from './v1-scope.ts';

export interface ApiOptions {
  readonly services: Services;
  readonly health: Health;
  /** Null where the dashboard is not served. */
  readonly session: LocalSession | null;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** Whose `X-Forwarded-For` is believed: addresses and networks, comma-separated. */
  readonly trustProxy: string | boolean;
  /** The built dashboard; null where there is none. */
  readonly dashboardDir: string | null;
}

/** Long enough for an external ID of 255 characters, each percent-encoded. */
const PARAM_LENGTH_MAX = 2_000;
/** A request that has not come whole by then is cut off: slow senders may not hold connections. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_BYTES_MAX = 16_384;

/** The HTTP server, not yet listening. */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const { services, health, session, publicUrl } = options;
  const app = fastify({
    trustProxy: options.trustProxy,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    http: { maxHeaderSize: HEADERS_BYTES_MAX },
    return503OnClosing: true,
    forceCloseConnections: 'idle' as const,
  });
  validateStrictly(app);
  app.setErrorHandler(errorHandler(services.log, 'v1'));
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('X-Content-Type-Options', 'nosniff');
  });
  answerUnknownPaths(app);
  await describeApi(app, publicUrl);
  await app.register(healthRoutes, { health });
  await app.register(sdkScope, {
    prefix: '/api/sdk',
    services,
    docsUrl: `${publicUrl()}/docs`,
  });
  await app.register(v1Scope, { prefix: '/api/v1', services, session });
  await app.register(pageRoutes, { session, dashboardDir: options.dashboardDir });
  return app;
}

/** Bodies mean what they say: "1" is not 1. Queries are text, so there numbers are read from it. */
function validateStrictly(app: FastifyInstance): void {
  const options = { allErrors: true, removeAdditional: false, strict: false, useDefaults: true };
  const strict = new Ajv({ ...options, coerceTypes: false });
  const lenient = new Ajv({ ...options, coerceTypes: true });
  for (const ajv of [strict, lenient]) ajvFormats.default(ajv);
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : lenient).compile(schema as object),
  );
}

/** 405 with `Allow` where the path is known by another method, else 404. */
function answerUnknownPaths(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const pattern = new RegExp(`^${url.replaceAll(/:[^/]+/g, '[^/]+')}/?$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    const body = (code: string, error: string) =>
      path.startsWith('/api/v1') ? { error, code, request_id: request.id } : { error };
    if (path.startsWith('/api/sdk')) void reply.header('Access-Control-Allow-Origin', '*');
    if (allowed.length === 0) return reply.code(404).send(body('request.not_found', 'Not found'));
    const methods = [...new Set(path.startsWith('/api/sdk') ? [...allowed, 'OPTIONS'] : allowed)];
    return reply
      .code(405)
      .header('Allow', methods.sort().join(', '))
      .send(body('request.method', 'Method not allowed'));
  });
}

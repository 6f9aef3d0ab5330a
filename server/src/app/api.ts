import { fastify, type FastifyInstance } from 'fastify';
import ajvFormats from 'ajv-formats';
import { randomUUID } from 'node:crypto';
import { Ajv } from 'ajv';
import { serializersWhenFirstUsed, whenFirstUsed } from './compile-later.ts';
import { beaconScope } from './beacon-scope.ts';
import { docsPages } from './docs-pages.ts';
import { schemaRoute } from './code/schema-route.ts';
import { errorHandler } from './error-handler.ts';
import { healthRoutes, type Health } from './health.ts';
import type { Outlets } from '../delivery/index.ts';
import { authScope } from './auth/auth-scope.ts';
import type { SignIn } from './auth/sign-in.ts';
import { describeApi } from './openapi.ts';
import { mcpScope } from './mcp/mcp-scope.ts';
import { outsideScope } from './outside-scope.ts';
import { pageRoutes } from './pages.ts';
import { schedulePreview } from './schedule-preview.ts';
import { sdkScope } from './sdk-scope.ts';
import type { Services } from './services.ts';
import { cutOffSlowSenders, SLOW_SENDERS, type SlowSenders } from './slow-senders.ts';
import { answerMalformed, answerUnknownPaths, notFound } from './unknown-path.ts';
import { v1Scope } from './v1-scope.ts';

export interface ApiOptions {
  readonly services: Services;
  readonly outlets: Outlets;
  readonly health: Health;
  /** Signing in to the dashboard. */
  readonly signIn: SignIn;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** Whose `X-Forwarded-For` is believed: addresses and networks, or how many proxies stand before us. */
  readonly trustProxy: string | number | boolean;
  /** The built dashboard; null where there is none. */
  readonly dashboardDir: string | null;
  /** When those are cut off who do not send; for tests. */
  readonly slowSenders?: SlowSenders;
  /** Where the documentation is built, or will be; left out where there is none. */
  readonly docsDir?: string;
}

/** Long enough for an external ID of 255 characters, each percent-encoded. */
const PARAM_LENGTH_MAX = 2_000;
/** Of a request's head; how long the rest may take is `slow-senders.ts`. */
const HEADERS_TIMEOUT_MS = 30_000;
const HEADERS_BYTES_MAX = 16_384;

/** The HTTP server, not yet listening. */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const { services, outlets, health, signIn, publicUrl } = options;
  const app = fastify({
    trustProxy: trustOf(options.trustProxy),
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    http: { maxHeaderSize: HEADERS_BYTES_MAX, headersTimeout: HEADERS_TIMEOUT_MS },
    return503OnClosing: true,
    // Paths that cannot be decoded, or are longer than any of ours, name nothing.
    frameworkErrors: (_error, request, reply) => void notFound(request, reply),
    clientErrorHandler: answerMalformed,
    schemaController: { compilersFactory: { buildSerializer: serializersWhenFirstUsed } },
    forceCloseConnections: 'idle' as const,
  });
  cutOffSlowSenders(app, options.slowSenders ?? SLOW_SENDERS);
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
    docsUrl: () => `${publicUrl()}/docs`,
  });
  await app.register(beaconScope, { prefix: '/api/sdk', services });
  await app.register(schedulePreview, { services });
  await app.register(outsideScope, { services });
  await app.register(authScope, { prefix: '/api/auth', services, signIn });
  await app.register(v1Scope, { prefix: '/api/v1', services, outlets, signIn });
  await app.register(schemaRoute);
  await app.register(docsPages, { docsDir: options.docsDir ?? null });
  await app.register(mcpScope, { services });
  await app.register(pageRoutes, { publicUrl, dashboardDir: options.dashboardDir });
  return app;
}

/** Bodies mean what they say: "1" is not 1. Queries are text, so there numbers are read from it. */
function validateStrictly(app: FastifyInstance): void {
  const options = { allErrors: true, removeAdditional: false, strict: false, useDefaults: true };
  const strict = new Ajv({ ...options, coerceTypes: false });
  const lenient = new Ajv({ ...options, coerceTypes: true });
  for (const ajv of [strict, lenient]) ajvFormats.default(ajv);
  app.setValidatorCompiler(({ schema, httpPart }) =>
    whenFirstUsed(() => (httpPart === 'body' ? strict : lenient).compile(schema as object)),
  );
}

/** A number of proxies as a rule: that many hops, counted from us, are believed. */
function trustOf(trust: string | number | boolean) {
  if (typeof trust !== 'number') return trust;
  return (_address: string, hop: number): boolean => hop < trust;
}

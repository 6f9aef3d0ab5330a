import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildApi } from '../../src/app/api.ts';
import { createHealth } from '../../src/app/health.ts';
import { createSignIn } from '../../src/app/auth/sign-in.ts';
import type { OidcConfig } from '../../src/app/auth/oidc-config.ts';
import { outletsOf } from '../../src/app/outlets.ts';
import { createServices, type Services } from '../../src/app/services.ts';
import type { NameResolver } from '../../src/delivery/index.ts';
import { startWorker } from '../../src/app/worker.ts';
import { connect, type Pool } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  parsePrivateHosts,
  createCaptureTransport,
  type Transport,
} from '../../src/transport/index.ts';
import { changeSettings, createWorkspace, type NewSide } from '../../src/workspace/index.ts';
import { MIGRATIONS, testDatabase, type TestDatabase } from './database.ts';
import { httpClient, type Answer, type HttpClient } from './http.ts';
import { expectExactLedger } from './ledger.ts';
import { newMember } from './sign-in.ts';

export type { Answer, Call } from './http.ts';

/** Both sides of a workspace, with all their keys. */
export interface TestWorkspace {
  readonly live: NewSide;
  readonly test: NewSide;
}

/** Who calls, and with what else. */
export interface CallOptions {
  /** Null sends no key at all. Without it: the test side's widget key, or its secret key for `v1`. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole Milepost in this process, reached over real sockets. */
export interface TestServer extends TestWorkspace, Omit<HttpClient, 'close'> {
  readonly url: string;
  readonly port: number;
  readonly database: TestDatabase;
  readonly db: Pool;
  readonly services: Services;
  /** Makes the link by which the first owner signs up. */
  readonly setupToken: string;
  /** Of all servers of this run. */
  readonly encryptionKey: Uint8Array;
  /** The cookie of an owner of the first workspace; empty unless the server was asked for it. */
  readonly cookie: string;
  /** Log lines of errors. A test that provokes one empties it; `close` fails on any that is left. */
  readonly errors: string[];
  /** `POST /api/sdk<path>`. A string or bytes go as they are, anything else as JSON. */
  readonly sdk: (path: string, body?: unknown, options?: CallOptions) => Promise<Answer>;
  /** `<method> /api/v1<path>`; the body as in `sdk`. */
  readonly v1: (
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ) => Promise<Answer>;
  /** Another workspace, so that tests of one file do not meet. */
  readonly newWorkspace: (options?: WorkspaceOptions) => Promise<TestWorkspace>;
  /**
   * Stops in the order in which a process does, and drops the database if this server made it; before
   * that its books must be exact, and no error may have been logged.
   */
  readonly close: () => Promise<void>;
}

export interface WorkspaceOptions {
  /** Settings of both sides, in wire form. All rate limits are off unless they are named here. */
  readonly settings?: object;
  /** Where the clock of the test side starts; without it `TEST_CLOCK`. */
  readonly now?: Date;
}

export interface StartOptions extends WorkspaceOptions {
  /** How mail of the live side leaves; null runs no worker. Captured when absent. */
  readonly transport?: Transport | null;
  /** A server whose database and workspace this one shares: a second process, as it were. */
  readonly beside?: TestServer;
  /** Connections to the database. */
  readonly poolMax?: number;
  /** Answers questions about names; none has a record, if left out. */
  readonly resolver?: NameResolver;
  /** Hears every line that is logged, of any level. */
  readonly onLog?: (line: string) => void;
  /** Serves a page that says nothing, and has an owner who is signed in: `cookie`. */
  readonly hasSession?: boolean;
  /** Serves this dashboard. */
  readonly dashboardDir?: string;
  /** Serves this documentation. */
  readonly docsDir?: string;
  /** Says that people reach it where it listens, instead of under a name that is nobody's. */
  readonly hasOwnUrl?: boolean;
  /** Believes `X-Forwarded-For`, so that a test may call from many addresses. */
  readonly trustsProxy?: boolean;
  /** Where members may sign in too. */
  readonly oidc?: OidcConfig;
}

/** A Monday morning, a week before Europe sets its clocks forward. */
export const TEST_CLOCK = new Date('2025-03-24T08:00:00.000Z');

const FROM = 'Milepost <hello@milepost.example>';
const POOL_MAX = 8;
/** Connections for what is looked up in the middle of a transaction, as a process has them. */
const LOOKUPS_MAX = 2;
const NO_LIMITS = {
  widget_per_minute: 0,
  widget_unknown_user_per_minute: 0,
  secret_per_second: 0,
  enrollments_per_user_per_hour: 0,
};
/** Nothing is asked of the world outside. */
const noName = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
const NO_NAMES: NameResolver = {
  resolveTxt: noName,
  resolveMx: noName,
  resolveCname: noName,
  resolve4: noName,
  resolve6: noName,
};
/** Of all servers of this run: one beside another must open what that one sealed. */
const ENCRYPTION_KEY = randomBytes(32);

/**
 * Starts services, worker and API over a database of its own, on a port that the system chooses.
 *
 * const server = await startServer();
 * afterAll(server.close);
 */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const { beside, transport = createCaptureTransport(), hasSession = false } = options;
  const database = beside?.database ?? (await testDatabase());
  const db = connect(database.url, { max: options.poolMax ?? POOL_MAX, applicationName: 'server' });
  const lookups = connect(database.url, { max: LOOKUPS_MAX, applicationName: 'lookups' });
  const errors: string[] = [];
  const { onLog } = options;
  const write = (line: string): void => {
    onLog?.(line);
    if (onLog === undefined || /"level":"(error|fatal)"/.test(line)) errors.push(line);
  };
  const log = createLog({ level: onLog === undefined ? 'error' : 'debug', sink: { write } });
  const address = { url: 'https://milepost.example' };
  const services = await createServices({
    db,
    lookups,
    log,
    encryptionKey: ENCRYPTION_KEY,
    from: FROM,
    publicUrl: () => address.url,
    resolver: options.resolver ?? NO_NAMES,
    // Receivers of tests listen here.
    webhookPrivateHosts: parsePrivateHosts('127.0.0.1'),
  });
  const newWorkspace = (options: WorkspaceOptions = {}) => makeWorkspace(services, options);
  const workspace = beside ?? (await newWorkspace(options));

  const outlets = outletsOf(services, {
    lookups,
    transport: transport ?? createCaptureTransport(),
  });
  const stopping = new AbortController();
  const worker =
    transport === null ? null : await startWorker(services, { outlets, stopping: stopping.signal });
  const { oidc = null } = options;
  const signIn = createSignIn({ services, encryptionKey: ENCRYPTION_KEY, oidc });
  const app = await buildApi({
    services,
    outlets,
    health: createHealth({ db, migrationsDir: MIGRATIONS }),
    signIn,
    publicUrl: services.publicUrl,
    trustProxy: options.trustsProxy ?? false,
    ...(options.docsDir === undefined ? {} : { docsDir: options.docsDir }),
    dashboardDir: options.dashboardDir ?? (hasSession ? emptyDashboard() : null),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  if (options.hasOwnUrl === true) address.url = url;
  const http = httpClient(port);
  const owner = { workspaceId: workspace.test.id, role: 'owner' } as const;
  const cookie = hasSession ? (await newMember({ db, send: http.send }, owner)).cookie : '';

  const call = (method: string, path: string, body: unknown, options: CallOptions) =>
    http.send({ method, path, ...contentOf(body), headers: headersOf(body, options) });
  return {
    live: workspace.live,
    test: workspace.test,
    url,
    cookie,
    setupToken: signIn.setupToken,
    encryptionKey: ENCRYPTION_KEY,
    port,
    database,
    db,
    services,
    errors,
    newWorkspace,
    send: http.send,
    sendRaw: http.sendRaw,
    sdk: (path, body, options = {}) =>
      call('POST', `/api/sdk${path}`, body, { key: workspace.test.widgetKey, ...options }),
    v1: (method, path, body, options = {}) =>
      call(method, `/api/v1${path}`, body, { key: workspace.test.secretKey, ...options }),
    close: async () => {
      http.close();
      await app.close();
      stopping.abort();
      await worker?.done;
      await services.close();
      try {
        if (beside === undefined) await expectExactLedger(db);
        expect(errors.map(shortly), 'errors that the server logged').toEqual([]);
      } finally {
        await Promise.all([db, lookups].map((pool) => pool.end({ timeout: 1 })));
        if (beside === undefined) await database.drop();
      }
    },
  };
}

async function makeWorkspace(
  { db, box, authenticator }: Services,
  { settings = {}, now = TEST_CLOCK }: WorkspaceOptions,
): Promise<TestWorkspace> {
  const { live, test } = await createWorkspace({ pool: db, box }, { name: 'Tidewater', now });
  const deps = { pool: db, forget: authenticator.forget, isMailbox: () => true };
  for (const { id } of [live, test]) {
    await changeSettings(deps, { workspaceId: id, body: { rate_limits: NO_LIMITS }, now });
    await changeSettings(deps, { workspaceId: id, body: settings, now });
  }
  return { live, test };
}

/** A dashboard of one page that says nothing. */
function emptyDashboard(): string {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-page-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Milepost</title>');
  return dir;
}

const shortly = (line: string): string => line.slice(0, 500);

const isRaw = (body: unknown): body is string | Buffer =>
  typeof body === 'string' || Buffer.isBuffer(body);

function contentOf(body: unknown): { body?: string | Buffer } {
  if (body === undefined) return {};
  return { body: isRaw(body) ? body : JSON.stringify(body) };
}

function headersOf(body: unknown, { key, headers = {} }: CallOptions): Record<string, string> {
  return {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
}

import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Outlets } from '../delivery/index.ts';
import { assertConsentKey, createConsentKey } from '../consent/index.ts';
import type { Log } from '../platform/log.ts';
import { migrate, requireUsableSchema } from '../platform/migrate.ts';
import { SetupError } from '../platform/setup-error.ts';
import { transportOf } from '../transport/index.ts';
import { buildApi } from './api.ts';
import type { Config } from './config.ts';
import { MIGRATIONS_DIR, openDatabase, type Database } from './database.ts';
import { ensureDemo, type Demo } from './demo.ts';
import { createHealth } from './health.ts';
import { isLoopback } from './auth/own-page.ts';
import { createSignIn } from './auth/sign-in.ts';
import { outletsOf } from './outlets.ts';
import { createServices, type Services } from './services.ts';
import { startWorker } from './worker.ts';
import { lineWriterOf } from '../webhook/index.ts';
import { hasMembers } from '../workspace/index.ts';
import { setupLink } from './auth/links.ts';

/** Which parts of Milepost a process runs. */
export interface Parts {
  readonly api: boolean;
  readonly worker: boolean;
  /** Whether to migrate, and to make the demo on an empty installation. */
  readonly prepares: boolean;
}

/** What a person at the screen wants to know once everything runs. */
export interface Ready {
  readonly url: string | null;
  /** Where the first member makes their account; null once there is one. */
  readonly setupLink: string | null;
  readonly demo: Demo | null;
  readonly transport: string;
}

const DASHBOARD_DIR = join(import.meta.dirname, '../../../dashboard/dist');
const DOCS_DIR = join(import.meta.dirname, '../../../docs/site/dist');
/** Batches in flight, the worker's lanes and loops, and a reserve for people's look-ups. */
const POOL_MAX = 12;

/**
 * Runs the parts until `stopping` fires; then stops them in order: no new requests, those under way
 * answered, handovers finished, the rest given back, the database last.
 */
export async function runProcess(
  config: Config,
  {
    parts,
    log,
    stopping,
    onProgress,
    onReady,
  }: {
    parts: Parts;
    log: Log;
    stopping: AbortSignal;
    onProgress?: (what: string) => void;
    onReady: (ready: Ready) => void;
  },
): Promise<void> {
  if (parts.api) await requireFreePort(config);
  const database = await openDatabase(config, {
    log,
    max: POOL_MAX,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  try {
    if (parts.prepares) await migrate(database.lookups, MIGRATIONS_DIR, log);
    else await requireUsableSchema(database.db, MIGRATIONS_DIR);
    await assertConsentKey(database.db, createConsentKey(database.encryptionKey));
    await runParts(config, { database, parts, log, stopping, onReady });
  } finally {
    await database.close();
  }
}

async function runParts(
  config: Config,
  {
    database,
    parts,
    log,
    stopping,
    onReady,
  }: {
    database: Database;
    parts: Parts;
    log: Log;
    stopping: AbortSignal;
    onReady: (ready: Ready) => void;
  },
): Promise<void> {
  const { db, lookups, encryptionKey } = database;
  // Known for sure once the port is: the system may choose it.
  const address = { url: config.publicUrl ?? urlOf(config.host, config.port) };
  const services = await createServices({
    publicUrl: () => address.url,
    db,
    lookups,
    log,
    encryptionKey,
    from: config.from,
    smtpUrl: config.smtpUrl,
    webhookPrivateHosts: config.webhookPrivateHosts,
  });
  const demo = parts.prepares ? await ensureDemo({ ...services, now: services.clock.now() }) : null;
  const transport = transportOf(config);
  const outlets = outletsOf(services, { lookups, transport });
  const { eventsFile } = config;
  const eventLines = eventsFile === null ? null : lineWriterOf(eventsFile, process.stdout);
  const worker = parts.worker
    ? await startWorker(services, { outlets, stopping, eventLines })
    : null;
  const api = parts.api ? await startApi(config, { database, services, outlets, address }) : null;
  onReady({
    url: api?.url ?? null,
    setupLink: await setupLinkOf(database, api?.url ?? null),
    demo,
    transport: transport.name,
  });
  await new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    else stopping.addEventListener('abort', () => resolve(), { once: true });
  });
  await api?.close();
  await (worker?.done ?? outlets.close());
  await services.close();
}

async function startApi(
  config: Config,
  {
    database,
    services,
    outlets,
    address,
  }: { database: Database; services: Services; outlets: Outlets; address: { url: string } },
): Promise<{ url: string; close: () => Promise<void> }> {
  const { host, port } = config;
  const app = await buildApi({
    services,
    outlets,
    health: createHealth({ db: database.db, migrationsDir: MIGRATIONS_DIR }),
    signIn: createSignIn({
      services,
      encryptionKey: database.encryptionKey,
      oidc: config.oidc,
    }),
    publicUrl: services.publicUrl,
    trustProxy: config.trustProxy,
    dashboardDir: DASHBOARD_DIR,
    docsDir: DOCS_DIR,
  });
  await app.listen({ host, port }).catch((error: unknown) => {
    throw portTaken(error, config) ?? error;
  });
  const bound = app.server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  address.url = config.publicUrl ?? urlOf(host, boundPort);
  return { url: address.url, close: () => app.close() };
}

/** A link that makes whoever opens it the owner; none where there is one. */
async function setupLinkOf(
  { db, encryptionKey }: Database,
  url: string | null,
): Promise<string | null> {
  if (url === null || (await hasMembers(db))) return null;
  return setupLink(url, encryptionKey);
}

/** Where a server is reached that listens there. */
export const urlOf = (host: string, port: number): string => {
  const name = isLoopback(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
};

/** Asked before the database is started, so that the answer comes at once. */
function requireFreePort(config: Config): Promise<void> {
  if (config.port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(portTaken(error, config) ?? error));
    probe.listen({ host: config.host, port: config.port }, () => probe.close(() => resolve()));
  });
}

function portTaken(error: unknown, { host, port }: Config): SetupError | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return new SetupError(
      `Port ${port} is taken by another program. Stop it, or choose another: --port ${port + 1}.`,
    );
  }
  if (code === 'EACCES') return new SetupError(`Port ${port} may not be opened by this user.`);
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
    ? new SetupError(`This machine has no address ${host}. Choose another with --host.`)
    : null;
}

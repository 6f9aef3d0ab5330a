import { outletsOf } from '../server/src/app/outlets.ts';
import { createCaptureTransport, parsePrivateHosts } from '../server/src/transport/index.ts';
import type { FastifyInstance } from 'fastify';
import { buildApi } from '../server/src/app/api.ts';
import { createSignIn } from '../server/src/app/auth/sign-in.ts';
import { createHealth } from '../server/src/app/health.ts';
import { createServices, type Services } from '../server/src/app/services.ts';
import { createLog } from '../server/src/platform/log.ts';
import { bucketOf, userIdOf } from '../server/src/platform/ids.ts';
import type { Db, Pool } from '../server/src/platform/db.ts';
import { tzVersion } from '../server/src/schedule/zone.ts';
import { createWorkspace } from '../server/src/workspace/index.ts';
import { ENCRYPTION_KEY, type Database } from './cluster.ts';

/** A live workspace side to measure in, and a series in it. */
export interface Side {
  readonly workspaceId: string;
  readonly secretKey: string;
  readonly seriesId: string;
}

/** What the API takes as a series. */
export interface SeriesBody {
  readonly name: string;
  readonly settings?: object;
  readonly steps: readonly object[];
}

export const FROM = 'Milepost <hello@milepost.example>';

/** API and worker parts over a database, as the server makes them. */
export function servicesOf(db: Pool): Promise<Services> {
  const log = createLog({ level: 'error', sink: process.stderr });
  return createServices({
    db,
    log,
    encryptionKey: Buffer.from(ENCRYPTION_KEY, 'base64'),
    publicUrl: () => 'http://localhost',
    from: FROM,
    // The sink is on this machine.
    webhookPrivateHosts: parsePrivateHosts('true'),
  });
}

/** The HTTP server over services, as the server makes it. */
export function apiOf(services: Services): Promise<FastifyInstance> {
  return buildApi({
    services,
    outlets: outletsOf(services, { lookups: services.db, transport: createCaptureTransport() }),
    health: createHealth({ db: services.db, migrationsDir: '' }),
    signIn: createSignIn({
      services,
      encryptionKey: Buffer.from(ENCRYPTION_KEY, 'base64'),
      oidc: null,
    }),
    publicUrl: () => 'http://localhost',
    trustProxy: false,
    dashboardDir: null,
  });
}

type Call = <T>(method: 'PATCH' | 'POST', path: string, body?: object) => Promise<T>;

/** A workspace without limits on its calls and an active series, made by way of the API. */
export async function createSide({ db }: Database, series: SeriesBody): Promise<Side> {
  const services = await servicesOf(db);
  const { clock, box } = services;
  const { live } = await createWorkspace({ pool: db, box }, { name: 'Bench', now: clock.now() });
  const { id: workspaceId, secretKey } = live;
  const seriesId = await withApi(services, secretKey, async (call) => {
    await call('PATCH', '/settings', { rate_limits: { secret_per_second: 0 } });
    return activeSeriesBy(call, series);
  });
  return { workspaceId, secretKey, seriesId };
}

/** Another active series of a side. */
export async function addSeries(
  { db }: Database,
  { secretKey }: Side,
  series: SeriesBody,
): Promise<string> {
  return withApi(await servicesOf(db), secretKey, (call) => activeSeriesBy(call, series));
}

/** Gives a side a transport of its own, to a server on this machine, with a limit. */
export async function limitSide(
  { db }: Database,
  { secretKey }: Side,
  { smtpPort, perSecond }: { smtpPort: number; perSecond: number },
): Promise<void> {
  await withApi(await servicesOf(db), secretKey, (call) =>
    call('POST', '/transports', {
      kind: 'smtp',
      settings: { url: `smtp://127.0.0.1:${smtpPort}` },
      limits: { per_second: perSecond },
    }),
  );
}

async function activeSeriesBy(call: Call, series: SeriesBody): Promise<string> {
  const { id } = await call<{ id: string }>('POST', '/series', series);
  await call('POST', `/series/${id}/activate`);
  return id;
}

/** @param services closed afterwards */
async function withApi<T>(
  services: Services,
  secretKey: string,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  const api = await apiOf(services);
  const result = await work(async <Body>(method: string, path: string, body?: object) => {
    const answer = await api.inject({
      method: method as 'POST',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.body}`);
    return answer.json<Body>();
  });
  await api.close();
  await services.close();
  return result;
}

const CHUNK = 10_000;

/** Digits of equal number make requests of equal length. */
export const externalIdOf = (prefix: string, index: number): string =>
  `${prefix}_${String(index).padStart(7, '0')}`;

/** Adds users `first` … `first + count - 1`, past the API: how they came is not what is measured. */
export async function insertUsers(
  db: Db,
  {
    workspaceId,
    prefix,
    first = 0,
    count,
  }: {
    workspaceId: string;
    prefix: string;
    first?: number;
    count: number;
  },
): Promise<void> {
  for (let from = first; from < first + count; from += CHUNK) {
    const size = Math.min(CHUNK, first + count - from);
    const externalIds = Array.from({ length: size }, (_, i) => externalIdOf(prefix, from + i));
    const ids = externalIds.map((externalId) => userIdOf(workspaceId, externalId));
    await db`
      insert into users (bucket, workspace_id, id, external_id, email, name, timezone, traits,
                         first_seen, last_seen, created_at, updated_at)
      select bucket, ${workspaceId}, id, external_id, external_id || '@example.org',
             'Ada ' || external_id, (array['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[1 + bucket % 3],
             '{"plan": "pro"}', now(), now(), now(), now()
        from unnest(${ids.map(bucketOf)}::smallint[], ${ids}::uuid[], ${externalIds}::text[])
             as u (bucket, id, external_id)
    `;
  }
}

/**
 * Puts every user of the workspace at a step that has been due for up to an hour, as if they had
 * entered a day ago. What was there before is gone.
 */
export async function makeDue(
  db: Db,
  { workspaceId, seriesId }: Side,
  stepId: string,
): Promise<void> {
  await db`truncate enrollments, recipients, step_log, messages, message_events`;
  await db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at)
    select bucket, (left(uuidv7()::text, 34) || right(id::text, 2))::uuid, workspace_id, id,
           ${seriesId}, 1, 1, 'active', now() - interval '1 day'
      from users where workspace_id = ${workspaceId}
  `;
  await db`
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select bucket, id, 1, workspace_id, automation_id, user_id, 1, ${stepId}, true,
           date_trunc('milliseconds', now() - random() * interval '1 hour'), entered_at, 'UTC', ${tzVersion()},
           '[{"rule": "delay", "input": "1 day", "outcome": "due"}]'
      from enrollments
  `;
}

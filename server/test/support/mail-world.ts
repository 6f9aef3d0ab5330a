import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServices, type Services } from '../../src/app/services.ts';
import { connect, type Pool } from '../../src/platform/db.ts';
import { createMessageSender } from '../../src/enrollment/transactional/send-message.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { silentLog } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { createSeries, moveSeries } from '../../src/series/index.ts';
import { createWorkspace } from '../../src/workspace/index.ts';
import { dataFolder } from './command.ts';
import { MIGRATIONS } from './database.ts';
import type { Accepted } from './smtp-sink.ts';

const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const SINK = join(import.meta.dirname, 'smtp-sink.ts');
const KEY = Buffer.alloc(32, 9);
const ENROLLED_AT_ONCE = 250;
/** Connections of a worker to the sink. */
export const CONNECTIONS = 10;

/** Of so many people one gets a transactional message. */
const TRANSACTIONAL_EACH = 10;

/** A durable database of its own, a sink in another process, and a live side with one email to send. */
export interface MailWorld {
  readonly db: Pool;
  readonly services: Services;
  readonly workspaceId: string;
  readonly seriesId: string;
  /**
   * Identifies and enrolls so many new people, or sends some of them a transactional message; each is owed
   * one email.
   */
  readonly enroll: (count: number, addressOf: (n: number) => string) => Promise<void>;
  readonly startWorker: () => Promise<WorkerProcess>;
  /** What the sink has accepted, read from its log. */
  readonly accepted: () => Accepted[];
  /** How many messages are in each state. */
  readonly states: () => Promise<Record<string, number>>;
  /** Stops the database the hard way, as a power cut would, and starts it again. */
  readonly restartDatabase: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A real `milepost work`. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Sends SIGKILL and waits for the end. */
  readonly kill: () => Promise<void>;
  /** Sends SIGTERM and waits for the end. */
  readonly stop: () => Promise<void>;
}

export async function mailWorld(): Promise<MailWorld> {
  const { dir, remove } = dataFolder();
  const options = { dataDir: dir, log: silentLog };
  let postgres = await startEmbeddedPostgres(options);
  const db = connect(postgres.url, { max: 10 });
  await migrate(db, MIGRATIONS, silentLog);
  const services = await createServices({
    db,
    lookups: db,
    log: silentLog,
    encryptionKey: KEY,
    from: 'Milepost <hello@milepost.test>',
    publicUrl: () => 'http://localhost',
  });
  const now = services.clock.now();
  const made = await createWorkspace({ pool: db, box: services.box }, { name: 'Crash', now });
  const workspaceId = made.live.id;
  const body = {
    name: 'One email',
    steps: [{ id: 'mail', type: 'email', subject: 'Hello {{ user.name }}', html: '<p>Hello</p>' }],
  };
  const { id: seriesId } = await createSeries(db, { workspaceId, body, now });
  await moveSeries(db, { workspaceId, id: seriesId }, { transition: 'activate', now });
  const log = join(dir, 'accepted.jsonl');
  const sink = spawn(process.execPath, [SINK, '--port', '0', '--log', log]);
  const [said] = (await once(sink.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(said.toString()) as { port: number };
  let people = 0;
  const workers = new Set<ChildProcess>();

  const send = createMessageSender({ ...services, onEntered: () => {} });

  /** Without a user: what a message brings has to be enough. */
  async function sendOne(n: number, to: string): Promise<void> {
    const body = { to, subject: `Hello Person ${n}`, html: '<p>Hello</p>' };
    const workspace = { id: workspaceId, side: 'live', timezone: 'UTC' } as const;
    await send({ workspace, body, key: `message-${n}` });
  }

  async function enrollOne(n: number, address: string): Promise<void> {
    if (n % TRANSACTIONAL_EACH === 0) return sendOne(n, address);
    const externalId = `person-${n}`;
    const own = { name: `Person ${n}`, email: address };
    const patch = { own, traits: {}, context: {} };
    await services.identifier.identify({ workspaceId, externalId, patch });
    await services.enroller.enroll({
      workspace: { id: workspaceId, side: 'live', timezone: 'UTC' },
      userExternalId: externalId,
      seriesId,
    });
  }

  return {
    db,
    services,
    workspaceId,
    seriesId,
    async enroll(count, addressOf) {
      for (let left = count; left > 0; left -= ENROLLED_AT_ONCE) {
        const batch = Array.from({ length: Math.min(left, ENROLLED_AT_ONCE) }, () => (people += 1));
        await Promise.all(batch.map((n) => enrollOne(n, addressOf(n))));
      }
    },
    async startWorker() {
      const child = spawn(process.execPath, [MAIN, 'work'], {
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: postgres.url,
          MILEPOST_ENCRYPTION_KEY: KEY.toString('base64'),
          MILEPOST_SMTP_URL: `smtp://127.0.0.1:${port}`,
          MILEPOST_FROM: 'Milepost <hello@milepost.test>',
          MILEPOST_SMTP_CONNECTIONS: String(CONNECTIONS),
          MILEPOST_LOG_LEVEL: 'silent',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      workers.add(child);
      await once(child.stdout, 'data');
      const end = async (signal: NodeJS.Signals): Promise<void> => {
        workers.delete(child);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      };
      return { child, pid: child.pid ?? 0, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
    },
    accepted: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trim()
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Accepted)
        : [],
    async states() {
      const rows = await db<{ state: string; count: number }[]>`
        select state, count(*)::int as count from messages group by state
      `;
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    },
    async restartDatabase() {
      await postgres.stop('immediate');
      postgres = await startEmbeddedPostgres(options);
    },
    async close() {
      for (const child of workers) child.kill('SIGKILL');
      sink.kill('SIGKILL');
      await services.close();
      await db.end({ timeout: 1 });
      await postgres.stop('immediate');
      remove();
    },
  };
}

/** Waits until `isDone` holds. */
export async function until(
  isDone: () => Promise<boolean>,
  { withinMs, what, found }: { withinMs: number; what: string; found?: () => Promise<unknown> },
): Promise<void> {
  const startedMs = performance.now();
  while (!(await isDone())) {
    if (performance.now() - startedMs > withinMs) {
      throw new Error(`not within ${withinMs} ms: ${what}; ${JSON.stringify(await found?.())}`);
    }
    await sleep(20);
  }
}

import type { FastifyPluginAsync } from 'fastify';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { queueHealth, type QueueHealth } from '../delivery/index.ts';
import { SILENCE_MS } from '../enrollment/index.ts';
import type { Db } from '../platform/db.ts';
import { pendingMigrations } from '../platform/migrate.ts';

/** What `/readyz` and `/metrics` ask. */
export interface Health {
  /** Everything that keeps the server from doing its work, in words for an operator; empty when well. */
  readonly faults: () => Promise<string[]>;
  readonly metrics: () => Promise<{ text: string; contentType: string }>;
}

/** A due row that has waited this long with a live worker means the worker is not keeping up. */
const OVERDUE_MAX_MS = 10 * 60_000;
/** Without any worker there is less to wait for. */
const ORPHANED_MAX_MS = 60_000;
const MINUTE_MS = 60_000;

/** Health over one database, for every process alike. */
export function createHealth({ db, migrationsDir }: { db: Db; migrationsDir: string }): Health {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'milepost_' });
  addQueueMetrics(registry, db);
  return {
    faults: async () => {
      try {
        return [...(await migrationFaults(db, migrationsDir)), ...(await queueFaults(db))];
      } catch (error) {
        return [
          `the database does not answer: ${error instanceof Error ? error.message : 'unknown'}`,
        ];
      }
    },
    metrics: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

async function migrationFaults(db: Db, dir: string): Promise<string[]> {
  const pending = await pendingMigrations(db, dir);
  return pending.length === 0
    ? []
    : [`migrations are pending: ${pending.join(', ')}; run milepost migrate`];
}

async function queueFaults(db: Db): Promise<string[]> {
  const { liveWorkers, overdueMs, lastBeatAt } = await queueHealth(db, { silenceMs: SILENCE_MS });
  const waited = `the oldest due step has waited ${Math.round(overdueMs / MINUTE_MS)} min`;
  if (liveWorkers === 0 && overdueMs > ORPHANED_MAX_MS) {
    return [`steps are overdue and no worker lives: ${waited}; start milepost work`];
  }
  if (liveWorkers === 0) {
    const seen =
      lastBeatAt === null ? 'none ever started' : `last seen ${lastBeatAt.toISOString()}`;
    return [`no worker lives: ${seen}; start milepost work`];
  }
  return overdueMs > OVERDUE_MAX_MS ? [`the worker does not keep up: ${waited}`] : [];
}

/** Gauges of one query: it runs once per scrape, whichever of them is asked first. */
function addQueueMetrics(registry: Registry, db: Db): void {
  let asked: Promise<QueueHealth> | null = null;
  const health = (): Promise<QueueHealth> => {
    asked ??= queueHealth(db, { silenceMs: SILENCE_MS }).finally(() => (asked = null));
    return asked;
  };
  const gauge = (name: string, help: string, of: (queue: QueueHealth) => number): void => {
    const made = new Gauge({
      name: `milepost_${name}`,
      help,
      registers: [],
      async collect(): Promise<void> {
        this.set(of(await health()));
      },
    });
    registry.registerMetric(made);
  };
  gauge('workers', 'Workers whose heartbeat is fresh', ({ liveWorkers }) => liveWorkers);
  gauge('messages_in_doubt', 'Messages that may or may not have left', ({ inDoubt }) => inDoubt);
  gauge(
    'oldest_due_seconds',
    'How long the oldest due step has waited',
    ({ overdueMs }) => overdueMs / 1_000,
  );
}

/** `/healthz`, `/readyz` and `/metrics`. */
export const healthRoutes: FastifyPluginAsync<{ health: Health }> = async (app, { health }) => {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const reasons = await health.faults();
    const isReady = reasons.length === 0;
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', reasons });
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const { text, contentType } = await health.metrics();
    return reply.header('content-type', contentType).send(text);
  });
};

import { startChild, type Child } from '../child.ts';
import type { Database } from '../cluster.ts';
import { alternate, perSecond, type Measure, type Row } from '../measure.ts';
import { redisVersion, startRedis } from '../redis.ts';
import { createSide, insertUsers, makeDue } from '../workspace.ts';

const DAY_MS = 86_400_000;
const SERIES = {
  name: 'Waits',
  steps: [
    { id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } },
    { id: 'w2', type: 'wait', delay: { amount: 60, unit: 'days' } },
    { id: 'w3', type: 'wait', delay: { amount: 60, unit: 'days' } },
  ],
};
const WHAT = 'steps advanced: claim, decide, log, plan the next';

interface Drained {
  readonly rows: number;
  readonly ms: number;
}

/** A queue that does the same with its best batch calls. */
interface Peer {
  readonly name: string;
  readonly file: string;
  readonly tables: readonly string[];
  readonly atLeast: number | null;
  readonly note: string;
}

const PEERS: readonly Peer[] = [
  {
    name: 'pg-boss',
    file: 'pg-boss.ts',
    tables: ['pgboss.job'],
    atLeast: 3,
    note: 'pg-boss: fetch of 500, insert of 500, complete of 500; three side by side, 12 connections',
  },
  {
    name: 'graphile-worker',
    file: 'graphile-worker.ts',
    tables: ['graphile_worker._private_jobs'],
    atLeast: null,
    note:
      'graphile-worker: local queue of 2,000, 1,000 jobs side by side, completions batched, ' +
      'addJobs for up to 500 next jobs together; 12 connections',
  },
];

const BULLMQ_NOTE =
  'bullmq: 500 jobs side by side, addBulk for up to 500 next jobs together; Redis writes to the disk ' +
  'once a second, where everybody else commits';

/** Steps moved on, against queues that fetch a job, complete it and add the next. */
export const steps: Measure = {
  name: 'steps',
  what: 'steps advanced per second, beside pg-boss, graphile-worker and BullMQ',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 1 : 3;
    const count = isQuick ? 20_000 : 100_000;
    const database = await cluster.create('bench_steps');
    const side = await createSide(database, SERIES);
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count });
    await database.settle('users');

    const engine = startChild('engine.ts');
    await engine.call('start', { url: database.url });
    const runs: Record<string, () => Promise<number>> = {
      ours: async () => {
        await makeDue(database.db, side, 'w1');
        await database.settle('recipients', 'enrollments');
        return rateOf(await engine.call<Drained>('drain'), count);
      },
    };
    const children: Child[] = [engine];
    for (const peer of PEERS) {
      const child = startChild(peer.file);
      children.push(child);
      await child.call('start', { url: database.url });
      runs[peer.name] = () => runPeer(child, { database, peer, count });
    }
    const redis = redisVersion() === null ? null : await startRedis();
    if (redis !== null) {
      const child = startChild('bullmq.ts');
      children.push(child);
      await child.call('start', { path: redis.path });
      runs['bullmq'] = () => drainPeer(child, count);
    }
    say('warming up');
    await runs['ours']?.();
    say('measuring');
    const figures = await alternate(rounds, runs);
    await Promise.all(children.map((child) => child.stop()));
    await redis?.stop();
    await requireExact(database, count);
    await database.drop();
    return rowsOf(figures, redis !== null);
  },
};

async function runPeer(
  child: Child,
  { database, peer, count }: { database: Database; peer: Peer; count: number },
): Promise<number> {
  await database.db.unsafe(`truncate ${peer.tables.join(', ')} cascade`);
  await child.call('fill', { count, now: Date.now() });
  await database.settle(...peer.tables);
  return drainFilled(child, count);
}

async function drainPeer(child: Child, count: number): Promise<number> {
  await child.call('fill', { count, now: Date.now() });
  return drainFilled(child, count);
}

async function drainFilled(child: Child, count: number): Promise<number> {
  const now = Date.now();
  return rateOf(
    await child.call<Drained>('drain', { count, now, later: now + 60 * DAY_MS }),
    count,
  );
}

function rateOf({ rows, ms }: Drained, count: number): number {
  if (rows !== count) throw new Error(`${rows} of ${count} rows were handled`);
  return perSecond(rows, ms);
}

/** The figures count only if the ledger does. */
async function requireExact({ db }: Database, count: number): Promise<void> {
  const [row] = await db<{ passed: number; pending: number; unaccounted: number }[]>`
    select passed, pending, unaccounted from ledger
  `;
  if (row?.passed !== count || row.pending !== count || row.unaccounted !== 0) {
    throw new Error(`the ledger is not exact: ${JSON.stringify(row)}`);
  }
}

function rowsOf(figures: Readonly<Record<string, number[]>>, hasRedis: boolean): Row[] {
  const ours = figures['ours'] ?? [];
  const row = ({ name, atLeast, note }: Pick<Peer, 'name' | 'atLeast' | 'note'>): Row => ({
    what: WHAT,
    unit: '/s',
    ours,
    peer: { name, values: figures[name] ?? [] },
    target: atLeast === null ? null : { kind: 'ratio', atLeast },
    note,
  });
  const rows = PEERS.map(row);
  if (hasRedis) rows.push(row({ name: 'bullmq', atLeast: 1.5, note: BULLMQ_NOTE }));
  return rows;
}

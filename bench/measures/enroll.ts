import { startChild, type Child } from '../child.ts';
import { alternate, perSecond, type Measure } from '../measure.ts';
import type { Load, LoadResult } from '../processes/http-load.ts';
import { createSide, externalIdOf, insertUsers, type Side } from '../workspace.ts';

const CONNECTIONS = 64;
const SERIES = {
  name: 'Welcome',
  settings: { send_window: { start: '09:00', end: '17:00' } },
  steps: [
    { id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } },
    { id: 'e1', type: 'email', subject: 'Welcome', html: '<p>Welcome, {{ user.name }}</p>' },
  ],
};

interface Enrolling {
  readonly load: Child;
  readonly side: Side;
  readonly port: number;
  readonly answers: Record<string, number>;
}

/**
 * Enrolling over HTTP, against the same route without the enrolling, and against the least that a
 * durable call can cost: one row, one commit.
 */
export const enroll: Measure = {
  name: 'enroll',
  what: 'enrolling over HTTP, 64 connections',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 2 : 5;
    const calls = isQuick ? 4_000 : 12_000;
    const database = await cluster.create('bench_enroll');
    const side = await createSide(database, SERIES);
    const { workspaceId } = side;
    await insertUsers(database.db, { workspaceId, prefix: 'user', count: calls * (rounds + 1) });
    await database.db`
      create table single_row (
        bucket smallint not null, id uuid primary key, user_id uuid not null,
        automation_id uuid not null, entered_at timestamptz not null)
    `;
    await database.settle('users');

    const [real, constant, load, inserts] = [
      startChild('api.ts'),
      startChild('api.ts'),
      startChild('http-load.ts'),
      startChild('insert-load.ts'),
    ];
    const { url } = database;
    const answers = {};
    const at = async (child: Child, isConstant: boolean): Promise<Enrolling> => {
      const port = await child.call<number>('start', { url, isConstant });
      return { load, side, port, answers };
    };
    const [realAt, constantAt] = [await at(real, false), await at(constant, true)];
    const p50: number[] = [];
    const p99: number[] = [];
    const sides = (round: number, first: number, size: number) => ({
      ours: async () => {
        const result = await run(realAt, first, size);
        if (round >= 0) p50.push(result.p50Ms);
        if (round >= 0) p99.push(result.p99Ms);
        return perSecond(size, result.ms);
      },
      constant: async () => perSecond(size, (await run(constantAt, first, size)).ms),
      insert: async () =>
        perSecond(
          size,
          await inserts.call<number>('run', { url, clients: CONNECTIONS, rows: size }),
        ),
    });
    say('warming up');
    for (const side of Object.values(sides(-1, calls * rounds, calls))) await side();
    say('measuring');
    const of = (round: number) => sides(round, round * calls, calls);
    const figures = await alternate(rounds, {
      ours: (round) => of(round).ours(),
      constant: (round) => of(round).constant(),
      insert: (round) => of(round).insert(),
    });
    await Promise.all([real, constant, load, inserts].map((child) => child.stop()));
    requireOnly(answers, '200 enrolled');
    await database.drop();
    const what = 'enroll over HTTP, durable before the answer';
    const latency = `latency p50 ${list(p50)} ms, p99 ${list(p99)} ms, per round`;
    return [
      {
        what,
        unit: '/s',
        ours: figures.ours,
        peer: { name: 'the same route, a constant', values: figures.constant },
        target: { kind: 'ratio', atLeast: 0.5 },
        note: latency,
      },
      {
        what,
        unit: '/s',
        ours: figures.ours,
        peer: { name: '64 clients, one insert a commit', values: figures.insert },
        target: { kind: 'ratio', atLeast: 1 },
      },
    ];
  },
};

async function run(
  { load, side, port, answers }: Enrolling,
  first: number,
  count: number,
): Promise<LoadResult> {
  const { secretKey, seriesId } = side;
  const people = Array.from({ length: count }, (_, i) => [
    {
      path: '/api/sdk/series',
      body: { action: 'enroll', user_id: externalIdOf('user', first + i), series_id: seriesId },
    },
  ]);
  const result = await load.call<LoadResult>('run', {
    port,
    connections: CONNECTIONS,
    secretKey,
    people,
  } satisfies Load);
  for (const [answer, times] of Object.entries(result.answers)) {
    answers[answer] = (answers[answer] ?? 0) + times;
  }
  return result;
}

/** A figure made of refusals would be a lie. */
export function requireOnly(answers: Readonly<Record<string, number>>, wanted: string): void {
  const others = Object.entries(answers).filter(([answer]) => answer !== wanted);
  if (others.length > 0)
    throw new Error(`answers other than "${wanted}": ${JSON.stringify(answers)}`);
}

const list = (values: readonly number[]): string => values.map((ms) => ms.toFixed(1)).join(', ');

import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../child.ts';
import type { Database } from '../cluster.ts';
import { alternate, perSecond, type Measure, type Row } from '../measure.ts';
import type { Load, LoadResult } from '../processes/http-load.ts';
import { createSide, externalIdOf, insertUsers, type Side } from '../workspace.ts';
import { requireOnly } from './enroll.ts';

const CONNECTIONS = 64;
const EVENTS_PER_CALL = 100;
const WAITERS = 1_000;
/** One call in so many brings an event that is waited for: one event in a thousand. */
const AWAITED_EVERY = 10;
const WAIT_MS_MAX = 60_000;
const POLL_MS = 20;
const DAYS_60 = { amount: 60, unit: 'days' };
const SERIES = {
  name: 'Waiting for an order',
  steps: [
    {
      id: 'order',
      type: 'wait_for_event',
      event_type: 'order_placed',
      filter: { field: 'metadata.total', operator: 'at_least', value: 100 },
      timeout: DAYS_60,
      next: 'then',
      on_timeout: 'late',
    },
    { id: 'then', type: 'wait', delay: { amount: 0, unit: 'minutes' } },
    { id: 'late', type: 'wait', delay: DAYS_60 },
  ],
};
const QUIET_SERIES = {
  name: 'Waits for nobody',
  steps: [{ id: 'w', type: 'wait', delay: DAYS_60 }],
};

interface Parts {
  readonly database: Database;
  readonly load: Child;
  readonly port: number;
}

/** How long people waited for their next step after their event was sent, in milliseconds. */
interface Woken {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Events over HTTP while people wait for some of them, and how soon those go on. */
export const events: Measure = {
  name: 'events',
  what: 'events over HTTP, 100 a call, and the waits that they end',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 2 : 5;
    const calls = isQuick ? 500 : 1_000;
    const database = await cluster.create('bench_events');
    const waited = await createSide(database, SERIES);
    const quiet = await createSide(database, QUIET_SERIES);
    for (const { workspaceId } of [waited, quiet]) {
      await insertUsers(database.db, { workspaceId, prefix: 'user', count: WAITERS });
    }
    await database.settle('users');
    const children = ['api.ts', 'worker.ts', 'http-load.ts'].map((file) => startChild(file));
    const [api, worker, load] = children as [Child, Child, Child];
    const port = await api.call<number>('start', { url: database.url, isConstant: false });
    await worker.call('prepare', { url: database.url });
    // Nothing is mailed.
    await worker.call('start', { smtpPort: 9, connections: 1 });
    const parts = { database, load, port };

    await wait(parts, waited, 'user');
    say('warming up');
    let sent = 0;
    const ingest = async (side: Side): Promise<number> => {
      sent += 1;
      const result = await run(parts, side, callsOf(calls, sent));
      requireOnly(result.answers, '200 ');
      return perSecond(calls * EVENTS_PER_CALL, result.ms);
    };
    for (const side of [waited, quiet]) await ingest(side);
    say('measuring');
    const figures = await alternate(rounds, {
      waited: () => ingest(waited),
      quiet: () => ingest(quiet),
    });
    await untilHeard(database);
    await requireStored(database, sent * calls * EVENTS_PER_CALL);
    say('waking');
    const woken: Woken[] = [];
    for (let round = 0; round < rounds; round += 1) {
      woken.push(await wake(parts, waited, `round${round}`));
    }
    await worker.call('stop');
    await Promise.all(children.map((child) => child.stop()));
    await requireExact(database);
    await database.drop();
    return rowsOf(figures, woken);
  },
};

function rowsOf(
  { waited, quiet }: { waited: readonly number[]; quiet: readonly number[] },
  woken: readonly Woken[],
): Row[] {
  return [
    {
      what: `events, ${EVENTS_PER_CALL} a call, durable, with ${WAITERS.toLocaleString('en')} people waiting`,
      unit: '/s',
      ours: waited,
      peer: { name: 'the same calls, nobody waiting', values: quiet },
      target: { kind: 'at least', value: 10_000 },
      note:
        `each with an id; one in ${AWAITED_EVERY * EVENTS_PER_CALL} is of the awaited type, which a worker ` +
        'process looks at meanwhile',
    },
    {
      what: `${WAITERS.toLocaleString('en')} people woken by a call each: call to next step, the last`,
      unit: 's',
      ours: woken.map(({ maxMs }) => maxMs / 1_000),
      peer: null,
      target: { kind: 'at most', value: 2 },
      note: `p50 ${list(woken.map(({ p50Ms }) => p50Ms))} ms, p99 ${list(woken.map(({ p99Ms }) => p99Ms))} ms, per round`,
    },
  ];
}

const list = (values: readonly number[]): string => values.map((ms) => ms.toFixed(0)).join(', ');

/** What a browser sends; now and then with an order that is too small for those who wait. */
function callsOf(calls: number, round: number): Load['people'] {
  return Array.from({ length: calls }, (_, call) => [
    {
      path: '/api/sdk/events',
      body: {
        user_id: externalIdOf('user', call % WAITERS),
        session_id: `session-${call}`,
        events: Array.from({ length: EVENTS_PER_CALL }, (_event, index) => ({
          event_id: `${round}-${call}-${index}`,
          event_type:
            call % AWAITED_EVERY === 0 && index === 0 ? 'order_placed' : `page_viewed_${index % 8}`,
          page_url: `https://app.example.com/projects/${call}?tab=${index}`,
          metadata: { total: 20, plan: 'pro', position: index },
        })),
      },
    },
  ]);
}

function run(
  { load, port }: Parts,
  { secretKey }: Side,
  people: Load['people'],
): Promise<LoadResult> {
  const connections = CONNECTIONS;
  return load.call<LoadResult>('run', { port, connections, secretKey, people, keepsTimes: true });
}

/** Enrolls a thousand users and lets them come to their wait. */
async function wait(parts: Parts, side: Side, prefix: string): Promise<void> {
  const people = Array.from({ length: WAITERS }, (_, i) => {
    const user_id = externalIdOf(prefix, i);
    return [
      { path: '/api/sdk/series', body: { action: 'enroll', user_id, series_id: side.seriesId } },
    ];
  });
  requireOnly((await run(parts, side, people)).answers, '200 enrolled');
  await untilNone(
    parts.database,
    'people do not come to their wait',
    (db) => db`select from recipients where step_id = 'order' and not held limit 1`,
  );
}

/** A thousand people who wait, and a call for each that brings what they wait for. */
async function wake(parts: Parts, side: Side, prefix: string): Promise<Woken> {
  const { database } = parts;
  const { workspaceId } = side;
  await insertUsers(database.db, { workspaceId, prefix, count: WAITERS });
  await wait(parts, side, prefix);
  const event = { event_type: 'order_placed', metadata: { total: 500 } };
  const people = Array.from({ length: WAITERS }, (_, i) => [
    { path: '/api/sdk/events', body: { user_id: externalIdOf(prefix, i), events: [event] } },
  ]);
  const { answers, sentAtMs } = await run(parts, side, people);
  requireOnly(answers, '200 ');
  await untilHeard(database);
  const rows = await database.db<{ userId: string; at: Date }[]>`
    select u.external_id as "userId", l.at
      from step_log l join users u on u.bucket = l.bucket and u.id = l.user_id
     where l.workspace_id = ${workspaceId} and l.step_id = 'then' and l.outcome = 'passed'
       and u.external_id like ${`${prefix}\\_%`}
     order by u.external_id
  `;
  if (rows.length !== WAITERS) throw new Error(`${rows.length} of ${WAITERS} were woken`);
  const took = rows.map(({ at }, i) => at.getTime() - (sentAtMs[i] ?? 0)).toSorted((a, b) => a - b);
  const quantile = (part: number): number => took[Math.ceil(took.length * part) - 1] ?? NaN;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
}

/** Waits until every signal is handled, and nothing is due that it led to. */
async function untilHeard(database: Database): Promise<void> {
  await untilNone(
    database,
    'the events are not heard',
    (db) =>
      db`select from signals union all (select from recipients where due_at <= db_now() limit 1) limit 1`,
  );
}

async function untilNone(
  { db }: Database,
  failure: string,
  find: (db: Database['db']) => PromiseLike<readonly unknown[]>,
): Promise<void> {
  const startedMs = performance.now();
  while ((await find(db)).length > 0) {
    if (performance.now() - startedMs > WAIT_MS_MAX) throw new Error(failure);
    await sleep(POLL_MS);
  }
}

/** An answer that says yes and keeps nothing would be quick. */
async function requireStored({ db }: Database, count: number): Promise<void> {
  const [row] = await db<{ stored: number; waiting: number }[]>`
    select (select count(*)::int from events) as stored,
           (select count(*)::int from recipients where step_id = 'order' and held) as waiting
  `;
  if (row?.stored !== count || row.waiting !== WAITERS) {
    throw new Error(`${count} events sent, and then: ${JSON.stringify(row)}`);
  }
}

async function requireExact({ db }: Database): Promise<void> {
  const odd = await db`select from ledger where unaccounted <> 0`;
  if (odd.length > 0) throw new Error('the ledger is not exact');
}

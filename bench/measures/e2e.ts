import { startChild, type Child } from '../child.ts';
import type { Database } from '../cluster.ts';
import { MAIL_SERIES, SMTP_CONNECTIONS } from '../mail.ts';
import { perSecond, type Measure, type Row } from '../measure.ts';
import type { Load, LoadResult } from '../processes/http-load.ts';
import { createSide, externalIdOf, type Side } from '../workspace.ts';
import { untilMailed, untilSettled } from './mail.ts';

const CONNECTIONS = 64;
const CONCURRENT_CALLS = 100;
const PEER =
  'Parcelvoy on a machine of this size, measured apart from this run: 174 s, 28.7 mails/s, 64 enrolls/s, and ' +
  '100 entries from 100 concurrent calls of one person';

interface Parts {
  readonly database: Database;
  readonly side: Side;
  readonly load: Child;
  readonly sink: Child;
  readonly apiPort: number;
}

/** From the first call to the last mail: people nobody knew, identified, enrolled and written to. */
export const e2e: Measure = {
  name: 'e2e',
  what: 'new people identified, enrolled and mailed',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 1 : 3;
    const count = isQuick ? 1_000 : 5_000;
    const database = await cluster.create('bench_e2e');
    const side = await createSide(database, MAIL_SERIES);
    const children = ['api.ts', 'worker.ts', 'mail-sink.ts', 'http-load.ts'].map((file) =>
      startChild(file),
    );
    const [api, worker, sink, load] = children as [Child, Child, Child, Child];
    const apiPort = await api.call<number>('start', { url: database.url, isConstant: false });
    const smtpPort = await sink.call<number>('start');
    await worker.call('prepare', { url: database.url });
    await worker.call('start', { smtpPort, connections: SMTP_CONNECTIONS });
    const parts = { database, side, load, sink, apiPort };

    say('warming up');
    await through(parts, 'warm', 1_000);
    say('measuring');
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push(await through(parts, `round${round}`, count));
    }
    const entries = await enterOften(parts);
    await worker.call('stop');
    await Promise.all(children.map((child) => child.stop()));
    await database.drop();
    return rowsOf(results, { count, entries });
  },
};

interface Through {
  /** From the first call to the last mail. */
  readonly ms: number;
  readonly load: LoadResult;
}

async function through(
  { side, load, sink, apiPort, database }: Parts,
  prefix: string,
  count: number,
): Promise<Through> {
  const before = await sink.call<number>('count');
  const people = Array.from({ length: count }, (_, i) => {
    const userId = externalIdOf(prefix, i);
    const traits = {
      name: `Ada ${i}`,
      email: `${userId}@example.org`,
      timezone: 'Europe/Berlin',
      plan: 'pro',
    };
    return [
      { path: '/api/sdk/users/identify', body: { user_id: userId, traits } },
      enrollOf(side, userId),
    ];
  });
  const { secretKey } = side;
  const mailed = untilMailed(sink, before + count).then(() => performance.now());
  const askedMs = performance.now();
  const result = await load.call<LoadResult>('run', {
    port: apiPort,
    connections: CONNECTIONS,
    secretKey,
    people,
  } satisfies Load);
  // The load began when it had built its requests.
  const beganMs = Math.max(askedMs, performance.now() - result.ms);
  const expected = { '200 created': count, '200 enrolled': count };
  for (const [answer, times] of Object.entries(expected)) {
    if (result.answers[answer] !== times)
      throw new Error(`answers: ${JSON.stringify(result.answers)}`);
  }
  const ms = (await mailed) - beganMs;
  await untilSettled(database);
  return { ms, load: result };
}

/** How many enrollments come of many calls at once for one person. */
async function enterOften({ side, load, apiPort, database }: Parts): Promise<number> {
  const userId = externalIdOf('warm', 0);
  await database.db`update enrollments set state = 'removed', ended_at = now() where state = 'active'
    and user_id = (select id from users where external_id = ${userId})`;
  const { secretKey } = side;
  const call = [enrollOf(side, userId)];
  const { answers } = await load.call<LoadResult>('run', {
    port: apiPort,
    connections: CONCURRENT_CALLS,
    secretKey,
    people: Array.from({ length: CONCURRENT_CALLS }, () => call),
  } satisfies Load);
  if (answers['200 enrolled'] !== 1 || answers['200 already_enrolled'] !== CONCURRENT_CALLS - 1) {
    throw new Error(`answers: ${JSON.stringify(answers)}`);
  }
  const [row] = await database.db<{ count: number }[]>`
    select count(*)::int as count from enrollments
     where state = 'active' and user_id = (select id from users where external_id = ${userId})
  `;
  return row?.count ?? 0;
}

const enrollOf = ({ seriesId }: Side, userId: string) => ({
  path: '/api/sdk/series',
  body: { action: 'enroll', user_id: userId, series_id: seriesId },
});

function rowsOf(
  results: readonly Through[],
  { count, entries }: { count: number; entries: number },
): Row[] {
  const people = `${count.toLocaleString('en')} new people`;
  const row = (what: string, unit: string, ours: number[], note?: string): Row => ({
    what,
    unit,
    ours,
    peer: null,
    target: null,
    ...(note === undefined ? {} : { note }),
  });
  return [
    row(
      `${people}: first call to last mail`,
      's',
      results.map(({ ms }) => ms / 1_000),
      PEER,
    ),
    row(
      `${people}: mails`,
      '/s',
      results.map(({ ms }) => perSecond(count, ms)),
    ),
    row(
      `${people}: identify and enroll calls meanwhile`,
      '/s',
      results.map(({ load }) => perSecond(load.calls, load.ms)),
    ),
    {
      ...row(`entries from ${CONCURRENT_CALLS} concurrent enrolls of one person`, 'entries', [
        entries,
      ]),
      target: { kind: 'at most', value: 1 },
    },
  ];
}

import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../child.ts';
import { EMAIL, MAIL_SERIES } from '../mail.ts';
import { median, type Measure } from '../measure.ts';
import type { Load, LoadResult } from '../processes/http-load.ts';
import type { Begun } from '../processes/mail-sink.ts';
import { addSeries, createSide, insertUsers, limitSide, makeDue } from '../workspace.ts';
import { startAll } from './throttle.ts';

const PER_SECOND = 50;
const MANY = 5_000;
const FEW = 10;
const WORKERS = 2;
/** By then whoever has much has everything in line that may be. */
const LATER_MS = 5_000;
const WAIT_MS_MAX = 60_000;
const POLL_MS = 50;

/** A few people's welcome mail behind a mailing that takes much longer than they would wait. */
export const fairness: Measure = {
  name: 'fairness',
  what: 'welcome mails beside a mailing that takes minutes',
  run: async ({ cluster, isQuick, say }) => {
    const rounds = isQuick ? 1 : 3;
    const database = await cluster.create('bench_fairness');
    const side = await createSide(database, MAIL_SERIES);
    const welcome = await addSeries(database, side, { name: 'Hello', steps: [EMAIL] });
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count: MANY });
    await database.settle('users');
    const [sink, api, load] = [
      startChild('mail-sink.ts'),
      startChild('api.ts'),
      startChild('http-load.ts'),
    ];
    const smtpPort = await sink.call<number>('start', { isTimed: true });
    await limitSide(database, side, { smtpPort, perSecond: PER_SECOND });
    const port = await api.call<number>('start', { url: database.url, isConstant: false });
    const workers = Array.from({ length: WORKERS }, () => startChild('worker.ts'));
    await Promise.all(workers.map((worker) => worker.call('prepare', { url: database.url })));
    const waits: number[] = [];
    const longest: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1}`);
      await database.db`delete from users where external_id like 'new%'`;
      await makeDue(database.db, side, 'e1');
      await database.settle('recipients', 'enrollments');
      await startAll(workers, smtpPort);
      await sleep(LATER_MS);
      const people = Array.from({ length: FEW }, (_, i) => `new${round}_${i}`);
      const call = { port, secretKey: side.secretKey, seriesId: welcome };
      const waited = await waitsOf(people, { sink, load, ...call });
      await Promise.all(workers.map((worker) => worker.call('stop')));
      await sink.call('begun');
      waits.push(median(waited));
      longest.push(Math.max(...waited));
    }
    await Promise.all([sink, api, load, ...workers].map((child) => child.stop()));
    await database.drop();
    const beside = `beside ${MANY.toLocaleString('en')} mails at ${PER_SECOND} a second`;
    return [
      {
        what: `longest wait of ${FEW} welcome mails, ${beside}`,
        unit: 's',
        ours: longest,
        peer: { name: 'in order of coming', values: longest.map(() => MANY / PER_SECOND) },
        target: { kind: 'at most', value: 10 },
        note: 'fairness: from the calls that enroll to the handover; the peer is what is reckoned, not measured',
      },
      { what: 'the same, in the middle', unit: 's', ours: waits, peer: null, target: null },
    ];
  },
};

/** Seconds from the calls that let people enter to the handover of each one's mail. */
async function waitsOf(
  people: readonly string[],
  {
    sink,
    load,
    port,
    secretKey,
    seriesId,
  }: { sink: Child; load: Child; port: number; secretKey: string; seriesId: string },
): Promise<number[]> {
  const beganMs = performance.now();
  const calls = people.map((userId) => [
    {
      path: '/api/sdk/users/identify',
      body: { user_id: userId, traits: { email: `${userId}@example.org`, plan: 'pro' } },
    },
    { path: '/api/sdk/series', body: { action: 'enroll', user_id: userId, series_id: seriesId } },
  ]);
  const { answers } = await load.call<LoadResult>('run', {
    port,
    connections: 1,
    secretKey,
    people: calls,
  } satisfies Load);
  if (answers['200 enrolled'] !== people.length) {
    throw new Error(`answers: ${JSON.stringify(answers)}`);
  }
  const waits = new Map<string, number>();
  while (waits.size < people.length) {
    for (const { to } of await sink.call<Begun[]>('begun')) {
      if (!to.startsWith('new')) continue;
      if (waits.has(to)) throw new Error('somebody was written to twice');
      waits.set(to, (performance.now() - beganMs) / 1_000);
    }
    if (performance.now() - beganMs > WAIT_MS_MAX) throw new Error('the welcome mails do not come');
    await sleep(POLL_MS);
  }
  return [...waits.values()];
}

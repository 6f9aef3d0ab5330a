import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutlets, slowDown } from '../../src/delivery/index.ts';
import { takeSlots, type Slot } from '../../src/delivery/sql/throttle.ts';
import { slowedProviders } from '../../src/delivery/sql/transports.ts';
import type { Pace } from '../../src/delivery/outlets/throttle.ts';
import { NO_LIMITS } from '../../src/delivery/outlets/outlet.ts';
import { startWorker } from '../../src/app/worker.ts';
import type { Transport } from '../../src/transport/index.ts';
import { activeSeries, email } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Goal: no second sees more handovers than a limit allows and one, whoever makes them; nobody with
 * little to send waits behind somebody with much. Method: the function on real PostgreSQL, several
 * connections at once; then four workers over one database, with a transport that writes down when
 * each handover began.
 */
const RATE = 40;
const WORKERS = 4;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ transport: null });
});
afterAll(() => server.close());

const paceOf = (name: string, more: Partial<Pace> = {}): Pace => ({
  outlet: { key: `${name} all`, perSecond: RATE },
  provider: null,
  day: null,
  flow: `flow:${name} w a`,
  ...more,
});

const take = (paces: readonly Pace[], horizonMs = 1_000): Promise<Slot[]> =>
  takeSlots(server.db, paces, { leadMs: 0, horizonMs });

const times = (slots: readonly Slot[]): number[] =>
  slots.flatMap(({ startsAt }) => (startsAt === null ? [] : [startsAt.getTime()]));

/** The most of these instants that lie in one second. */
function mostInOneSecond(instants: readonly number[]): number {
  const sorted = instants.toSorted((one, other) => one - other);
  return Math.max(
    ...sorted.map((from, first) => sorted.slice(first).filter((at) => at < from + 1_000).length),
  );
}

test('turns lie a limit apart, whoever asks, and end at the horizon', async () => {
  const asked = await Promise.all(
    Array.from({ length: 12 }, () => take(Array.from({ length: 8 }, () => paceOf('apart')))),
  );
  const given = times(asked.flat());
  // Half of the horizon is for whoever was not told to come back yet.
  expect(given.length).toBeGreaterThanOrEqual(RATE / 2);
  expect(given.length).toBeLessThan(RATE);
  expect(mostInOneSecond(given)).toBeLessThanOrEqual(RATE + 1);
  const sorted = given.toSorted((one, other) => one - other);
  for (const [place, at] of sorted.slice(1).entries()) {
    expect(at - (sorted[place] ?? 0)).toBeGreaterThanOrEqual(1_000 / RATE - 1);
  }
  const told = asked.flat().filter(({ startsAt }) => startsAt === null);
  expect(told.every(({ askAt }) => askAt !== null)).toBe(true);
});

test('a handover keeps to the slower of its two paces, and the other is not held up', async () => {
  const provider = { key: 'both to:google', perSecond: 5 };
  const slow = await take([paceOf('both', { provider }), paceOf('both', { provider })]);
  const [first = 0, second = 0] = times(slow);
  expect(second - first).toBeGreaterThanOrEqual(199);
  const [free = 0] = times(await take([paceOf('both')]));
  // Right behind the later of them: turns of one transport stay in order.
  expect(free - second).toBeLessThan(2_000 / RATE);
});

test('who has little to send finds room although another has much', async () => {
  const much = Array.from({ length: 200 }, () => paceOf('fair', { flow: 'flow:fair w broadcast' }));
  await take(much);
  const again = await take(much);
  expect(times(again)).toEqual([]);
  const little = Array.from({ length: 10 }, () => paceOf('fair', { flow: 'flow:fair w welcome' }));
  expect(times(await take(little))).toHaveLength(10);
});

test('what finds no turn is told to come back in turn, not all at once, and within the hour', async () => {
  const much = Array.from({ length: 400 }, () => paceOf('later'));
  const asked = await take(much);
  const told = asked.flatMap(({ askAt }) => (askAt === null ? [] : [askAt.getTime()]));
  // A little faster than turns are given, and before those are used up: none is lost in between.
  expect(mostInOneSecond(told)).toBeLessThanOrEqual(RATE / 0.9 + 1);
  expect(mostInOneSecond(told)).toBeGreaterThan(RATE);
  expect(Math.min(...told)).toBeLessThan(Math.max(...times(asked)));
  const flood = Array.from({ length: 500 }, () =>
    paceOf('flood', { outlet: { key: 'flood all', perSecond: 0.1 } }),
  );
  const late = (await take(flood)).flatMap(({ askAt }) =>
    askAt === null ? [] : [askAt.getTime()],
  );
  expect(Math.max(...late) - Date.now()).toBeLessThan(76 * 60_000);
});

test('a plan that warms a sender up lets so many go a day, whatever the number of askers', async () => {
  const day = { key: 'warm', max: 7 };
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => take([paceOf('warm', { day }), paceOf('warm', { day })])),
  );
  expect(times(asked.flat())).toHaveLength(7);
  const [over] = await take([paceOf('warm', { day })]);
  expect(over?.startsAt).toBeNull();
  expect((over?.askAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(0);
});

test('a provider that asks us to slow down is given half, once for many who were told', async () => {
  const key = 'slow to:yahoo';
  await Promise.all(Array.from({ length: 6 }, () => slowDown(server.db, { key, restMs: 300 })));
  expect(await slowedProviders(server.db, 'slow')).toEqual(['yahoo']);
  const provider = { key, perSecond: 10 };
  const [first = 0, second = 0] = times(
    await take([paceOf('slow', { provider }), paceOf('slow', { provider })], 5_000),
  );
  expect(first - Date.now()).toBeGreaterThan(100);
  const gap = second - first;
  expect(gap).toBeGreaterThan(150);
  expect(gap).toBeLessThanOrEqual(201);
});

test('four workers never begin more handovers in a second than the limit and one', async () => {
  const people = 140;
  const { live } = server;
  const key = live.secretKey;
  const users = Array.from({ length: people }, (_, n) => ({
    user_id: `p${n}`,
    traits: { email: `p${n}@tidewater.example` },
  }));
  await server.sdk('/users/update', { users }, { key });
  const series = await activeSeries(server, {
    key,
    steps: [email('one', { purpose: 'transactional' })],
  });
  const begun: number[] = [];
  const sent = new Set<string>();
  const stopping = new AbortController();
  const workers = await Promise.all(
    Array.from({ length: WORKERS }, () =>
      startWorker(server.services, {
        outlets: limitedOutlets(begun, sent),
        stopping: stopping.signal,
      }),
    ),
  );
  const enrolled = await server.v1(
    'POST',
    `/series/${series}/enroll`,
    { users: users.map(({ user_id }) => ({ user_id })) },
    { key },
  );
  expect(enrolled.status, enrolled.text).toBe(200);
  await until(() => expect(sent.size).toBe(people));
  stopping.abort();
  await Promise.all(workers.map(({ done }) => done));
  expect(begun).toHaveLength(people);
  expect(mostInOneSecond(begun)).toBeLessThanOrEqual(RATE + 1);
});

/** One way out with a limit, whose transport writes down when a handover began. */
function limitedOutlets(begun: number[], sent: Set<string>) {
  const transport: Transport = {
    name: 'smtp',
    concurrency: 10,
    send: async ({ id }) => {
      begun.push(performance.now());
      sent.add(id);
      return { kind: 'accepted', answer: '250 ok' };
    },
    verify: async () => ({ ok: true, answer: '' }),
    close: async () => {},
  };
  const outlet = { id: 'limited', transport, position: 0, share: 1, slowed: new Set<string>() };
  const limits = { ...NO_LIMITS, perSecond: RATE };
  return createOutlets({
    server: transport,
    load: async () => [{ ...outlet, limits }],
    loadSlowed: async () => new Set(),
    slowDown: async () => {},
    providerOf: async () => 'any',
    monotonicMs: () => performance.now(),
  });
}

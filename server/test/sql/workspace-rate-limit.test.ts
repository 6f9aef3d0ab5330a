import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/platform/db.ts';
import type { Db } from '../../src/platform/db.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { createRateLimiter, limitCall, limitEnrollment } from '../../src/workspace/index.ts';
import { countEnrollment, limitUnknownUser } from '../../src/workspace/index.ts';
import type { Actor, Limit, RateLimiter } from '../../src/workspace/index.ts';
import { settingsOf } from '../../src/workspace/settings.ts';
import { testDatabase } from '../support/database.ts';

const { db, url, drop } = await testDatabase();
afterAll(drop);

const START = new Date('2026-03-01T12:00:00.000Z');
const MINUTE = 60_000;

let keyCount = 0;
const newLimit = (more: Partial<Limit> = {}): Limit => ({
  key: `test:${(keyCount += 1)}`,
  max: 10,
  widthSeconds: 60,
  ...more,
});

const opened: RateLimiter[] = [];
afterAll(async () => {
  for (const limiter of opened) await limiter.close();
});

/** One process, whose clock moves only when told. */
function newProcess({ onto = db, countersMax }: { onto?: Db; countersMax?: number } = {}) {
  let nowMs = START.getTime();
  const errors: unknown[] = [];
  const limiter = createRateLimiter({
    db: onto,
    clock: { now: () => new Date(nowMs), monotonicMs: () => nowMs },
    log: { error: (data) => void errors.push(data) },
    ...(countersMax === undefined ? {} : { countersMax }),
  });
  opened.push(limiter);
  return {
    limiter,
    errors,
    now: () => new Date(nowMs),
    pass: (ms: number) => void (nowMs += ms),
    /** How many of so many calls get through. */
    calls: (limit: Limit, count: number) =>
      Array.from({ length: count }, () => limiter.take(limit, new Date(nowMs))).filter(
        ({ ok }) => ok,
      ).length,
  };
}

const countsOf = async ({ key }: Limit): Promise<number[]> => {
  const rows = await db<{ count: number }[]>`
    select count from rate_counters where key like ${`%:${key}`} order by window_start
  `;
  return rows.map(({ count }) => count);
};

test('the limit gets through, the next call is told when to come back, and then gets through', () => {
  const one = newProcess();
  const limit = newLimit();
  expect(one.calls(limit, 15)).toBe(10);
  const answer = one.limiter.take(limit, one.now());
  expect(answer).toEqual({ ok: false, retryAfterSeconds: 60 });
  one.pass(60_000);
  expect(one.limiter.take(limit, one.now())).toEqual({ ok: true });
});

test('a limit of 0 is off and counts nothing', async () => {
  const one = newProcess();
  const limit = newLimit({ max: 0 });
  expect(one.calls(limit, 1_000)).toBe(1_000);
  one.limiter.add(limit, one.now());
  expect(one.limiter.peek(limit, one.now())).toEqual({ ok: true });
  await one.limiter.sync();
  expect(await countsOf(limit)).toEqual([]);
});

test('peeking does not count, adding does', () => {
  const one = newProcess();
  const limit = newLimit({ max: 2 });
  for (let i = 0; i < 5; i += 1) expect(one.limiter.peek(limit, one.now()).ok).toBe(true);
  one.limiter.add(limit, one.now());
  one.limiter.add(limit, one.now());
  expect(one.limiter.peek(limit, one.now()).ok).toBe(false);
  expect(one.limiter.take(limit, one.now()).ok).toBe(false);
});

test('processes that have shared their counts keep to one limit together', async () => {
  const [one, two] = [newProcess(), newProcess()];
  const limit = newLimit();
  expect([one.calls(limit, 4), two.calls(limit, 3)]).toEqual([4, 3]);
  await one.limiter.sync();
  await two.limiter.sync();
  expect(await countsOf(limit)).toEqual([7]);
  // Two knows of 7, one of its own 4 until it shares again.
  expect(two.calls(limit, 10)).toBe(3);
  await two.limiter.sync();
  expect(one.limiter.peek(limit, one.now()).ok).toBe(true);
  await one.limiter.sync();
  expect(one.calls(limit, 10)).toBe(0);
  expect(await countsOf(limit)).toEqual([10]);
});

test('a process learns what others counted in the stretch before', async () => {
  const [one, two] = [newProcess(), newProcess()];
  const limit = newLimit();
  one.pass(59_000);
  two.pass(61_000);
  expect(one.calls(limit, 10)).toBe(10);
  await one.limiter.sync();
  expect(two.calls(limit, 1)).toBe(1);
  await two.limiter.sync();
  expect(two.calls(limit, 10)).toBe(0);
});

test('ten processes with traffic for five minutes let through about as much as one', async () => {
  const pools = Array.from({ length: 5 }, () => connect(url, { max: 2 }));
  const processes = pools.flatMap((pool) => [
    newProcess({ onto: pool }),
    newProcess({ onto: pool }),
  ]);
  const limit = newLimit({ max: 600 });
  let passed = 0;
  for (let second = 0; second < 300; second += 1) {
    for (const one of processes) {
      passed += one.calls(limit, 5);
      one.pass(1_000);
    }
    await Promise.all(processes.map(({ limiter }) => limiter.sync()));
  }
  await Promise.all(processes.map(({ limiter }) => limiter.close()));
  await Promise.all(pools.map((pool) => pool.end()));
  // 15,000 calls were made; 3,000 are the limit, and one second of all is what sharing may be late.
  expect(passed).toBeGreaterThan(2_700);
  expect(passed).toBeLessThan(3_000 * 1.1 + 50);
});

test('simultaneous exchanges of many processes lose no call and do not block each other', async () => {
  const processes = Array.from({ length: 8 }, () => newProcess());
  const limits = Array.from({ length: 200 }, () => newLimit({ max: 100_000 }));
  for (let round = 0; round < 5; round += 1) {
    for (const [i, one] of processes.entries()) {
      // Each in another order, which would lock rows in a circle if the statement did not sort them.
      const from = i * 25;
      for (const limit of [...limits.slice(from), ...limits.slice(0, from)]) one.calls(limit, 2);
    }
    await Promise.all(processes.map(({ limiter }) => limiter.sync()));
  }
  for (const limit of limits) expect(await countsOf(limit)).toEqual([80]);
});

test('sharing is one statement, and without traffic there is none', async () => {
  let queries = 0;
  const counted = new Proxy(db, {
    apply: (target, self, args) => {
      queries += 1;
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  const one = newProcess({ onto: counted });
  for (let i = 0; i < 500; i += 1) one.calls(newLimit(), 3);
  await one.limiter.sync();
  expect(queries).toBe(1);
  await one.limiter.sync();
  expect(queries).toBe(1);
});

test('counts share themselves within about a second', async () => {
  const one = newProcess();
  const limit = newLimit();
  one.calls(limit, 3);
  await expect.poll(() => countsOf(limit), { timeout: 5_000, interval: 50 }).toEqual([3]);
});

test('closing shares what is left', async () => {
  const one = newProcess();
  const limit = newLimit();
  one.calls(limit, 3);
  await one.limiter.close();
  expect(await countsOf(limit)).toEqual([3]);
});

test('without a database limits go on, nothing is lost, and the failure is told', async () => {
  let isDown = true;
  const flaky = new Proxy(db, {
    apply: (target, self, args) => {
      if (isDown) throw new Error('down');
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  const one = newProcess({ onto: flaky });
  const limit = newLimit();
  expect(one.calls(limit, 6)).toBe(6);
  await expect(one.limiter.sync()).rejects.toThrow('down');
  expect(one.calls(limit, 6)).toBe(4);
  isDown = false;
  await one.limiter.sync();
  expect(await countsOf(limit)).toEqual([10]);

  isDown = true;
  one.calls(newLimit(), 1);
  await one.limiter.close();
  expect(one.errors).toHaveLength(1);
});

test('calls that are made while counts are on their way are not lost', async () => {
  const one = newProcess();
  const limit = newLimit({ max: 100 });
  one.calls(limit, 5);
  const sharing = one.limiter.sync();
  await Promise.resolve();
  one.calls(limit, 5);
  await sharing;
  expect(one.calls(limit, 200)).toBe(90);
  await one.limiter.sync();
  expect(await countsOf(limit)).toEqual([100]);
});

test('memory is bounded: the counter unused for longest is forgotten first', () => {
  const one = newProcess({ countersMax: 3 });
  const limits = Array.from({ length: 4 }, () => newLimit({ max: 1 }));
  const [a, b, c, d] = limits as [Limit, Limit, Limit, Limit];
  for (const limit of [a, b, c]) expect(one.calls(limit, 2)).toBe(1);
  expect(one.calls(a, 1)).toBe(0);
  expect(one.calls(d, 1)).toBe(1);
  expect(one.calls(a, 1)).toBe(0);
  expect(one.calls(b, 1)).toBe(1);
});

test('counts of stretches long over are deleted, those of running ones are kept', async () => {
  await db`truncate rate_counters`;
  const one = newProcess();
  const [minute, hour, second] = [
    newLimit(),
    newLimit({ widthSeconds: 3_600 }),
    newLimit({ widthSeconds: 1 }),
  ];
  for (const limit of [minute, hour, second]) one.calls(limit, 1);
  await one.limiter.sync();
  one.pass(5 * MINUTE);
  one.calls(newLimit(), 1);
  await one.limiter.sync();
  expect([await countsOf(minute), await countsOf(second)]).toEqual([[], []]);
  expect(await countsOf(hour)).toEqual([1]);
});

function actorOf(kind: 'widget' | 'secret', rateLimits: object = {}): Actor {
  const stored = { rate_limits: rateLimits };
  const settings = settingsOf({ name: 'Acme', timezone: 'UTC', stored });
  const workspace = {
    id: `w${(keyCount += 1)}`,
    side: 'live',
    name: 'Acme',
    timezone: 'UTC',
    settings,
  } as const;
  return { kind, keyId: `k${(keyCount += 1)}`, hint: 'aB3d', workspace, identitySecrets: [] };
}

/** `ok`, or the seconds to wait. */
function outcomeOf(work: () => void): 'ok' | number {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error).toMatchObject({ kind: 'too_many', message: 'Too many requests' });
    return error.details['retry_after_seconds'] as number;
  }
}

test('a widget key is limited per client address, and all addresses of an IPv6 network are one', () => {
  const { limiter, now } = newProcess();
  const actor = actorOf('widget', { widget_per_minute: 3 });
  const call = (address: string) =>
    outcomeOf(() => limitCall(limiter, { actor, address, now: now() }));
  expect([1, 2, 3, 4].map(() => call('192.0.2.1'))).toEqual(['ok', 'ok', 'ok', 60]);
  expect(call('192.0.2.2')).toBe('ok');
  expect(['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4'].map(call)).toEqual([
    'ok',
    'ok',
    'ok',
    60,
  ]);
});

test('a secret key is limited per second, wherever the calls come from', () => {
  const { limiter, now, pass } = newProcess();
  const actor = actorOf('secret', { secret_per_second: 2, widget_per_minute: 1 });
  const call = (address: string) =>
    outcomeOf(() => limitCall(limiter, { actor, address, now: now() }));
  expect([call('a'), call('b'), call('c')]).toEqual(['ok', 'ok', 1]);
  pass(1_000);
  expect(call('a')).toBe('ok');
});

test('too many unknown users stop every call of the address for the rest of the minute', () => {
  const { limiter, now, pass } = newProcess();
  const actor = actorOf('widget', { widget_unknown_user_per_minute: 2 });
  const call = { actor, address: '192.0.2.1', now: now() };
  expect(outcomeOf(() => limitUnknownUser(limiter, call))).toBe('ok');
  expect(outcomeOf(() => limitCall(limiter, call))).toBe('ok');
  expect(outcomeOf(() => limitUnknownUser(limiter, call))).toBe('ok');
  expect(outcomeOf(() => limitUnknownUser(limiter, call))).toBe(60);
  expect(outcomeOf(() => limitCall(limiter, call))).toBe(60);
  expect(outcomeOf(() => limitCall(limiter, { ...call, address: '192.0.2.2' }))).toBe('ok');
  pass(MINUTE);
  expect(outcomeOf(() => limitCall(limiter, { ...call, now: now() }))).toBe('ok');
});

test('one user begins so many enrollments an hour through a widget key, through a secret key any number', () => {
  const { limiter, now } = newProcess();
  const widget = actorOf('widget', { enrollments_per_user_per_hour: 2 });
  const secret: Actor = { ...widget, kind: 'secret' };
  const enroll = (actor: Actor, userId: string) =>
    outcomeOf(() => {
      limitEnrollment(limiter, { actor, userId, now: now() });
      countEnrollment(limiter, { actor, userId, now: now() });
    });
  expect([enroll(widget, 'u1'), enroll(widget, 'u1'), enroll(widget, 'u1')]).toEqual([
    'ok',
    'ok',
    3_600,
  ]);
  expect(enroll(widget, 'u2')).toBe('ok');
  expect(enroll(secret, 'u1')).toBe('ok');
  expect([1, 2, 3].map(() => enroll(secret, 'u3'))).toEqual(['ok', 'ok', 'ok']);
});

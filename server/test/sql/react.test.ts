import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceTestSide } from '../../src/enrollment/advance-due.ts';
import { reactBucket, reactBuckets } from '../../src/enrollment/react/react.ts';
import { lookAtSide } from '../../src/enrollment/sql/test-clock.ts';
import { connect } from '../../src/platform/db.ts';
import { bucketOf, companyIdOf, userIdOf } from '../../src/platform/ids.ts';
import type { Transport } from '../../src/transport/index.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { startServer, type Answer, type TestServer } from '../support/server.ts';
import { activeSeries, email, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what happens to people is heard once, in order, and never too late. Method: a real database;
 * either two servers over it, each with a worker and connections of its own, or no worker at all and
 * the workers' own functions called side by side.
 */

const order = (id: string, more: object = {}) => ({
  id,
  type: 'wait_for_event',
  event_type: 'order_placed',
  timeout: { amount: 30, unit: 'days' },
  next: null,
  on_timeout: null,
  ...more,
});

/** Calls to a live side, through either of two servers. */
function callsOf(servers: readonly [TestServer, TestServer]) {
  const key = { key: servers[0].live.secretKey };
  let turn = 0;
  const any = (): TestServer => servers[(turn += 1) % 2]!;
  const must = async (answering: Promise<Answer>): Promise<Answer> => {
    const answer = await answering;
    expect(answer.status, answer.text).toBe(200);
    return answer;
  };
  return {
    key,
    identify: (userId: string, traits: object = {}) =>
      must(any().sdk('/users/identify', { user_id: userId, traits }, key)),
    enroll: (userId: string, seriesId: string) =>
      must(any().sdk('/series', { action: 'enroll', user_id: userId, series_id: seriesId }, key)),
    remove: (userId: string, seriesId: string) =>
      must(any().sdk('/series', { action: 'remove', user_id: userId, series_id: seriesId }, key)),
    track: (userId: string, type: string, metadata: object = {}) =>
      must(
        any().sdk('/events', { user_id: userId, events: [{ event_type: type, metadata }] }, key),
      ),
  };
}

describe('beside two workers', () => {
  /** Takes a moment for each handover, so that goals come while mail is under way. */
  const transport: Transport = {
    name: 'noting',
    concurrency: 10,
    send: async () => {
      await sleep(Math.random() * 5);
      return { kind: 'accepted', answer: '250 ok' };
    },
    verify: () => Promise.resolve({ ok: true, answer: 'ok' }),
    close: () => Promise.resolve(),
  };

  /** Waits until nothing is due, under way or unheard. */
  const settled = (server: TestServer) =>
    until(async () => {
      const busy = await server.db`
        select 'row' as what from recipients where status = 'processing' or due_at <= db_now()
        union all select 'signal' from signals
        limit 5
      `;
      expect(busy).toEqual([]);
    });

  describe.each([
    ['mail that is handed over', transport],
    ['mail that is kept', undefined],
  ])('%s', (_, carrier) => {
    let servers: [TestServer, TestServer];
    let calls: ReturnType<typeof callsOf>;
    beforeAll(async () => {
      const options = carrier === undefined ? {} : { transport: carrier };
      const first = await startServer(options);
      servers = [first, await startServer({ ...options, beside: first })];
      calls = callsOf(servers);
    });
    afterAll(async () => {
      await servers[1].close();
      await servers[0].close();
    });

    test('no email of a passage begins after the event of its goal was accepted', async () => {
      const [server] = servers;
      const steps = ['a', 'b', 'c', 'd', 'e'].flatMap((id) => [
        email(id),
        wait(`after-${id}`, 0, 'minutes'),
      ]);
      const settings = { goal: { event: 'bought' } };
      const seriesId = await activeSeries(server, { ...calls.key, steps, settings });
      const acceptedAt = new Map<string, number>();
      const race = async (index: number): Promise<void> => {
        const userId = `buyer-${index}`;
        await calls.identify(userId, { email: `${userId}@example.com` });
        await calls.enroll(userId, seriesId);
        await sleep(Math.random() * (index % 2 === 0 ? 150 : 900));
        await calls.track(userId, 'bought');
        acceptedAt.set(userId, Date.now());
      };
      const stopped = () => server.db<{ mails: number }[]>`
        select count(m.id)::int as mails
          from enrollments e left join messages m on m.bucket = e.bucket and m.enrollment_id = e.id
         where e.automation_id = ${seriesId} and e.state = 'goal_reached'
         group by e.bucket, e.id
      `;
      // Where events came before or after all mail, as on a slow machine, nothing was shown: others follow.
      const hasShown = async (): Promise<boolean> => {
        const people = await stopped();
        return people.length > 30 && people.filter(({ mails }) => mails > 0).length > 10;
      };
      let round = 0;
      do {
        const first = round * 300;
        await inLanes(300, 20, (index) => race(first + index));
        await settled(server);
        round += 1;
      } while (!(await hasShown()) && round < 10);
      expect(await hasShown()).toBe(true);

      const sent = await server.db<{ userId: string; beganAt: Date }[]>`
        select user_external_id as "userId", coalesce(attempted_at, sent_at) as "beganAt"
          from messages where automation_id = ${seriesId}
      `;
      for (const { userId, beganAt } of sent) {
        expect(beganAt.getTime(), userId).toBeLessThanOrEqual(acceptedAt.get(userId) ?? 0);
      }
      await expectExactLedger(server.db);
    }, 300_000);

    test('an event that comes while its wait is being entered is never missed: 500 tries', async () => {
      const [server] = servers;
      const seriesId = await activeSeries(server, { ...calls.key, steps: [order('order')] });
      const { deciding, stop } = await slowDeciding(server);
      let during = 0;
      const race = async (index: number): Promise<void> => {
        const userId = `waiter-${index}`;
        await calls.identify(userId);
        const decision = deciding(userIdOf(server.live.id, userId));
        await calls.enroll(userId, seriesId);
        // Mostly just when a worker has found nothing yet and is about to say so; else at any time.
        if (index % 4 === 0) await sleep(Math.random() * 50);
        else if (await decision) during += 1;
        await calls.track(userId, 'order_placed');
      };
      await inLanes(500, 20, race);
      await settled(server);
      await stop();
      // Otherwise nothing was shown.
      expect(during).toBeGreaterThan(100);

      const missed = await server.db`
        select e.received_at, r.from_at, r.held
          from recipients r
          join events e on e.bucket = r.bucket and e.user_id = r.user_id
         where r.automation_id = ${seriesId} and e.received_at >= r.from_at
      `;
      expect(missed).toEqual([]);
      await expectExactLedger(server.db);
    }, 300_000);

    test('reacting, advancing, removing and identifying never lock each other out', async () => {
      const [server] = servers;
      const { live } = await server.newWorkspace({
        settings: { limits: { series_at_once: 2, emails: { count: 90, days: 1 } } },
      });
      const own = callsOf([
        { ...server, live },
        { ...servers[1], live },
      ]);
      const again = { enabled: true, cooldown: null, max_runs: null, after: 'leaving' };
      const make = (priority: number, more: object) =>
        activeSeries(server, {
          ...own.key,
          steps: [
            order('order', { next: 'mail', on_timeout: 'mail' }),
            email('mail'),
            { id: 'note', type: 'update_user', set: { seen: '{{ now }}' } },
            wait('day', 1, 'days'),
            email('last'),
          ],
          settings: { reenrollment: again, priority, ...more },
        });
      const churned = { field: 'user.churned', operator: 'equals', value: true };
      const called = await make(1, { goal: { event: 'bought' }, exit: [{ filter: churned }] });
      const entered = await make(2, {
        entry_trigger: 'event',
        entry_event_name: 'page_viewed',
        exit: [{ event: 'bought' }],
      });
      const matched = await make(3, {
        entry_trigger: 'segment_match',
        audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
        exit: [{ enters: called }],
      });
      const zones = ['Europe/Berlin', 'Asia/Tokyo', 'America/New_York'];
      const endsAt = performance.now() + 6_000;
      let done = 0;
      const hammer = async (lane: number): Promise<void> => {
        for (let n = lane; performance.now() < endsAt || done < CALLS_MIN; n += 1) {
          const userId = `busy-${Math.floor(Math.random() * 12)}`;
          const series = [called, entered, matched][n % 3]!;
          const traits = {
            email: `${userId}@example.com`,
            plan: n % 4 === 0 ? 'pro' : 'free',
            churned: n % 5 === 0,
            timezone: zones[n % 3],
          };
          await [
            () => own.identify(userId, traits),
            () => own.enroll(userId, series).catch(() => {}),
            () => own.track(userId, 'order_placed'),
            () => own.track(userId, 'page_viewed'),
            () => own.remove(userId, series).catch(() => {}),
            () => own.track(userId, 'bought'),
            () => server.v1('POST', `/series/${series}/enroll`, { users: ALL_BUSY }, own.key),
            () => server.v1('POST', `/series/${series}/remove`, { users: ALL_BUSY }, own.key),
          ][Math.floor(Math.random() * 8)]!();
          done += 1;
        }
      };
      const before = await deadlocks(server);
      await Promise.all(Array.from({ length: 16 }, (_, lane) => hammer(lane)));
      await settled(server);
      expect(await deadlocks(server)).toBe(before);
      await expectExactLedger(server.db);
    }, 300_000);
  });
});

/** Fewer, as a slow machine makes in that time, would show nothing. */
const CALLS_MIN = 200;
const ALL_BUSY = Array.from({ length: 12 }, (_, n) => `busy-${n}`);

/**
 * Lets whoever decides that a step is to be held take a moment before it commits, and tells when that
 * is so for a user; false when it was not noticed in time.
 */
async function slowDeciding({ db }: TestServer) {
  const LOCK_CLASS = 7_700;
  await db.unsafe(`
    create function take_time() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(${LOCK_CLASS}, ('x' || left(new.user_id::text, 7))::bit(28)::int);
        perform pg_sleep(0.03 + 0.05 * random());
        return new;
      end $$;
    create trigger take_time before update on recipients for each row
      when (new.held and not old.held) execute function take_time();
  `);
  const wanted = new Map<number, () => void>();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const rows = await db<{ id: number }[]>`
        select objid::bigint as id from pg_locks
         where locktype = 'advisory' and classid = ${LOCK_CLASS}::oid
      `;
      for (const { id } of rows) wanted.get(id)?.();
      await sleep(5);
    }
  })();
  return {
    deciding: (userId: string): Promise<boolean> =>
      Promise.race([
        new Promise<boolean>((resolve) => {
          wanted.set(Number.parseInt(userId.slice(0, 7), 16), () => resolve(true));
        }),
        sleep(3_000, false),
      ]),
    stop: async (): Promise<void> => {
      stopping.abort();
      await watching;
      await db.unsafe('drop function take_time cascade');
    },
  };
}

/** Deadlocks that the database has broken, whoever tried again afterwards. */
async function deadlocks(server: TestServer): Promise<number> {
  // Counts reach the statistics within a second.
  await sleep(1_200);
  const [row] = await server.db<{ deadlocks: number }[]>`
    select deadlocks::int from pg_stat_database where datname = current_database()
  `;
  return row?.deadlocks ?? -1;
}

async function inLanes(
  count: number,
  lanes: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work((next += 1) - 1);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

describe('without a worker', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ transport: null });
  });
  afterAll(() => server.close());

  const BUCKETS = Array.from({ length: 64 }, (_, bucket) => bucket);
  const reactAll = async (): Promise<void> => {
    let handled = -1;
    while (handled !== 0) {
      handled = 0;
      for (const bucket of BUCKETS) handled += await reactBucket(server.services, bucket);
    }
  };
  const signalCount = async (): Promise<number> => {
    const [row] = await server.db<{ count: number }[]>`select count(*)::int from signals`;
    return row?.count ?? 0;
  };
  const passagesOf = (seriesId: string) => server.db<
    { userId: string; state: string; run: number }[]
  >`
    select u.external_id as "userId", e.state, e.run
      from enrollments e join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${seriesId}
     order by u.external_id, e.run
  `;

  /** A live side of its own, and calls to it. */
  async function ownSide() {
    const { live, test: tests } = await server.newWorkspace();
    const calls = callsOf([
      { ...server, live },
      { ...server, live },
    ]);
    return {
      ...calls,
      live,
      tests,
      series: (steps: object[], settings: object = {}) =>
        activeSeries(server, { ...calls.key, steps, settings }),
    };
  }
  type Side = Awaited<ReturnType<typeof ownSide>>;

  /** External ids of so many users whose rows live in one bucket. */
  const inBucket = ({ live }: Side, bucket: number, count: number): string[] => {
    const ids: string[] = [];
    for (let n = 0; ids.length < count; n += 1) {
      if (bucketOf(userIdOf(live.id, `u-${n}`)) === bucket) ids.push(`u-${n}`);
    }
    return ids;
  };

  test('two workers at one bucket handle each signal once, in order', async () => {
    const side = await ownSide();
    const users = inBucket(side, 7, 200);
    const seriesId = await side.series([order('order')], {
      goal: { event: 'bought' },
      exit: [{ event: 'left' }],
    });
    await inLanes(users.length, 10, async (index) => {
      await side.identify(users[index]!);
      await side.enroll(users[index]!, seriesId);
    });
    // Of every second one the exit comes first.
    for (const first of [true, false]) {
      await inLanes(users.length, 10, async (index) => {
        const isGoal = (index % 2 === 0) === first;
        await side.track(users[index]!, isGoal ? 'bought' : 'left');
      });
    }
    await server.db`
      create table taken (position bigint generated always as identity, id bigint, at timestamptz)
    `;
    await server.db.unsafe(`
      create function note_taken() returns trigger language plpgsql as $$
        begin
          insert into taken (id, at) values (old.id, clock_timestamp());
          return old;
        end $$;
      create trigger note_taken before delete on signals for each row execute function note_taken();
    `);
    const waiting = await signalCount();
    expect(waiting).toBe(400);
    const other = connect(server.database.url, { max: 2 });
    let handled = 0;
    const work = async (db: typeof other): Promise<void> => {
      while ((await signalCount()) > 0) {
        const count = await reactBucket({ ...server.services, db }, 7);
        handled += count;
      }
    };
    await Promise.all([work(server.db), work(other), work(server.db)]);
    await other.end();
    const taken = await server.db<{ id: number }[]>`select id from taken order by position`;
    await server.db.unsafe('drop table taken; drop function note_taken cascade');

    expect([handled, taken.length]).toEqual([waiting, waiting]);
    const chunks = [taken.slice(0, 250), taken.slice(250)].map((chunk) =>
      chunk.map(({ id }) => id),
    );
    expect(Math.max(...chunks[0]!)).toBeLessThan(Math.min(...chunks[1]!));
    const passages = await passagesOf(seriesId);
    const ends = new Map(passages.map(({ userId, state }) => [userId, state]));
    for (const [index, userId] of users.entries()) {
      expect([userId, ends.get(userId)]).toEqual([
        userId,
        index % 2 === 0 ? 'goal_reached' : 'exited',
      ]);
    }
    expect(passages).toHaveLength(users.length);
  });

  test('what starts somebody who is in already starts nothing, even if they leave right after', async () => {
    const side = await ownSide();
    const seriesId = await side.series([order('order')], {
      entry_trigger: 'event',
      entry_event_name: 'start',
      goal: { event: 'stop' },
      reenrollment: { enabled: true },
    });
    await side.track('ada', 'start');
    await reactAll();
    await side.track('ada', 'start');
    await side.track('ada', 'stop');
    await reactAll();
    expect((await passagesOf(seriesId)).map(({ state }) => state)).toEqual(['goal_reached']);
    await side.track('ada', 'start');
    await reactAll();
    await side.track('ada', 'stop');
    await side.track('ada', 'start');
    await reactAll();
    const states = (await passagesOf(seriesId)).map(({ state }) => state);
    expect(states).toEqual(['goal_reached', 'goal_reached', 'active']);
  });

  test('signals whose handling fails before the commit are handled again, and nobody enters twice', async () => {
    const side = await ownSide();
    const seriesId = await activeSeries(server, {
      key: side.tests.secretKey,
      steps: [{ id: 'note', type: 'update_user', set: { entered: true } }],
      settings: {
        entry_trigger: 'event',
        entry_event_name: 'start',
        reenrollment: { enabled: true },
      },
    });
    const users = Array.from({ length: 20 }, (_, n) => `crash-${n}`);
    await inLanes(users.length, 5, async (index) => {
      const body = { user_id: users[index], events: [{ event_type: 'start' }] };
      const answer = await server.sdk('/events', body, { key: side.tests.secretKey });
      expect(answer.status, answer.text).toBe(200);
    });
    await server.db.unsafe(`
      create sequence crashes;
      create function crash_twice() returns trigger language plpgsql as $$
        begin
          if nextval('crashes') <= 4 then raise exception 'crash'; end if;
          return null;
        end $$;
      create trigger crash_twice after delete on signals for each statement
        execute function crash_twice();
    `);
    const advanceAll = () =>
      advanceTestSide(server.services.testEngine, { workspaceId: side.tests.id });
    const reactAll = async (): Promise<number> => {
      const { signalBuckets = [] } = (await lookAtSide(server.db, side.tests.id)) ?? {};
      return reactBuckets(server.services, signalBuckets);
    };
    // Each time together and alone.
    for (let crash = 0; crash < 2; crash += 1) {
      await expect(reactAll()).rejects.toThrow('crash');
      // Whoever had been left in it would be through it now, and might enter again.
      await advanceAll();
      expect(await passagesOf(seriesId)).toEqual([]);
    }
    expect(await reactAll()).toBe(users.length);
    await server.db.unsafe('drop function crash_twice cascade; drop sequence crashes');
    await advanceAll();
    expect(await passagesOf(seriesId)).toEqual(
      users.toSorted().map((userId) => ({ userId, state: 'completed', run: 1 })),
    );
  });

  test('a change of a company reaches its 5,000 users, in transactions of bounded size', async () => {
    const side = await ownSide();
    const COUNT = 5_000;
    const users = Array.from({ length: COUNT }, (_, n) => `of-acme-${String(n).padStart(4, '0')}`);
    const seriesId = await side.series([order('order')], {
      exit: [{ filter: { field: 'company.plan', operator: 'equals', value: 'closed' } }],
    });
    const company = (traits: object) =>
      server.sdk('/companies/identify', { company_id: 'acme', traits }, side.key);
    expect((await company({ plan: 'open' })).status).toBe(200);
    const ids = users.map((userId) => userIdOf(side.live.id, userId));
    await server.db`
      insert into users (bucket, id, workspace_id, external_id, company_id, first_seen, last_seen,
                         created_at, updated_at)
      select bucket, id, ${side.live.id}, name, ${companyIdOf(side.live.id, 'acme')}, now(), now(), now(), now()
        from unnest(${ids.map(bucketOf)}::smallint[], ${ids}::uuid[], ${users}::text[]) as u (bucket, id, name)
    `;
    for (let from = 0; from < COUNT; from += 1_000) {
      const body = { users: users.slice(from, from + 1_000) };
      const answer = await server.v1('POST', `/series/${seriesId}/enroll`, body, side.key);
      expect(answer.body.counts, answer.text).toEqual({ enrolled: 1_000 });
    }
    await reactAll();
    expect((await company({ plan: 'closed' })).status).toBe(200);
    expect(await signalCount()).toBe(1);

    const told: number[] = [];
    const ended: number[] = [];
    const endedCount = async (): Promise<number> =>
      (await passagesOf(seriesId)).filter(({ state }) => state === 'exited').length;
    while ((await signalCount()) > 0) {
      for (const bucket of BUCKETS) {
        const [signals, exits] = [await signalCount(), await endedCount()];
        await reactBucket(server.services, bucket);
        told.push((await signalCount()) - signals);
        ended.push((await endedCount()) - exits);
      }
    }
    expect(Math.max(...told)).toBeLessThanOrEqual(2_000);
    expect(Math.max(...ended)).toBeLessThanOrEqual(250);
    expect(await endedCount()).toBe(COUNT);
    await expectExactLedger(server.db);
  }, 300_000);

  test('data that is only written about people starts nothing, and ends passages', async () => {
    const side = await ownSide();
    const pro = { field: 'user.plan', operator: 'equals', value: 'pro' };
    const matched = await side.series([order('order')], {
      entry_trigger: 'segment_match',
      audience: pro,
    });
    const created = await side.series([order('order')], { entry_trigger: 'user_created' });
    const left = await side.series([order('order')], { exit: [{ filter: pro }] });
    await side.identify('ada');
    await reactAll();
    await side.enroll('ada', left);
    const body = { users: ['ada', 'bob'].map((user_id) => ({ user_id, traits: { plan: 'pro' } })) };
    const written = await server.sdk('/users/update', body, side.key);
    expect(written.body, written.text).toMatchObject({ created: 1, updated: 1 });
    await reactAll();
    expect(await passagesOf(matched)).toEqual([]);
    expect(await passagesOf(created)).toMatchObject([{ userId: 'ada' }]);
    expect(await passagesOf(left)).toMatchObject([{ userId: 'ada', state: 'exited' }]);
    // Their own doing starts it.
    await side.identify('bob', { plan: 'pro', city: 'Kiel' });
    await reactAll();
    expect(await passagesOf(matched)).toMatchObject([{ userId: 'bob', state: 'active' }]);
  });

  test('an event starts those whom filter, audience and re-enrollment let in', async () => {
    const side = await ownSide();
    const seriesId = await side.series([order('order')], {
      entry_trigger: 'event',
      entry_event_name: 'started',
      entry_filter: { field: 'metadata.total', operator: 'at_least', value: 10 },
      audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
      goal: { event: 'bought' },
      reenrollment: { enabled: true, max_runs: 2 },
    });
    const plans = { small: 'pro', free: 'free', pro: 'pro', often: 'pro' };
    for (const [userId, plan] of Object.entries(plans)) await side.identify(userId, { plan });
    await side.track('small', 'started', { total: 9 });
    await side.track('free', 'started', { total: 10 });
    await side.track('pro', 'started', { total: 10 });
    await side.track('pro', 'started', { total: 11 });
    await side.track('unknown', 'started', { total: 10 });
    for (let run = 0; run < 3; run += 1) {
      await side.track('often', 'started', { total: 10, run });
      await reactAll();
      await side.track('often', 'bought');
      await reactAll();
    }
    expect(await passagesOf(seriesId)).toEqual([
      { userId: 'often', state: 'goal_reached', run: 1 },
      { userId: 'often', state: 'goal_reached', run: 2 },
      { userId: 'pro', state: 'active', run: 1 },
    ]);
    const rows = await server.db<{ total: number; by: string }[]>`
      select (e.properties ->> 'total')::int as total, e.entered_by as by
        from enrollments e join users u on u.bucket = e.bucket and u.id = e.user_id
       where e.automation_id = ${seriesId} and u.external_id = 'pro'
    `;
    expect(rows).toEqual([{ total: 10, by: 'event' }]);
  });
});

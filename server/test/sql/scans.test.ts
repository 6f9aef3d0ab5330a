import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reactBucket } from '../../src/enrollment/react/react.ts';
import { completeManual } from '../../src/enrollment/scan/complete-manual.ts';
import { scanSome, scanTick, type ScanDeps } from '../../src/enrollment/scan/scan-some.ts';
import { scanTestSide } from '../../src/enrollment/scan/scan-test-side.ts';
import { lookAtPassages, lookAtUsers } from '../../src/enrollment/sql/scan-people.ts';
import { claimScan, completable } from '../../src/enrollment/sql/scans.ts';
import {
  beginAdvancing,
  endAdvancing,
  lookAtSide,
  setTestClockToSweep,
} from '../../src/enrollment/sql/test-clock.ts';
import { connect, inTransaction } from '../../src/platform/db.ts';
import { bucketOf, userIdOf } from '../../src/platform/ids.ts';
import {
  createSeriesCatalog,
  planScan,
  scanOf,
  type ScanOccasion,
} from '../../src/series/index.ts';
import { plansOf } from '../support/explain.ts';
import { advance, draftSeries, move, wait } from '../support/series.ts';
import { startServer, TEST_CLOCK, type TestServer, type TestWorkspace } from '../support/server.ts';

/**
 * Goal: a series that takes in an audience enters exactly those who match, once, whatever happens
 * meanwhile. Method: the real pieces over a real database, driven by hand instead of by a worker.
 */
let server: TestServer;
let deps: ScanDeps;
/** Pieces stay as large as they are. */
let steady: ScanDeps;

beforeAll(async () => {
  server = await startServer({ transport: null });
  const { db, catalog, clock } = server.services;
  steady = { db, catalog, onEntered: () => {} };
  deps = { ...steady, monotonicMs: () => clock.monotonicMs() };
});
afterAll(() => server.close());

const PRO = { field: 'traits.plan', operator: 'equals', value: 'pro' };
const OLD = {
  field: 'user.signed_up_at',
  operator: 'more_than_ago',
  value: { amount: 3, unit: 'days' },
};
const LONG = [wait('month', 30, 'days')];
const HOUR_MS = 3_600_000;

interface Place {
  readonly id: string;
  readonly key: string;
  readonly now: () => Promise<Date>;
}

/** A live side of its own, and a test side, so that tests do not meet. */
async function newPlaces(): Promise<{ live: Place; testing: Place; sides: TestWorkspace }> {
  const sides = await server.newWorkspace();
  const placeOf = ({ id, secretKey: key }: TestWorkspace['live']): Place => ({
    id,
    key,
    now: () => server.services.sideNow(id),
  });
  return { live: placeOf(sides.live), testing: placeOf(sides.test), sides };
}

async function activate(
  { id: workspaceId, key, now }: Place,
  settings: object,
  steps: readonly object[] = LONG,
): Promise<string> {
  const id = await draftSeries(server, { key, settings, steps });
  await move(server, id, 'activate', { key });
  await plan(id, { workspaceId, occasion: 'activate', now: await now() });
  return id;
}

const plan = (
  automationId: string,
  {
    version = 1,
    ...of
  }: { workspaceId: string; version?: number; occasion: ScanOccasion; now: Date },
): Promise<void> =>
  inTransaction(server.db, (tx) => planScan(tx, { automationId, version, ...of }));

/** Users `first` … `first + count - 1`, every `nth` on the pro plan; past the API, so without signals. */
async function addUsers(
  workspaceId: string,
  { first = 0, count, nth = 2 }: { first?: number; count: number; nth?: number },
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  const ids = numbers.map((number) => userIdOf(workspaceId, `user-${number}`));
  await server.db`
    insert into users (bucket, workspace_id, id, external_id, timezone, traits, first_seen, last_seen,
                       created_at, updated_at)
    select u.bucket, ${workspaceId}, u.id, 'user-' || n,
           (array['Europe/Berlin', 'America/New_York', null, 'nowhere'])[1 + n % 4],
           jsonb_build_object('plan', case when n % ${nth} = 0 then 'pro' else 'free' end),
           now(), now(), now() - n / 10 * interval '1 second', now()
      from unnest(${ids.map(bucketOf)}::smallint[], ${ids}::uuid[], ${numbers}::int[]) as u (bucket, id, n)
  `;
}

/** Does everything that is due, and says how often. */
async function scanAll(with_: ScanDeps = deps): Promise<number> {
  let pieces = 0;
  while ((await scanSome(with_)) > 0) pieces += 1;
  return pieces;
}

/** Sets the clock of a test side, and looks for what time alone has changed. */
async function sweepAt(workspaceId: string, now: Date): Promise<void> {
  const token = randomUUID();
  expect(await beginAdvancing(server.db, { workspaceId, token })).toBe(true);
  await setTestClockToSweep(server.db, { workspaceId, token, now });
  await scanTestSide(deps, workspaceId);
  await endAdvancing(server.db, { workspaceId, token });
}

const hasSweeps = async (workspaceId: string): Promise<boolean> =>
  (await lookAtSide(server.db, workspaceId))?.hasSweeps ?? false;

/** Reacts to everything that has happened. */
async function reactAll(): Promise<void> {
  for (;;) {
    const buckets = await server.db<{ bucket: number }[]>`select distinct bucket from signals`;
    if (buckets.length === 0) return;
    for (const { bucket } of buckets) await reactBucket(deps, bucket);
  }
}

const entered = async (seriesId: string): Promise<string[]> => {
  const rows = await server.db<{ id: string }[]>`
    select u.external_id as id
      from enrollments e
      join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${seriesId}
     order by u.created_at desc, u.external_id
  `;
  return rows.map(({ id }) => id);
};

const proUsers = async (workspaceId: string): Promise<string[]> => {
  const rows = await server.db<{ id: string }[]>`
    select external_id as id from users
     where workspace_id = ${workspaceId} and traits ->> 'plan' = 'pro'
     order by created_at desc, external_id
  `;
  return rows.map(({ id }) => id);
};

const statusOf = async (seriesId: string): Promise<string> => {
  const [row] = await server.db<{ status: string }[]>`
    select status from automations where id = ${seriesId}
  `;
  return row!.status;
};

const smallPieces = (seriesId: string, chunk: number) =>
  server.db`update series_scans set chunk = ${chunk} where automation_id = ${seriesId}`;

test('activation enters exactly those who match, each once, with what a call would have written', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 1_501 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  await scanAll();
  expect(await entered(id)).toEqual(await proUsers(live.id));
  expect(await scanOf(server.db, id)).toMatchObject({ looked: 1_501, entered: 751, total: 1_501 });
  expect((await scanOf(server.db, id))?.finishedAt).not.toBeNull();
  expect(await scanAll()).toBe(0);

  const [byScan, byCall] = ['user-0', 'user-1'].map((user) => userIdOf(live.id, user));
  const called = await server.sdk(
    '/series',
    { action: 'enroll', user_id: 'user-1', series_id: id },
    { key: live.key },
  );
  expect(called.status, called.text).toBe(200);
  const rows = await server.db`
    select e.entered_by, r.timezone,
           jsonb_build_array(e.version, e.run, e.state, e.properties, r.seq, r.step_id, r.live,
             r.status, r.tz_version, r.due_at - e.entered_at, r.from_at - e.entered_at, r.parked,
             r.held, jsonb_path_query_array(r.reasons, '$[*].rule'),
             get_byte(uuid_send(e.id), 15) % 64 - e.bucket) as alike
      from enrollments e
      join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
     where e.automation_id = ${id} and e.user_id = any(${[byScan!, byCall!]}::uuid[])
     order by e.entered_by
  `;
  expect(rows.map(({ entered_by: by, timezone }) => [by, timezone])).toEqual([
    ['api', 'America/New_York'],
    ['segment_match', 'Europe/Berlin'],
  ]);
  expect(rows[0]!['alike']).toEqual(rows[1]!['alike']);
});

test('a worker that dies between looking and committing loses nobody and enters nobody twice', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 400 });
  const id = await activate(live, { entry_trigger: 'manual', audience: PRO });
  await smallPieces(id, 40);
  await server.db.unsafe(`
    create sequence deaths;
    create function die() returns trigger language plpgsql as $$
    begin
      if nextval('deaths') % 3 = 1 then raise exception 'died'; end if;
      return new;
    end $$;
    create trigger die before update on series_scans for each row execute function die();
  `);
  let deaths = 0;
  for (let isOver = false; !isOver;) {
    isOver = await scanAll(steady).then(
      () => true,
      () => {
        deaths += 1;
        return false;
      },
    );
  }
  await server.db.unsafe(
    'drop trigger die on series_scans; drop function die; drop sequence deaths',
  );
  expect(deaths).toBeGreaterThan(2);
  expect(await entered(id)).toEqual(await proUsers(live.id));
  expect(await scanOf(server.db, id)).toMatchObject({ looked: 400, entered: 200 });
});

test('workers beside each other share one scan and enter everybody once', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 1_000 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  const other = await activate(live, { entry_trigger: 'manual', audience: PRO });
  for (const series of [id, other]) await smallPieces(series, 10);
  const pool = connect(server.database.url, { max: 4 });
  // Connected before the race begins.
  await Promise.all([pool`select 1`, pool`select 1`]);
  const beside: ScanDeps = { ...steady, db: pool, catalog: createSeriesCatalog(pool) };
  const pieces = await Promise.all(
    [steady, beside, steady, beside].map((worker) => scanAll(worker)),
  );
  await scanAll();
  await pool.end();
  expect(pieces.filter((count) => count > 1).length).toBeGreaterThan(1);
  for (const series of [id, other]) {
    expect(await entered(series)).toEqual(await proUsers(live.id));
    expect(await scanOf(server.db, series)).toMatchObject({ looked: 1_000, entered: 500 });
  }
});

test('who is created or changed during the scan enters by a signal, if they match, and once', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 600 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  await smallPieces(id, 30);
  const identify = async (userId: string, planName: string) => {
    const body = { user_id: userId, traits: { plan: planName } };
    const answer = await server.sdk('/users/identify', body, { key: live.key });
    expect(answer.status, answer.text).toBe(200);
  };
  for (let piece = 0; piece < 8; piece += 1) await scanSome(steady);
  // The youngest have been looked at, the oldest not yet.
  await identify('user-1', 'pro');
  await identify('user-0', 'pro');
  await identify('user-599', 'pro');
  await identify('user-598', 'free');
  await identify('user-new', 'pro');
  await identify('user-newer', 'free');
  await Promise.all([scanAll(steady), reactAll()]);
  await reactAll();
  const all = await entered(id);
  expect(all.toSorted()).toEqual((await proUsers(live.id)).toSorted());
  expect(all).toEqual(expect.arrayContaining(['user-1', 'user-599', 'user-new']));
  expect(all).not.toContain('user-598');
});

test('it begins when no statement is left that began before it, for such a one writes no signal', async () => {
  const { live } = await newPlaces();
  const [slow, gate] = [1, 2].map(() => connect(server.database.url, { max: 1 }));
  await gate!`select pg_advisory_lock(77)`;
  const id = userIdOf(live.id, 'late');
  const writing = slow!`
    with late as (
      insert into users (bucket, workspace_id, id, external_id, traits, first_seen, last_seen,
                         created_at, updated_at)
      values (${bucketOf(id)}, ${live.id}, ${id}, 'late', '{"plan": "pro"}', now(), now(), now(), now()))
    select pg_advisory_xact_lock(77)
  `.execute();
  for (let isWriting = false; !isWriting;) {
    const [found] = await server.db`
      select from pg_stat_activity
       where datname = current_database() and wait_event = 'advisory'
    `;
    isWriting = found !== undefined;
  }
  const seriesId = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  expect(await scanSome(deps)).toBe(0);
  await gate!.end();
  await writing;
  await scanAll();
  expect(await entered(seriesId)).toEqual(['late']);
  await slow!.end();
});

test('a piece that takes too long is given up, and smaller ones follow', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 400, nth: 1 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  await server.db.unsafe(`
    create function dawdle() returns trigger language plpgsql as $$
    begin perform pg_sleep(0.005); return new; end $$;
    create trigger dawdle before insert on enrollments for each row execute function dawdle();
  `);
  const longest = { ms: 0 };
  for (;;) {
    const startedMs = performance.now();
    const count = await scanSome(deps);
    longest.ms = Math.max(longest.ms, performance.now() - startedMs);
    if (count === 0) break;
  }
  await server.db.unsafe('drop trigger dawdle on enrollments; drop function dawdle');
  expect(longest.ms).toBeLessThan(1_500);
  const [row] =
    await server.db`select max(chunk) as chunk from series_scans where automation_id = ${id}`;
  expect(row!['chunk']).toBeLessThan(150);
  expect(await entered(id)).toHaveLength(400);
});

test('it rests while its series is paused, ends with it, and looks again after a resume', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 100 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  const { key } = live;
  await smallPieces(id, 10);
  expect(await scanSome(deps)).toBeGreaterThan(0);
  await move(server, id, 'pause', { key });
  expect(await scanAll()).toBe(0);
  await addUsers(live.id, { first: 100, count: 10 });
  await move(server, id, 'resume', { key });
  await plan(id, { workspaceId: live.id, occasion: 'resume', now: await live.now() });
  await scanAll();
  expect(await entered(id)).toEqual(await proUsers(live.id));

  const over = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  await move(server, over, 'archive', { key });
  expect(await scanAll()).toBe(0);
  await completeManual(deps);
  expect((await scanOf(server.db, over))?.finishedAt).not.toBeNull();
});

test('a new version looks again only where its audience is another, and takes nobody in twice', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 40 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: PRO });
  await scanAll();
  const publish = async (audience: object, version: number) => {
    const settings = { entry_trigger: 'segment_match', audience };
    const body = { name: 'Anew', settings, steps: LONG };
    const changed = await server.v1('PUT', `/series/${id}`, body, { key: live.key });
    expect(changed.status, changed.text).toBe(200);
    await move(server, id, 'publish', { key: live.key });
    await plan(id, { workspaceId: live.id, version, occasion: 'publish', now: await live.now() });
    return scanAll();
  };
  expect(await publish(PRO, 2)).toBe(0);
  const anybody = { or: [PRO, { field: 'traits.plan', operator: 'equals', value: 'free' }] };
  expect(await publish(anybody, 3)).toBeGreaterThan(0);
  const rows = await server.db<{ version: number; count: number }[]>`
    select version, count(*)::int as count from enrollments where automation_id = ${id}
     group by 1 order by 1
  `;
  expect(rows).toEqual([
    { version: 1, count: 20 },
    { version: 3, count: 20 },
  ]);
});

test('an audience may be about companies', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 6 });
  for (const company of ['acme', 'globex']) {
    const body = { company_id: company, traits: { plan: company === 'acme' ? 'gold' : 'tin' } };
    for (const user of company === 'acme' ? ['user-1', 'user-4'] : ['user-2']) {
      const answer = await server.sdk(
        '/companies/identify',
        { ...body, user_id: user },
        { key: live.key },
      );
      expect(answer.status, answer.text).toBe(200);
    }
  }
  const gold = { field: 'company.plan', operator: 'equals', value: 'gold' };
  const id = await activate(live, { entry_trigger: 'segment_match', audience: gold });
  await scanAll();
  expect((await entered(id)).toSorted()).toEqual(['user-1', 'user-4']);
});

test('limits of series at once and spread openings hold for those who come by a scan too', async () => {
  const sides = await server.newWorkspace({ settings: { limits: { series_at_once: 1 } } });
  const { id: workspaceId, secretKey: key } = sides.live;
  const place = { id: workspaceId, key, now: () => server.services.sideNow(workspaceId) };
  await addUsers(workspaceId, { count: 20 });
  const first = await activate(place, { entry_trigger: 'segment_match', audience: PRO });
  await scanAll();
  const second = await activate(place, { entry_trigger: 'segment_match', audience: PRO });
  await scanAll();
  expect([(await entered(first)).length, (await entered(second)).length]).toEqual([10, 0]);

  const { live } = await newPlaces();
  await addUsers(live.id, { count: 40, nth: 1 });
  const spread = await activate(
    live,
    {
      entry_trigger: 'manual',
      audience: PRO,
      use_user_timezone: false,
      send_window: { start: '09:00', end: '09:59' },
      spread_minutes: 30,
    },
    [
      {
        id: 'e1',
        type: 'email',
        subject: 'S',
        html: '<p>B</p>',
        delay: { amount: 2, unit: 'days' },
      },
    ],
  );
  await scanAll();
  const [row] = await server.db`
    select count(distinct due_at)::int as times from recipients where automation_id = ${spread}
  `;
  expect(row!['times']).toBeGreaterThan(20);
});

test('a manual series completes itself when it has taken in everybody and nobody is left in it', async () => {
  const { testing, sides } = await newPlaces();
  await addUsers(testing.id, { count: 30 });
  const id = await activate(testing, {
    entry_trigger: 'manual',
    audience: PRO,
    goal: { event: 'paid' },
  });
  await completeManual(deps);
  expect(await statusOf(id)).toBe('active');
  await scanTestSide(deps, testing.id);
  expect(await entered(id)).toHaveLength(15);
  await addUsers(testing.id, { first: 30, count: 2 });
  await completeManual(deps);
  expect(await statusOf(id)).toBe('active');
  await advance(server, 'end', { key: testing.key });
  expect(await completeManual(deps)).toBe(1);
  expect(await statusOf(id)).toBe('completed');
  const [side] = await server.db`select listens from workspaces where id = ${testing.id}`;
  expect(side!['listens']).toEqual([]);
  const call = { action: 'enroll', user_id: 'user-30', series_id: id };
  const refused = await server.sdk('/series', call, { key: sides.test.widgetKey });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(await entered(id)).toHaveLength(15);
  expect(await completeManual(deps)).toBe(0);
});

test('who is enrolled in the very moment in which a manual series completes is not left behind', async () => {
  const { testing } = await newPlaces();
  await addUsers(testing.id, { count: 4 });
  const id = await activate(testing, { entry_trigger: 'manual', audience: PRO });
  await scanTestSide(deps, testing.id);
  // As it is when the enrollment became visible just after the look.
  await server.db`update automations set status = 'completed' where id = ${id}`;
  await server.db`update recipients set parked = true where automation_id = ${id}`;
  expect(await completeManual(deps)).toBe(1);
  expect(await statusOf(id)).toBe('active');
  await advance(server, 'end', { key: testing.key });
  await completeManual(deps);
  expect(await statusOf(id)).toBe('completed');
});

test('the passing of time enters who comes to match, without a call, and nobody who was removed', async () => {
  const { testing } = await newPlaces();
  await addUsers(testing.id, { count: 3 });
  const [yesterday, today] = [1, 0].map(
    (days) => new Date(TEST_CLOCK.getTime() - days * 24 * HOUR_MS),
  );
  await server.db`
    update users set signed_up_at = case external_id when 'user-0' then ${yesterday!}::timestamptz
                                                     when 'user-1' then ${today!}::timestamptz end
     where workspace_id = ${testing.id}
  `;
  expect(await hasSweeps(testing.id)).toBe(false);
  const id = await activate(testing, { entry_trigger: 'segment_match', audience: OLD });
  await scanTestSide(deps, testing.id);
  expect(await entered(id)).toEqual([]);
  expect(await hasSweeps(testing.id)).toBe(true);

  const hours = async (count: number) => {
    const now = new Date(TEST_CLOCK.getTime() + count * HOUR_MS);
    await sweepAt(testing.id, now);
    return entered(id);
  };
  expect(await hours(48)).toEqual([]);
  expect(await hours(49)).toEqual(['user-0']);
  const remove = { action: 'remove', user_id: 'user-0', series_id: id };
  expect((await server.sdk('/series', remove, { key: testing.key })).status).toBe(200);
  expect((await hours(73)).toSorted()).toEqual(['user-0', 'user-1']);
  const states = await server.db`
    select u.external_id as user, e.state, e.entered_by
      from enrollments e join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${id} order by 1
  `;
  expect(states).toEqual([
    { user: 'user-0', state: 'removed', entered_by: 'segment_match' },
    { user: 'user-1', state: 'active', entered_by: 'segment_match' },
  ]);
});

test('a sweep lets those come back who begin to match anew, and not those who match all along', async () => {
  const { testing } = await newPlaces();
  await addUsers(testing.id, { count: 1 });
  const signUp = async (hour: number) =>
    server.db`
      update users set signed_up_at = ${new Date(TEST_CLOCK.getTime() + hour * HOUR_MS)}
       where workspace_id = ${testing.id}
    `;
  await signUp(-100);
  const id = await activate(
    testing,
    { entry_trigger: 'segment_match', audience: OLD, reenrollment: { enabled: true } },
    [wait('hour', 1, 'hours')],
  );
  await scanTestSide(deps, testing.id);
  const hour = async (to: number) => {
    await advance(server, new Date(TEST_CLOCK.getTime() + to * HOUR_MS).toISOString(), {
      key: testing.key,
    });
    await sweepAt(testing.id, await testing.now());
    return (await entered(id)).length;
  };
  expect([await hour(2), await hour(3), await hour(4)]).toEqual([1, 1, 1]);
  await signUp(-67);
  expect([await hour(5), await hour(6), await hour(7)]).toEqual([1, 2, 2]);
});

test('sweeps of a live side come every quarter of an hour', async () => {
  const { live } = await newPlaces();
  await addUsers(live.id, { count: 1 });
  const id = await activate(live, { entry_trigger: 'segment_match', audience: OLD });
  await scanAll();
  const restMs = async () => {
    const [row] = await server.db`
      select extract(epoch from next_at - db_now()) * 1000 as ms from series_scans
       where automation_id = ${id} and kind = 'sweep'
    `;
    return Number(row!['ms']);
  };
  expect(await restMs()).toBeGreaterThan(14 * 60_000);
  await server.db`update users set signed_up_at = now() - interval '9 days' where workspace_id = ${live.id}`;
  expect(await scanAll()).toBe(0);
  await server.db`update series_scans set next_at = db_now() where automation_id = ${id} and kind = 'sweep'`;
  expect(await scanTick(deps)).toBeGreaterThan(0);
  expect(await entered(id)).toEqual(['user-0']);
  expect(await restMs()).toBeGreaterThan(14 * 60_000);
  expect(await scanAll()).toBe(0);
});

test('a goal with a relative date ends passages when its time has come', async () => {
  const { testing } = await newPlaces();
  await addUsers(testing.id, { count: 2 });
  await server.db`update users set signed_up_at = ${TEST_CLOCK} where external_id = 'user-0' and workspace_id = ${testing.id}`;
  const id = await activate(testing, {
    entry_trigger: 'manual',
    audience: { or: [PRO, { field: 'traits.plan', operator: 'is_set' }] },
    goal: { filter: OLD },
  });
  await scanTestSide(deps, testing.id);
  expect(await entered(id)).toHaveLength(2);
  const states = async (hours: number) => {
    const now = new Date(TEST_CLOCK.getTime() + hours * HOUR_MS);
    await sweepAt(testing.id, now);
    await reactAll();
    const rows = await server.db<{ state: string }[]>`
      select state from enrollments where automation_id = ${id} order by state
    `;
    return rows.map(({ state }) => state);
  };
  expect(await states(72)).toEqual(['active', 'active']);
  expect(await states(73)).toEqual(['active', 'goal_reached']);
  expect(await hasSweeps(testing.id)).toBe(true);
});

test('the statements of a scan keep to their indexes', async () => {
  const scan = {
    automationId: userIdOf(server.live.id, 'x'),
    workspaceId: server.live.id,
    lane: 0,
    lanes: 2,
    cursorAt: '2025-01-01 00:00:00.123456+00',
    cursorId: userIdOf(server.live.id, 'y'),
    chunk: 500,
  };
  await fill(scan);
  const users = await plansOf(server.db, (tx) =>
    lookAtUsers(tx, scan, { matches: tx`true`, matchedBefore: null, needsCompany: false }),
  );
  for (const { indexes, scanned } of users) {
    expect([...indexes].slice(0, 2).toSorted()).toEqual(['enrollments_run', 'users_by_age']);
    expect([...scanned]).toEqual([]);
  }
  const passages = await plansOf(server.db, (tx) => lookAtPassages(tx, scan));
  for (const { indexes } of passages) expect([...indexes]).toEqual(['recipients_by_series']);
  const done = await plansOf(server.db, (tx) => completable(tx, { limit: 50 }));
  for (const { scanned } of done) expect([...scanned]).not.toContain('recipients');
  const claim = await plansOf(server.db, (tx) => claimScan(tx, { workspaceId: null }));
  expect(claim).not.toEqual([]);
});

/** Many users who have been in other series, and some under way in this one, which no statistics know. */
async function fill({ workspaceId, automationId }: { workspaceId: string; automationId: string }) {
  const { db } = server;
  await db`
    insert into users (bucket, workspace_id, id, external_id, first_seen, last_seen, created_at, updated_at)
    select n % 64, ${workspaceId}, gen_random_uuid(), 'many-' || n, now(), now(), now(), now()
      from generate_series(1, 20000) n
  `;
  const enter = (seriesId: string) => db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                             entered_at, ended_at, end_reason)
    select bucket, gen_random_uuid(), workspace_id, id, ${seriesId}, 1, 1, 'completed', now(), now(),
           'finished'
      from users where workspace_id = ${workspaceId} and external_id like 'many-%'
  `;
  await enter(userIdOf(workspaceId, 'series-1'));
  await enter(userIdOf(workspaceId, 'series-2'));
  await db`
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select bucket, gen_random_uuid(), 1, workspace_id, ${userIdOf(workspaceId, 'series-1')}, id, 1, 'a', true,
           now() + interval '1 year', now(), 'UTC', 'x', '[]'
      from users where workspace_id = ${workspaceId} and external_id like 'many-%'
  `;
  await db`analyze`;
  await enter(automationId);
}

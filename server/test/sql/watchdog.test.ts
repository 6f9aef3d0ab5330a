import { reactBucket } from '../../src/enrollment/react/react.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { repair } from '../../src/enrollment/repair.ts';
import { findTroubles } from '../../src/enrollment/watchdog.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { activeSeries, email, enroll, move, newUser, wait } from '../support/series.ts';
import { startServer } from '../support/server.ts';

/**
 * Goal: what should not be is found with its cause and mended, with the books exact afterwards; nothing is
 * found where all is well. Method: no worker runs; each test breaks one thing by hand.
 */
const server = await startServer({ transport: null });
afterAll(server.close);
const { db } = server;
const deps = { db, catalog: server.services.catalog };

interface Person {
  readonly seriesId: string;
  readonly userId: string;
  readonly id: string;
  readonly bucket: number;
}

const key = { key: server.live.secretKey };
const secret = { key: server.live.secretKey };
const STEPS = [wait('first', 3, 'days'), email('mail'), wait('last', 1, 'days')];

async function person(steps: object[] = STEPS): Promise<Person> {
  const seriesId = await activeSeries(server, { ...secret, steps });
  const userId = await newUser(server, {}, key);
  await enroll(server, { userId, seriesId }, key);
  const [row] = await db<{ id: string; bucket: number }[]>`
    select id, bucket from enrollments where automation_id = ${seriesId}`;
  return { seriesId, userId, ...row! };
}

const kinds = async () => (await findTroubles(db)).map(({ kind }) => kind);

/** Finds exactly these kinds, mends all of them, and finds nothing afterwards. */
async function expectMended(...expected: string[]): Promise<void> {
  const troubles = await findTroubles(db);
  expect(troubles.map(({ kind }) => kind)).toEqual(expected);
  for (const { cause, count, sample } of troubles) {
    expect(cause).toMatch(/^[A-Z].*\.$/);
    expect(count).toBe(1);
    expect(sample).toHaveLength(1);
  }
  const repaired = await repair(deps);
  expect(repaired.filter(({ count, mended }) => count !== mended)).toEqual([]);
  expect(await kinds()).toEqual([]);
  await expectExactLedger(db);
}

const stateOf = async ({ id }: Person) => {
  const [row] = await db<{ state: string; reason: string | null; version: number }[]>`
    select state, end_reason as reason, version from enrollments where id = ${id}`;
  return row;
};
const rowsOf = async ({ id }: Person) =>
  (
    await db<{ place: string }[]>`
    select step_id || ' ' || seq || ' v' || version || ' ' || status as place
      from recipients where enrollment_id = ${id} order by seq`
  ).map(({ place }) => place);
const logOf = async ({ id }: Person) =>
  (
    await db<{ line: string }[]>`
    select step_id || ' ' || seq || ' ' || outcome || ': ' || coalesce(reason, '') as line
      from step_log where enrollment_id = ${id} order by seq`
  ).map(({ line }) => line);

async function message(
  { id, bucket, seriesId }: Person,
  {
    state,
    seq,
    step = 'mail',
    lease = null,
  }: { state: string; seq: number; step?: string; lease?: string | null },
) {
  await db`
    insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
      user_external_id, step_id, state, transport, from_address, to_address, subject, html, text,
      headers, message_id, scheduled_for, reasons, attempt, attempted_at, lease_token, created_at,
      updated_at)
    select ${bucket}, ${randomUUID()}, workspace_id, id, ${seq}, ${seriesId}, user_id, 'x', ${step},
           ${state}, 'smtp', 'a@b.c', 'd@e.f', '', '', '', '{}', 'm', db_now(), '[]', 1, db_now(),
           ${lease}, db_now(), db_now()
      from enrollments where id = ${id}`;
}

beforeEach(async () => {
  expect(await kinds(), 'all is well before').toEqual([]);
});

test('a healthy system has none, whatever its people wait for', async () => {
  const one = await person();
  await move(server, one.seriesId, 'pause', secret);
  await db`update recipients set due_at = db_now() - interval '1 day', parked = true
            where enrollment_id = ${one.id}`;
  const other = await person();
  await db`update recipients set due_at = db_now() - interval '1 second' where enrollment_id = ${other.id}`;
  expect(await findTroubles(db)).toEqual([]);
  expect(await repair(deps)).toEqual([]);
  await db`update recipients set due_at = db_now() + interval '1 day' where enrollment_id = ${other.id}`;
});

describe('enrollments without a row', () => {
  test('are put at their first step when nothing is behind them', async () => {
    const one = await person();
    await db`delete from recipients where enrollment_id = ${one.id}`;
    await expectMended('enrollment_without_row');
    expect(await rowsOf(one)).toEqual(['first 1 v1 pending']);
  });

  test('go on after their last step, and never to an email that was sent', async () => {
    const one = await person();
    await db`
      with gone as (delete from recipients where enrollment_id = ${one.id} returning *)
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, due_at, at, reasons)
      select bucket, enrollment_id, 1, workspace_id, automation_id, user_id, 'first', 'passed', due_at,
             due_at, '[]' from gone`;
    await expectMended('enrollment_without_row');
    expect(await rowsOf(one)).toEqual(['mail 2 v1 pending']);

    await db`update recipients set step_id = 'first' where enrollment_id = ${one.id}`;
    await db`delete from recipients where enrollment_id = ${one.id}`;
    await message(one, { state: 'in_doubt', seq: 2 });
    await expectMended('enrollment_without_row');
    expect(await rowsOf(one)).toEqual(['last 3 v1 pending']);
  });

  test('end where nothing follows, or where the series is archived', async () => {
    const one = await person();
    await db`
      with gone as (delete from recipients where enrollment_id = ${one.id} returning *)
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, due_at, at, reasons)
      select bucket, enrollment_id, 1, workspace_id, automation_id, user_id, 'last', 'passed', due_at,
             due_at, '[]' from gone`;
    await expectMended('enrollment_without_row');
    expect(await stateOf(one)).toMatchObject({ state: 'completed', reason: 'finished' });

    const other = await person();
    await db`delete from recipients where enrollment_id = ${other.id}`;
    await move(server, other.seriesId, 'archive', secret);
    await expectMended('enrollment_without_row');
    expect(await stateOf(other)).toMatchObject({ state: 'ended', reason: 'series_archived' });
  });
});

describe('rows without an active enrollment', () => {
  test('go, with a line in the log, when it has ended', async () => {
    const one = await person();
    await db`update enrollments set state = 'removed', ended_at = entered_at where id = ${one.id}`;
    await expectMended('row_without_enrollment');
    expect(await logOf(one)).toEqual(['first 1 cancelled: no_enrollment']);
  });

  test('go when there is none at all', async () => {
    const one = await person();
    await db`delete from enrollments where id = ${one.id}`;
    await expectMended('row_without_enrollment');
    expect(await rowsOf(one)).toEqual([]);
  });
});

describe('rows of an unknown step or version', () => {
  test('of a version that is not there, go on in the current one', async () => {
    const one = await person();
    await db`update recipients set version = 7 where enrollment_id = ${one.id}`;
    await db`update enrollments set version = 7 where id = ${one.id}`;
    await expectMended('unknown_step');
    expect(await rowsOf(one)).toEqual(['first 1 v1 pending']);
    expect(await stateOf(one)).toMatchObject({ version: 1 });
  });

  test('at a step that an older version knows, go to the next that survives', async () => {
    const one = await person();
    await server.v1('PUT', `/series/${one.seriesId}`, { name: 'x', steps: STEPS.slice(1) }, secret);
    await move(server, one.seriesId, 'publish', secret);
    await db`update recipients set version = 2 where enrollment_id = ${one.id}`;
    await db`update enrollments set version = 2 where id = ${one.id}`;
    await expectMended('unknown_step');
    expect(await rowsOf(one)).toEqual(['mail 2 v2 pending']);
  });

  test('at a step that nobody knows, end', async () => {
    const one = await person();
    await db`update recipients set step_id = 'nowhere' where enrollment_id = ${one.id}`;
    await expectMended('unknown_step');
    expect(await stateOf(one)).toMatchObject({ state: 'ended', reason: 'unknown_step' });
  });
});

test('of two rows that advance one enrollment the one that is further stays', async () => {
  const one = await person();
  await db`
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select bucket, enrollment_id, 2, workspace_id, automation_id, user_id, version, 'mail', live,
           due_at, from_at, timezone, tz_version, reasons
      from recipients where enrollment_id = ${one.id}`;
  await expectMended('second_row');
  expect(await rowsOf(one)).toEqual(['mail 2 v1 pending']);
  expect(await logOf(one)).toEqual([
    'first 1 cancelled: second_row: another row advances the enrollment',
  ]);
});

test('a row and its enrollment on different versions: the row counts', async () => {
  const one = await person();
  await move(server, one.seriesId, 'publish', secret);
  await db`update enrollments set version = 2 where id = ${one.id}`;
  await expectMended('other_version');
  expect(await stateOf(one)).toMatchObject({ version: 1 });
});

test('a row that waits out a pause which is over is planned anew', async () => {
  const one = await person();
  await db`update recipients set parked = true where enrollment_id = ${one.id}`;
  // Just resumed: whoever comes to it has not yet.
  expect(await kinds()).toEqual([]);
  await db`update automations set status_at = db_now() - interval '1 hour' where id = ${one.seriesId}`;
  await expectMended('parked_although_active');
});

describe('rows under a lease', () => {
  const lease = async ({ id }: Person, token: string) =>
    db`update recipients set status = 'processing', worker_id = ${randomUUID()}, step_id = 'mail',
              lease_token = ${token}, due_at = db_now() where enrollment_id = ${id}`;

  test('of a worker that nobody knows come back', async () => {
    const one = await person();
    await lease(one, randomUUID());
    await expectMended('lost_lease');
    expect(await rowsOf(one)).toEqual(['mail 1 v1 pending']);
  });

  test('whose handover had begun are in doubt, and people go on', async () => {
    const one = await person();
    const token = randomUUID();
    await lease(one, token);
    await message(one, { state: 'sending', seq: 1, lease: token });
    await expectMended('lost_lease');
    expect(await rowsOf(one)).toEqual(['last 2 v1 pending']);
  });
});

describe('messages that are being handed over by nobody', () => {
  test('are in doubt, and people go on', async () => {
    const one = await person();
    await db`update recipients set step_id = 'mail' where enrollment_id = ${one.id}`;
    await message(one, { state: 'sending', seq: 1, lease: randomUUID() });
    await expectMended('sending_without_row');
    expect(await rowsOf(one)).toEqual(['last 2 v1 pending']);
    const states = await db`select state from messages where enrollment_id = ${one.id}`;
    expect(states).toEqual([{ state: 'in_doubt' }]);
  });

  test('are what the log says of their step', async () => {
    const one = await person();
    await db`
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, due_at, at, reasons)
      select bucket, enrollment_id, 1, workspace_id, automation_id, user_id, 'mail', 'passed', due_at,
             due_at, '[]' from recipients where enrollment_id = ${one.id}`;
    await db`update recipients set seq = 2, step_id = 'last' where enrollment_id = ${one.id}`;
    await message(one, { state: 'sending', seq: 1, lease: randomUUID() });
    await expectMended('sending_without_row');
    const states = await db`select state from messages where enrollment_id = ${one.id}`;
    expect(states).toEqual([{ state: 'accepted' }]);
  });
});

describe('books that are wrong', () => {
  test('a step that is nowhere gets a line', async () => {
    const one = await person();
    await db`update recipients set seq = 3, step_id = 'last' where enrollment_id = ${one.id}`;
    await message(one, { state: 'accepted', seq: 2 });
    await expectMended('unaccounted');
    expect(await logOf(one)).toEqual([
      '(unknown) 1 failed: unaccounted: nothing was known of this step',
      'mail 2 passed: unaccounted: nothing was known of this step',
    ]);
  });

  test('a row whose step is in the log goes on', async () => {
    const one = await person();
    await db`
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, due_at, at, reasons)
      select bucket, enrollment_id, 1, workspace_id, automation_id, user_id, 'first', 'passed', due_at,
             due_at, '[]' from recipients where enrollment_id = ${one.id}`;
    await expectMended('unaccounted');
    expect(await rowsOf(one)).toEqual(['mail 2 v1 pending']);
  });

  test('an enrollment that ended without a trace gets one', async () => {
    const one = await person();
    await db`delete from recipients where enrollment_id = ${one.id}`;
    await db`update enrollments set state = 'completed', ended_at = entered_at where id = ${one.id}`;
    await expectMended('unaccounted');
  });
});

test('people in a series that was archived long ago are taken out', async () => {
  const one = await person();
  await move(server, one.seriesId, 'archive', secret);
  expect(await kinds()).toEqual([]);
  await db`update automations set status_at = db_now() - interval '1 hour' where id = ${one.seriesId}`;
  await expectMended('archived_series');
  expect(await stateOf(one)).toMatchObject({ state: 'ended', reason: 'series_archived' });
});

describe('signals that nobody has looked at', () => {
  const signal = ({ bucket, id }: Person, userId: string) => db`
    insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
    select ${bucket}, workspace_id, true,
           coalesce(${userId || null}::uuid, user_id), 'event', 'nothing_known',
           db_now() - interval '2 minutes', true
      from enrollments where id = ${id}`;

  test('are handled', async () => {
    await signal(await person(), '');
    await expectMended('old_signal');
  });

  test('are forgotten where there is no such user', async () => {
    await signal(await person(), randomUUID());
    await expectMended('old_signal');
  });
});

test('a signal of which nothing can be made is set aside, and put back by the repair', async () => {
  const one = await person();
  const { bucket, id } = one;
  await db`update recipients set version = 99 where enrollment_id = ${id}`;
  await db`
    insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
    select ${bucket}, workspace_id, true, user_id, 'changed', db_now(), true
      from enrollments where id = ${id}`;
  const { catalog } = server.services;
  const deps = { db, catalog, failures: new Map<number, number>() };
  for (let tries = 1; tries < 6; tries += 1) {
    await expect(reactBucket(deps, bucket)).rejects.toThrow('version 99');
    expect(await db`select id from signals`).toHaveLength(1);
  }
  await reactBucket(deps, bucket);
  expect(await db`select id from signals`).toEqual([]);
  expect(await db`select error from set_aside_signals`).toMatchObject([
    { error: expect.stringContaining('version 99') as string },
  ]);
  await db`update recipients set version = 1 where enrollment_id = ${id}`;
  await expectMended('signal_set_aside');
  expect(await db`select id from set_aside_signals`).toEqual([]);
  expect(await db`select id from signals`).toEqual([]);
});

test('a migration that nobody works on is worked off', async () => {
  const one = await person();
  const body = { in_flight: 'migrate' };
  await server.v1('POST', `/series/${one.seriesId}/publish`, body, secret);
  await db`update recipients set version = 1 where enrollment_id = ${one.id}`;
  await db`update enrollments set version = 1 where id = ${one.id}`;
  expect(await kinds()).toEqual([]);
  await db`
    update series_migrations set advanced_at = db_now() - interval '1 hour',
           started_at = db_now() - interval '1 hour' where automation_id = ${one.seriesId}`;
  await expectMended('migration_stands');
  expect(await rowsOf(one)).toEqual(['first 1 v2 pending']);
  const [state] =
    await db`select state from series_migrations where automation_id = ${one.seriesId}`;
  expect(state).toEqual({ state: 'done' });
});

test('a row that is long due although a worker lives is planned anew', async () => {
  const one = await person();
  await db`update recipients set due_at = db_now() - interval '1 hour' where enrollment_id = ${one.id}`;
  // Nobody to blame a row on.
  expect(await kinds()).toEqual([]);
  await db`
    insert into workers (id, host, pid, version, tz_version, started_at, beat_at)
    values (${randomUUID()}, 'here', 1, '', '', db_now(), db_now())`;
  await expectMended('overdue');
});

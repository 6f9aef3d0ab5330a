import { createConnection, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Pool } from '../../src/platform/db.ts';
import { parseDatabaseUrl } from '../../src/platform/database-url.ts';
import { endHeldUpSessions, SESSION_NAME } from '../../src/platform/held-up-sessions.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a process that stands still gives its locks up, wherever in a statement it was stopped.
 * Method: a connection whose bytes to the database stop after a given message, which is what the
 * database sees of a stopped process.
 */
const HELD_UP_MS = 300;

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.db`create table things (id int primary key, value int)`;
  await database.db`insert into things values (1, 0)`;
});
afterAll(() => database.drop());

test('a transaction that is stopped between the parts of a statement is ended', async () => {
  const stopped = stoppable(database.url);
  await holdLock(stopped.pool, () => stopped.afterNext());
  await until(async () => expect(await stateOf()).toBe('active'));
  expect(await isFree()).toBe(false);
  await expectEnded();
  stopped.end();
});

test('a transaction that is stopped between two statements is ended', async () => {
  const stopped = stoppable(database.url);
  await holdLock(stopped.pool, () => stopped.now());
  expect(await stateOf()).toBe('idle in transaction');
  await expectEnded();
  stopped.end();
});

test('sessions that work, rest or are not ours stay', async () => {
  const ours = connect(database.url, { max: 2, applicationName: SESSION_NAME });
  const others = connect(database.url, { max: 1, applicationName: 'psql' });
  await ours`select 1`;
  const working = ours`select pg_sleep(1)`;
  const foreign = others.begin(async (tx) => {
    await tx`select 1`;
    await sleep(1_000);
    await tx`select 1`;
  });
  await sleep(HELD_UP_MS + 200);
  expect(await endHeldUpSessions(database.db, { heldUpMs: HELD_UP_MS })).toBe(0);
  await Promise.all([working, foreign]);
  await Promise.all([ours.end(), others.end()]);
});

/** Takes a lock in a transaction, then is stopped, and tries one statement more. */
async function holdLock(pool: Pool, stop: () => void): Promise<void> {
  const locked = Promise.withResolvers<void>();
  const ended = pool.begin(async (tx) => {
    await tx`update things set value = value + 1 where id = 1`;
    stop();
    const more = tx`select value from things where id = ${1}`;
    more.catch(() => {});
    locked.resolve();
    await more;
  });
  ended.catch(() => {});
  await locked.promise;
  await sleep(100);
}

async function stateOf(): Promise<string | undefined> {
  const rows = await database.db<{ state: string }[]>`
    select state from pg_stat_activity where application_name = ${SESSION_NAME}
       and datname = current_database() and wait_event = 'ClientRead' and state <> 'idle'
  `;
  return rows[0]?.state;
}

async function isFree(): Promise<boolean> {
  return (await database.db`select 1 from things for update skip locked`).length === 1;
}

async function expectEnded(): Promise<void> {
  await sleep(HELD_UP_MS + 100);
  expect(await isFree()).toBe(false);
  expect(await endHeldUpSessions(database.db, { heldUpMs: HELD_UP_MS })).toBe(1);
  await until(async () => expect(await isFree()).toBe(true));
  const [row] = await database.db<{ value: number }[]>`select value from things`;
  expect(row?.value).toBe(0);
}

/** A connection that the test can stop like a process: what it writes no longer reaches the server. */
function stoppable(url: string) {
  const state = { left: Number.POSITIVE_INFINITY };
  const sockets: Socket[] = [];
  const { host, port } = parseDatabaseUrl(url);
  const openSocket = (): Duplex => {
    const socket = createConnection(`${host}/.s.PGSQL.${port}`);
    sockets.push(socket);
    const stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        state.left -= 1;
        if (state.left >= 0) socket.write(chunk);
        done();
      },
    });
    socket.on('data', (chunk) => stream.push(chunk));
    socket.on('close', () => stream.destroy());
    socket.on('error', () => {});
    return stream;
  };
  const pool = connect(url, { max: 1, applicationName: SESSION_NAME, openSocket });
  return {
    pool,
    now: () => (state.left = 0),
    afterNext: () => (state.left = 1),
    end: () => {
      for (const socket of sockets) socket.destroy();
      void pool.end({ timeout: 0 });
    },
  };
}

import { afterAll, expect, test } from 'vitest';
import { connect, inTransaction, isUnavailable, refusalOf } from '../../src/platform/db.ts';
import { testDatabase } from '../support/database.ts';

const { db, url, drop } = await testDatabase({ migrated: false });
afterAll(drop);

await db`create table things (id integer constraint things_key primary key, data jsonb)`;

const only = async <T>(rows: Promise<readonly T[]>): Promise<T> => {
  const [row, ...others] = await rows;
  if (row === undefined || others.length > 0) throw new Error('expected one row');
  return row;
};

test('instants are dates to the millisecond, in UTC whatever the session, in any year', async () => {
  for (const iso of [
    '2026-03-29T01:30:00.123Z',
    '0044-03-15T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
  ]) {
    const date = new Date(iso);
    const { at, text } = await only(
      db<
        { at: Date; text: string }[]
      >`select ${date}::timestamptz as at, ${date}::timestamptz::text as text`,
    );
    expect(at).toEqual(date);
    expect(text).toMatch(/\+00$/);
  }
  expect((await only(db<{ d: Date }[]>`select '2026-01-02'::date as d`)).d).toEqual(
    new Date('2026-01-02T00:00:00.000Z'),
  );
});

test('bigint is a number where it is exact, else text', async () => {
  const row = await only(db`select count(*) as n, 9007199254740993 as big from things`);
  expect(row).toEqual({ n: 0, big: '9007199254740993' });
});

test('lists of strings, numbers, flags and instants travel with a cast', async () => {
  const dates = [new Date(0), new Date(1e12)];
  const row = await only(db`
    select ${['a', 'b"\\,{}']}::text[] as texts, ${[1, 2]}::int[] as numbers,
           ${[true, false].map(String)}::boolean[] as flags,
           ${dates.map((date) => date.toISOString())}::timestamptz[] as dates,
           ${[]}::uuid[] as empty
  `);
  expect(row).toEqual({
    texts: ['a', 'b"\\,{}'],
    numbers: [1, 2],
    flags: [true, false],
    dates,
    empty: [],
  });
});

test('JSON comes back as it went in, a text through ::text too', async () => {
  const data = { type: 'email', value: [1, null, 'é'] };
  const row = await only(db`
    select ${db.json(data)}::jsonb as a, ${JSON.stringify(data)}::text::jsonb as b
  `);
  expect(row).toEqual({ a: data, b: data });
});

test('a transaction gives its value back, arrays untouched, and leaves nothing when it throws', async () => {
  const promise = [1, 2];
  expect(await inTransaction(db, () => Promise.resolve(promise))).toBe(promise);
  const failed = inTransaction(db, async (tx) => {
    await tx`insert into things (id) values (7)`;
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await db`select id from things`).toEqual([]);
});

test('a refusal of the database is told by SQLSTATE and constraint', async () => {
  await db`insert into things (id) values (1)`;
  const error: unknown = await db`insert into things (id) values (1)`.catch((e: unknown) => e);
  expect(refusalOf(error)).toEqual({ sqlState: '23505', constraint: 'things_key' });
  expect(isUnavailable(error)).toBe(false);
  expect(refusalOf(new Error('other'))).toBeNull();
});

test('a database that is not there, or that ends the connection, is unavailable', async () => {
  const nowhere = connect('postgres://a@127.0.0.1:1/none', { max: 1 });
  expect(isUnavailable(await nowhere`select 1`.catch((e: unknown) => e))).toBe(true);
  await nowhere.end();

  const pool = connect(url, { max: 1 });
  const [session] = await pool<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const asleep = pool`select pg_sleep(20)`.catch((e: unknown) => e);
  await expect.poll(() => isAsleep(session!.pid), { timeout: 10_000 }).toBe(true);
  await db`select pg_terminate_backend(${session!.pid})`;
  expect(isUnavailable(await asleep)).toBe(true);
  // postgres.js repeats the end of the old session to the first statement of the new one.
  await expect
    .poll(() => pool`select 1 as back`.catch(() => 'not yet'), { timeout: 10_000 })
    .toEqual([{ back: 1 }]);
  await pool.end();
});

async function isAsleep(pid: number): Promise<boolean> {
  const found = await db`
    select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'
  `;
  return found.length === 1;
}

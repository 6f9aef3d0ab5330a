import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, pendingMigrations, requireUsableSchema } from '../../src/platform/migrate.ts';
import { silentLog } from '../../src/platform/log.ts';
import { schemaDrift, schemaFileText } from '../../src/platform/schema-dump.ts';
import { MIGRATIONS, testDatabase, type TestDatabase } from '../support/database.ts';

const SCHEMA = join(MIGRATIONS, 'schema.sql');

let database: TestDatabase;
let dir: string;

beforeEach(async () => {
  database = await testDatabase({ migrated: false });
  dir = mkdtempSync(join(tmpdir(), 'migrations-'));
  write('0001_first.sql', '-- compatible\ncreate table first (id integer primary key);\n');
});

afterEach(async () => {
  await database.drop();
  rmSync(dir, { recursive: true });
});

const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);
const run = () => migrate(database.db, dir, silentLog);

test('migrating an empty database gives exactly schema.sql', async () => {
  await migrate(database.db, MIGRATIONS, silentLog);
  await expect(await schemaFileText(database.db)).toMatchFileSnapshot(SCHEMA);
});

test('schema.sql itself makes the schema that it tells of', async () => {
  await database.db.file(SCHEMA).simple();
  const { missing = [], unexpected = [] } = (await schemaDrift(database.db, SCHEMA)) ?? {};
  // PostgreSQL adds casts and names to a view's text when it reads its own print of it.
  const tables = [...missing, ...unexpected].filter((sql) => !sql.startsWith('create view'));
  expect(tables).toEqual([]);
  expect(missing.length).toBe(unexpected.length);
});

test('drift names what is missing and what is there instead', async () => {
  await migrate(database.db, MIGRATIONS, silentLog);
  expect(await schemaDrift(database.db, SCHEMA)).toBeNull();

  await database.db`create index stray on users (name)`;
  await database.db`alter table workers add column extra text`;
  const drift = await schemaDrift(database.db, SCHEMA);
  expect(drift?.missing).toEqual([expect.stringContaining('create table workers')]);
  expect(drift?.unexpected).toEqual([
    expect.stringContaining('extra text'),
    expect.stringContaining('CREATE INDEX stray'),
  ]);
});

test('drift on another major version compares views by name only', async () => {
  await migrate(database.db, MIGRATIONS, silentLog);
  cpSync(MIGRATIONS, dir, { recursive: true });
  const copy = join(dir, 'schema.sql');
  const text = (await schemaFileText(database.db)).replace('PostgreSQL 18', 'PostgreSQL 15');
  writeFileSync(copy, text.replace('WITH occurrence AS (', 'WITH  occurrence AS ('));
  expect(await schemaDrift(database.db, copy)).toBeNull();
});

test('each file is applied once, in order, and a second call applies nothing', async () => {
  write('0002_second.sql', '-- compatible\nalter table first add column name text;\n');
  expect(await pendingMigrations(database.db, dir)).toEqual(['0001_first', '0002_second']);
  expect(await run()).toEqual({ applied: ['0001_first', '0002_second'] });
  expect(await run()).toEqual({ applied: [] });
  expect(await pendingMigrations(database.db, dir)).toEqual([]);
});

test('ten processes at once apply each file once', async () => {
  write('0002_second.sql', '-- compatible\nalter table first add column name text;\n');
  write(
    '0003_index.sql',
    '-- compatible\n-- no transaction\ncreate index concurrently first_name on first (name);\n',
  );
  const all = await Promise.all(Array.from({ length: 10 }, run));
  expect(all.flatMap(({ applied }) => applied).toSorted()).toEqual([
    '0001_first',
    '0002_second',
    '0003_index',
  ]);
});

test('a file that fails leaves nothing of its own and the ones before it applied', async () => {
  write('0002_second.sql', '-- compatible\ncreate table second (id integer);\nselect 1 / 0;\n');
  await expect(run()).rejects.toThrow('division by zero');
  expect(await pendingMigrations(database.db, dir)).toEqual(['0002_second']);
  expect(await database.db`select to_regclass('second') as found`).toEqual([{ found: null }]);
});

test('a concurrent index build that broke off is begun anew', async () => {
  write('0002_rows.sql', '-- compatible\ninsert into first values (1);\n');
  await run();
  await database.db`create table twice as select 1 as id union all select 1`;
  write(
    '0003_index.sql',
    '-- compatible\n-- no transaction\ncreate unique index concurrently twice_id on twice (id);\n',
  );
  await expect(run()).rejects.toThrow('could not create unique index');
  await database.db`delete from twice where ctid = (select min(ctid) from twice)`;
  expect(await run()).toEqual({ applied: ['0003_index'] });
  expect(
    await database.db`select indisvalid from pg_index where indexrelid = 'twice_id'::regclass`,
  ).toEqual([{ indisvalid: true }]);
});

test('a file that was changed after it was applied is refused by name', async () => {
  await run();
  write('0001_first.sql', '-- compatible\ncreate table first (id bigint primary key);\n');
  await expect(run()).rejects.toThrow('Migration 0001_first was changed after it was applied');
  write('0001_first.sql', '-- compatible\r\ncreate table first (id integer primary key);\r\n');
  expect(await run()).toEqual({ applied: [] });
});

test('a server refuses a database that lacks a migration, and says which command to run', async () => {
  await expect(requireUsableSchema(database.db, dir)).rejects.toThrow(
    /0001_first.*milepost migrate/,
  );
  await run();
  await requireUsableSchema(database.db, dir);
});

test('a server runs on a newer schema that is compatible', async () => {
  await run();
  await newerMigration({ breaking: false });
  await requireUsableSchema(database.db, dir);
  expect(await run()).toEqual({ applied: [] });
});

test('a server refuses a newer schema that is breaking, and names the version it needs', async () => {
  await run();
  await newerMigration({ breaking: true });
  const refusal = /Milepost 9\.8\.7 \(migration 0002_newer\).*Start Milepost 9\.8\.7 or later/;
  await expect(requireUsableSchema(database.db, dir)).rejects.toThrow(refusal);
  await expect(run()).rejects.toThrow(refusal);
});

test('the migrations of this version are numbered from 1 without a gap', () => {
  const numbers = readdirSync(MIGRATIONS)
    .filter((name) => /^\d/.test(name))
    .toSorted()
    .map((name) => Number.parseInt(name, 10));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

async function newerMigration({ breaking }: { breaking: boolean }): Promise<void> {
  await database.db`
    insert into migrations (number, name, checksum, breaking, version, applied_at)
    values (2, '0002_newer', '', ${breaking}, '9.8.7', clock_timestamp())
  `;
}

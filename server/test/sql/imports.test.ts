import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { importWorkOf } from '../../src/app/services.ts';
import { createImportDuty, receiveImport } from '../../src/data/index.ts';
import { milepost } from '../support/command.ts';
import { startServer, type TestWorkspace } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what is exported and imported elsewhere is there what it was, and an import is done once and
 * whole whatever happens on the way. Method: random people with everything that spoils files, from one
 * side to another and out again; workers that end in the middle.
 */
const server = await startServer();
afterAll(server.close);

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** Of each format; a nightly run sets more. */
const RUNS = Number(process.env['IMPORT_RUNS'] ?? 2);

const importFile = async (
  query: string,
  file: string | Uint8Array,
  key: string = server.test.secretKey,
) => {
  const headers = { 'content-type': 'text/csv' };
  const answer = await server.v1('POST', `/imports?${query}`, file, { key, headers });
  expect(answer.status, answer.text).toBe(201);
  return ended(answer.body.id as string, key);
};

const ended = (id: string, key: string = server.test.secretKey) =>
  until(async () => {
    const { body } = await server.v1('GET', `/imports/${id}`, undefined, { key });
    expect(body.state).toBe('done');
    return body;
  });

const report = async (id: string): Promise<string[]> =>
  (await server.v1('GET', `/imports/${id}/report`)).text.trim().split('\r\n').slice(1);

const exported = async (path: string, key: string): Promise<string> => {
  const answer = await server.v1('GET', path, undefined, { key });
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
};

/** What becomes of a formula, a quote, a line, half an emoji and nothing. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc
    .string({ unit: 'binary', maxLength: 8 })
    .filter((text) => !text.includes('\0') && text.isWellFormed()),
  fc.constantFrom(
    '=1+1',
    "'=1",
    "''-x",
    '+49 30',
    '@a',
    '-',
    '\t=x',
    '\r=x',
    'say "no"',
    '"',
    '""',
    'a,b;c',
    'two\nlines',
    'two\r\nlines',
    '\r',
    ' x ',
    '\u{FEFF}bom',
    'null',
    '[]',
    '😀',
    '__proto__',
  ),
);
const values = fc.oneof(
  texts,
  fc.constantFrom<unknown>(null, true, false, 0, -1.5, 1e21, '', [], {}, [null, ''], { a: null }),
  fc.array(texts, { maxLength: 2 }),
);
const OWN = ['name', 'email', 'timezone', 'locale', 'signed_up_at', 'domain', 'industry', 'plan'];
const RESERVED = /^(id|.*_id|.*_at|.*_seen|health_score|team_size|employee_count)$/;
const traits = fc.dictionary(
  texts.filter((name) => !OWN.includes(name) && !RESERVED.test(name)),
  values,
  { maxKeys: 4, noNullPrototype: true },
);
const instants = fc
  .date({ min: new Date('1901-01-01'), max: new Date('2199-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString());
const ids = texts.filter((text) => text !== '');
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const people = fc.uniqueArray(
  fc.record({
    user_id: ids,
    email: orNull(
      fc.constantFrom('ada@x.example', "o'neill@y.example", '+a@y.example', 'grace@x.example'),
    ),
    name: orNull(texts),
    timezone: orNull(fc.constantFrom('Europe/Berlin', 'UTC', '=cmd')),
    signed_up_at: orNull(instants),
    company: orNull(ids),
    traits,
    context: traits,
  }),
  { selector: ({ user_id: id }) => id, minLength: 1, maxLength: 12 },
);
const events = fc.array(
  fc.record({
    event_type: ids,
    occurred_at: fc
      .date({ min: new Date('2001-01-01'), max: new Date('2024-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
    page_url: orNull(texts),
    metadata: traits,
  }),
  { maxLength: 3 },
);

/** What differs by nature: when it was written here, and by which ids. */
const TOLD = ['first_seen', 'last_seen', 'created_at', 'updated_at', 'at', 'source', 'received_at'];
const plainOf = (jsonl: string): string[] =>
  jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      for (const name of [...TOLD, 'list_id', 'id']) delete row[name];
      return JSON.stringify(sorted(row));
    })
    .toSorted();

/** Members in one order, at each depth: the database has an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, inner]) => [name, sorted(inner)]);
}

const KINDS = ['companies', 'users', 'list_members', 'suppressions', 'events'] as const;
const ROUND_TRIPS = [
  ['csv', 'csv'],
  ['jsonl', 'jsonl'],
] as const;

async function fill(
  side: TestWorkspace['test'],
  all: readonly { readonly company: string | null }[],
) {
  const key = side.secretKey;
  const opt = (await server.v1('POST', '/lists', { name: 'News, "ours"', kind: 'opt_in' }, { key }))
    .body.id;
  const lines = all.map(({ company, ...person }) =>
    JSON.stringify({ ...person, ...(company === null ? {} : { company_id: company }) }),
  );
  const { progress } = await importFile('kind=users&format=jsonl', lines.join('\n'), key);
  expect(progress).toMatchObject({ created: all.length, bad: 0 });
  return opt as string;
}

describe('what is exported and imported on another side', () => {
  test.each(ROUND_TRIPS)(
    'is there what it was, as %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(people, events, async (all, happened) => {
          const [one, two] = [await server.newWorkspace(), await server.newWorkspace()];
          const from = one.test.secretKey;
          const to = two.test.secretKey;
          const list = await fill(one.test, all);
          const first = all[0]?.user_id ?? '';
          const companies = all.flatMap(({ company, traits: facts }) =>
            company === null ? [] : [JSON.stringify({ company_id: company, traits: facts })],
          );
          if (companies.length > 0) {
            await importFile('kind=companies&format=jsonl', companies.join('\n'), from);
          }
          const body = { user_ids: [first] };
          await server.v1('POST', `/lists/${list}/subscribers`, body, { key: from });
          await server.v1('POST', '/suppressions', { email: 'gone@x.example' }, { key: from });
          await server.v1('POST', '/suppressions', { user_id: first }, { key: from });
          const lines = happened.map((event) => JSON.stringify({ user_id: first, ...event }));
          if (lines.length > 0) {
            await importFile('kind=events&format=jsonl', lines.join('\n'), from);
          }
          const left = { all: 'unsubscribed' };
          const who = encodeURIComponent(all.at(-1)?.user_id ?? '');
          await server.v1('PUT', `/users/${who}/preferences`, left, { key: from });
          const news = { name: 'News, "ours"', kind: 'opt_in' };
          await server.v1('POST', '/lists', news, { key: to });
          for (const kind of KINDS) {
            const file = await exported(`/exports/${kind}?format=${format}`, from);
            if (file.trim().split('\n').length === 1 && format === 'csv') continue;
            if (file === '') continue;
            const done = await importFile(`kind=${kind}&format=${format}`, file, to);
            expect([kind, done.progress.bad]).toEqual([kind, 0]);
          }
          for (const kind of KINDS) {
            const [before, after] = await Promise.all(
              [from, to].map(async (key) =>
                plainOf(await exported(`/exports/${kind}?format=jsonl`, key)),
              ),
            );
            expect([kind, after]).toEqual([kind, before]);
          }
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    60_000,
  );

  test('is there what it was, as the one file of everything', async () => {
    await fc.assert(
      fc.asyncProperty(people, events, async (all, happened) => {
        const [one, two] = [await server.newWorkspace(), await server.newWorkspace()];
        const from = one.test.secretKey;
        const to = two.test.secretKey;
        const list = await fill(one.test, all);
        const first = all[0]?.user_id ?? '';
        const body = { user_ids: [first] };
        await server.v1('POST', `/lists/${list}/subscribers`, body, { key: from });
        await server.v1('POST', '/suppressions', { email: 'gone@x.example' }, { key: from });
        const lines = happened.map((event) => JSON.stringify({ user_id: first, ...event }));
        if (lines.length > 0) {
          await importFile('kind=events&format=jsonl', lines.join('\n'), from);
        }
        const file = await exported('/export', from);
        const done = await importFile('kind=everything&format=jsonl', file, to);
        expect(done.progress.bad).toBe(0);
        for (const kind of KINDS) {
          const [before, after] = await Promise.all(
            [from, to].map(async (key) =>
              plainOf(await exported(`/exports/${kind}?format=jsonl`, key)),
            ),
          );
          expect([kind, after]).toEqual([kind, before]);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 60_000);
});

const usersFile = (count: number, from = 0): string =>
  `user_id,email\n${Array.from({ length: count }, (_, at) => `u${from + at},u${from + at}@x.example`).join('\n')}`;

const countUsers = async (workspaceId: string): Promise<number> => {
  const [row] = await server.db<{ count: number }[]>`
    select count(*)::int as count from users where workspace_id = ${workspaceId}
  `;
  return row?.count ?? 0;
};

describe('an import', () => {
  test('is done once and whole when its worker ends in the middle', async () => {
    const { test: side } = await server.newWorkspace();
    const deps = importWorkOf(server.services);
    const now = new Date();
    const options = { isDryRun: false, mayStart: false, isConfirmed: false, listId: null };
    const ask = { workspaceId: side.id, kind: 'users', format: 'csv', source: 'milepost' } as const;
    const body = Readable.from([Buffer.from(usersFile(3_500))]);
    const id = await receiveImport(
      { db: server.db, onReceived: () => {} },
      { ...ask, mapping: {}, options },
      { body, now },
    );
    let asked = 0;
    const dies = async (): Promise<Date> => {
      asked += 1;
      if (asked % 2 === 1) throw new Error('the worker has ended');
      return now;
    };
    const log = { error: () => {} };
    const tick = createImportDuty({ ...deps, log, sideNow: dies });
    for (let times = 0; times < 30; times += 1) await tick();
    const done = await ended(id, side.secretKey);
    expect(done.progress).toMatchObject({ handled: 3_500, created: 3_500, changed: 0, bad: 0 });
    expect(await countUsers(side.id)).toBe(3_500);
    server.errors.length = 0;
  });

  test('takes mail back from who unsubscribes by it, though its worker ends after the commit', async () => {
    const quiet = await startServer({ transport: null });
    const { db } = quiet;
    await quiet.sdk('/users/identify', { user_id: 'ada', traits: { email: 'ada@x.example' } });
    const deps = importWorkOf(quiet.services);
    const withdrawn: (readonly object[])[] = [];
    let dies = true;
    const consent = {
      ...deps.consent,
      withdraw: async (users: readonly object[]) => {
        if (dies) throw new Error('the worker has ended');
        withdrawn.push(users);
      },
    };
    const ask = { kind: 'users', format: 'csv', source: 'milepost', mapping: {} } as const;
    const options = { isDryRun: false, mayStart: false, isConfirmed: false, listId: null };
    const body = Readable.from([Buffer.from('user_id,consent\nada,unsubscribed\n')]);
    const id = await receiveImport(
      { db, onReceived: () => {} },
      { ...ask, workspaceId: quiet.test.id, options },
      { body, now: new Date() },
    );
    const tick = createImportDuty({ ...deps, log: { error: () => {} }, consent });
    await tick();
    const [done] = await db`select state from imports where id = ${id}`;
    expect(done).toEqual({ state: 'done' });
    dies = false;
    // Whoever wrote it may still be at it.
    await tick();
    expect(withdrawn).toEqual([]);
    await db`update import_follow_ups set written_at = written_at - interval '11 seconds'`;
    await tick();
    expect(withdrawn).toEqual([[{ bucket: expect.any(Number), userId: expect.any(String) }]]);
    expect(await db`select 1 from import_follow_ups`).toHaveLength(0);
    await quiet.close();
  });

  test('that is tried only tells the same and keeps nothing', async () => {
    const { test: side } = await server.newWorkspace();
    const file = `${usersFile(20)}\nu3,not an address\nu4,u4@x.example\n`;
    const tried = await importFile('kind=users&dry_run=true', file, side.secretKey);
    expect(await countUsers(side.id)).toBe(0);
    const real = await importFile('kind=users', file, side.secretKey);
    expect(tried.progress).toEqual(real.progress);
    expect(real.progress).toMatchObject({ created: 20, changed: 1, bad: 1 });
    expect(await countUsers(side.id)).toBe(20);
  });

  test('leaves nothing of the file, and in its report no value', async () => {
    const secret = 'unmistakable-word';
    const file = `user_id,email,timezone\n${secret},${secret} no address,UTC\nok,ok@x.example,${secret}/zone\n`;
    const { id, progress } = await importFile('kind=users', file);
    expect(progress).toMatchObject({ bad: 1, warned: 1, created: 1 });
    expect(await report(id)).toEqual([
      '2,error,email,is not a valid email address',
      '3,warning,timezone,is no known time zone and is not used for scheduling',
    ]);
    const [left] = await server.db<{ chunks: number; faults: string | null }[]>`
      select (select count(*)::int from import_chunks where import_id = ${id}) as chunks,
             (select string_agg(f::text, ' ') from import_faults f) as faults
    `;
    expect(left?.chunks).toBe(0);
    expect(left?.faults).not.toContain(secret);
  });

  test('says on which line of the file a fault is, whatever is between the lines', async () => {
    const file =
      '\u{FEFF}user_id;name\r\n\r\na;"two\r\nlines"\r\n\n\n;nobody\nb;"stray" quote\nc;x;y\nd;ok\n';
    const { id, progress } = await importFile('kind=users', file);
    expect(progress).toMatchObject({ handled: 5, created: 2, bad: 3 });
    expect(await report(id)).toEqual([
      '7,error,user_id,is required',
      '8,error,,a quote is out of place',
      '9,error,,"has 3 cells, and the first line names 2"',
    ]);
  });

  test('of data starts no series, unless that is asked for', async () => {
    const key = server.test.secretKey;
    const settings = { entry_trigger: 'event', entry_event_name: 'imported' };
    const steps = [{ id: 'w', type: 'wait', delay: { amount: 1, unit: 'days' } }];
    const made = await server.v1('POST', '/series', { name: 'On event', settings, steps });
    expect(made.status, made.text).toBe(201);
    const { id } = made.body;
    const active = await server.v1('POST', `/series/${id}/activate`);
    expect(active.status, active.text).toBe(200);
    const inIt = async () => (await server.v1('GET', `/series/${id}/enrollments`)).body.data;
    await importFile('kind=events', 'user_id,event_type\nsilent,imported\n', key);
    const event = 'user_id,event_type\nheard,imported\n';
    await importFile('kind=events&start_series=true', event, key);
    await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
    await until(async () =>
      expect((await inIt()).map((one: { user_id: string }) => one.user_id)).toEqual(['heard']),
    );
  });
});

test('who was erased is taken out of what waits to be imported', async () => {
  const key = server.test.secretKey;
  const word = 'unmistakable-person';
  await server.sdk('/users/identify', { user_id: word, traits: { email: `${word}@x.example` } });
  const lines = Array.from({ length: 8_000 }, (_, at) => `w${at},w${at}@x.example`);
  lines.splice(7_500, 0, `${word},x@x.example`, `other,"${word}@X.example"`);
  const headers = { 'content-type': 'text/csv' };
  const file = `user_id,email\n${lines.join('\n')}`;
  const made = await server.v1('POST', '/imports?kind=users&dry_run=true', file, { key, headers });
  const { id } = made.body;
  expect((await server.v1('POST', `/imports/${id}/pause`)).body.state).toBe('paused');
  const waits = async () => server.db`
    select 1 from import_chunks where strpos(lower(content), ${word}) > 0
  `;
  expect(await waits()).toHaveLength(1);
  expect((await server.v1('DELETE', `/users/${word}`)).status).toBe(200);
  expect(await waits()).toHaveLength(0);
  expect((await server.v1('POST', `/imports/${id}/resume`)).body.state).toBe('running');
  const done = await ended(id, key);
  expect(done.progress).toMatchObject({ handled: 8_000, bad: 0 });
});

test('the command line imports and exports beside a server that runs', async () => {
  const { test: side } = await server.newWorkspace();
  const dir = mkdtempSync(join(tmpdir(), 'milepost-files-'));
  const [from, to] = [join(dir, 'people.csv'), join(dir, 'out.csv')];
  writeFileSync(from, `${usersFile(1_200)}\n,nobody@x.example\n`);
  const env = {
    DATABASE_URL: server.database.url,
    MILEPOST_ENCRYPTION_KEY: Buffer.from(server.encryptionKey).toString('base64'),
  };
  const where = ['--workspace', side.id];
  const done = await milepost(['import', from, '--kind', 'users', ...where, '--json'], { env });
  expect([done.status, done.err]).toEqual([0, '']);
  expect(JSON.parse(done.out).import).toMatchObject({
    state: 'done',
    progress: { created: 1_200, bad: 1 },
  });
  const [entry] = await server.db`
    select actor_kind, actor_name from audit_entries
     where workspace_id = ${side.id} and action = 'import.create'
  `;
  expect(entry).toEqual({ actor_kind: 'code', actor_name: 'milepost import' });
  const out = await milepost(['export', 'users', ...where, '--out', to], { env });
  expect([out.status, out.err]).toEqual([0, `written to ${to}\n`]);
  expect(readFileSync(to, 'utf8').trim().split('\r\n')).toHaveLength(1_201);
  rmSync(dir, { recursive: true });
});

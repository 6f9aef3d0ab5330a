import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { bucketOf, userIdOf } from '../../src/platform/ids.ts';
import { recordReturned } from '../../src/tracking/record-returned.ts';
import { startServer } from '../support/server.ts';
import { activeSeries, email, enroll, wait } from '../support/series.ts';

/**
 * Goal: nothing is left of a person who was erased, wherever it is looked for, and the books still add
 * up. Method: a person with a word in everything that can be written of them; then each row of each
 * table as text, and each line that was logged.
 */
const WORD = 'unmistakable';
const USER = `${WORD}-id-77`;
const EMAIL = `${WORD}.person@tidewater.example`;

const logged: string[] = [];
const server = await startServer({ onLog: (line) => logged.push(line) });
afterAll(server.close);
const { db } = server;
const workspaceId = server.test.id;
const userId = userIdOf(workspaceId, USER);
const bucket = bucketOf(userId);

/** The tables in which a text stands, in whatever column. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await db<{ name: string }[]>`
    select c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = 'public'
     order by 1
  `;
  const hex = Buffer.from(text).toString('hex');
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.unsafe(
      `select 1 from ${name} t where strpos(lower(t::text), $1) > 0 or strpos(t::text, $2) > 0 limit 1`,
      [text, hex],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** A series with everything that may be written of somebody. */
const seriesFor = () =>
  activeSeries(server, {
    steps: [
      {
        id: 'pro',
        type: 'condition',
        filter: { field: 'user.secret', operator: 'equals', value: 'x' },
        // oxlint-disable-next-line unicorn/no-thenable -- a field of the API
        then: 'hello',
        else: 'hello',
      },
      email('hello', {
        subject: 'Hello {{ user.name }}',
        html: '<p>{{ user.secret }} {{ event.note }}</p>',
      }),
      wait('day', 1, 'days'),
      email('second'),
    ],
  });

async function writeEverything(): Promise<{ running: string; ended: string }> {
  const traits = { email: EMAIL, name: `${WORD} Name`, secret: `${WORD} trait`, timezone: 'UTC' };
  const who = { user_id: USER, traits, context: { agent: `${WORD} agent` } };
  await server.sdk('/users/identify', who, { headers: { 'idempotency-key': randomUUID() } });
  await server.v1('PATCH', `/users/${USER}`, { traits: { more: `${WORD} more` } });
  await server.v1('POST', '/users/search', { q: WORD }, { headers: { 'idempotency-key': 'k1' } });
  await server.sdk('/events', {
    user_id: USER,
    session_id: `${WORD}-session`,
    events: [
      {
        event_type: 'bought',
        event_id: `${WORD}-event`,
        page_url: `https://x.example/${WORD}`,
        metadata: { note: `${WORD} note` },
      },
    ],
  });
  const [running, ended] = [await seriesFor(), await seriesFor()];
  for (const seriesId of [running, ended]) {
    const properties = { note: `${WORD} property` };
    const body = { action: 'enroll', user_id: USER, series_id: seriesId, properties };
    const answer = await server.sdk('/series', body);
    expect(answer.status, answer.text).toBe(200);
  }
  await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  await server.sdk('/series', { action: 'remove', user_id: USER, series_id: ended });
  const list = await server.v1('POST', '/lists', { name: 'News', kind: 'opt_in' });
  await server.v1('POST', `/lists/${list.body.id}/subscribers`, { user_ids: [USER] });
  await server.v1('PUT', `/users/${USER}/preferences`, { all: 'unsubscribed' });
  await server.v1('POST', '/suppressions', { email: EMAIL, note: `${WORD} called` });
  await db`
    insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
    select bucket, gen_random_uuid(), workspace_id, id, 'clicked', now(),
           jsonb_build_object('machine', false, 'user_agent', ${`${WORD} browser`}::text)
      from messages where user_id = ${userId}
  `;
  await trackLinks();
  await db`
    insert into consent_changes (bucket, id, workspace_id, user_id, list_id, before, after, source,
                                 detail, at)
    select bucket, gen_random_uuid(), workspace_id, user_id, ${list.body.id}, 'subscribed',
           'unsubscribed', 'page', jsonb_build_object('message_id', id), now()
      from messages where user_id = ${userId} limit 1
  `;
  await db`
    insert into set_aside_signals (bucket, id, workspace_id, live, user_id, kind, at, may_start, before,
                                   error, set_aside_at)
    values (${bucket}, -1, ${workspaceId}, false, ${userId}, 'changed', now(), true,
            ${db.json({ email: EMAIL })}, 'x', now())
  `;
  return { running, ended };
}

/** As in an email that has left: where its links lead is kept, one of them with the person's address. */
async function trackLinks(): Promise<void> {
  const { links } = server.services;
  const [message] = await db<{ id: string }[]>`select id from messages where user_id = ${userId}`;
  const urls = [
    `https://shop.example/?who=${encodeURIComponent(EMAIL)}`,
    'https://shop.example/pricing',
  ];
  await links.keep(
    db,
    urls.map((url) => ({ workspaceId, url })),
  );
  const { linkFor } = links.linksOf({ workspaceId, messageId: message!.id });
  const html = urls.map((url) => `<a href="${linkFor(url)}">x</a>`).join('');
  await db`update messages set html = html || ${html} where id = ${message!.id}`;
}

const ledgers = () => db`
  select automation_id, planned, unaccounted from ledger where planned > 0 order by automation_id
`;

const reports = () => db`
  select automation_id, step_id, kind, count from recount_messages() order by 1, 2, 3
`;

describe('a person who is erased', async () => {
  const { running } = await writeEverything();
  const before = await tablesWith(WORD);
  const known = await tablesWith(userId);
  const books = await ledgers();
  const reported = await reports();
  const preview = await server.v1('GET', `/users/${USER}/erase_preview`);
  const erased = await server.v1('DELETE', `/users/${USER}`);

  test('had been in everything', () => {
    expect(before).toEqual(
      expect.arrayContaining([
        'enrollments',
        'events_2026_11',
        'idempotency',
        'links',
        'message_events',
        'messages',
        'set_aside_signals',
        'step_log',
        'suppressions',
        'users',
      ]),
    );
    expect(known).toEqual(expect.arrayContaining(['preferences', 'consent_changes', 'recipients']));
  });

  test('is told of in numbers, before and after', () => {
    expect(erased.status, erased.text).toBe(200);
    expect(preview.body.would_erase).toMatchObject({
      enrollments: 2,
      active_enrollments: 1,
      messages: 2,
      events: 1,
      preferences: 2,
    });
    expect(erased.body.erased).toEqual(preview.body.would_erase);
  });

  test('is in no row of any table, by word or by id', async () => {
    expect(await tablesWith(WORD)).toEqual([]);
    expect(await tablesWith(userId)).toEqual([]);
  });

  test('is in no line of the log', () => {
    expect(logged.filter((line) => line.toLowerCase().includes(WORD))).toEqual([]);
    expect(logged.filter((line) => line.includes(userId))).toEqual([]);
  });

  test('leaves books that add up, with as many steps planned', async () => {
    const after = await ledgers();
    expect(after.map(({ unaccounted }) => unaccounted)).toEqual(after.map(() => 0));
    expect(after).toEqual(books);
    expect(reported.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['sent', 'clicked', 'unsubscribed']),
    );
    expect(await reports()).toEqual(reported);
    const { body } = await server.v1('GET', `/series/${running}/stats`);
    expect(body).toMatchObject({ entered: 1, removed: 1, active: 0 });
  });

  test('leaves the links of everybody, and none of their own', async () => {
    const urls = (await db<{ url: string }[]>`select url from links`).map(({ url }) => url);
    expect(urls).toContain('https://shop.example/pricing');
    expect(urls.filter((url) => url.includes('who='))).toEqual([]);
  });

  test('stays erased when a provider tells late what became of an email', async () => {
    const [message] = await db<{ id: string }[]>`
      select id from messages where automation_id = ${running} order by seq limit 1
    `;
    const bounce = { class: 'hard', code: '5.1.1', diagnostic: `<${EMAIL}> is unknown` } as const;
    const told = {
      key: 'late',
      kind: 'bounced',
      messageId: message!.id,
      at: new Date(),
      recipient: EMAIL,
      bounce,
      detail: { note: `${WORD} late` },
    } as const;
    const { consent } = server.services;
    const of = { now: new Date(), source: 'test' };
    expect(await recordReturned({ db, consent }, workspaceId, [told], of)).toBe(1);
    expect(await tablesWith(WORD)).toEqual([]);
    const [event] = await db`
      select detail from message_events where message_id = ${message!.id} and kind = 'bounced'
    `;
    expect(event).toEqual({ detail: { class: 'hard' } });
  });

  test('is found by nobody, and stays refused when they come back', async () => {
    expect((await server.v1('GET', `/users/${USER}`)).status).toBe(404);
    expect((await server.v1('DELETE', `/users/${USER}`)).status).toBe(404);
    const { body } = await server.v1('GET', `/suppressions?email=${encodeURIComponent(EMAIL)}`);
    const reasons = body.data.map(({ reason }: { reason: string }) => reason).toSorted();
    expect(reasons).toEqual(['manual', 'unsubscribe']);
    expect(body.data.every((each: { email: unknown }) => each.email === null)).toBe(true);
  });
});

test('a person whose email is being handed over is erased when it is done, or not at all', async () => {
  const seriesId = await activeSeries(server);
  await server.sdk('/users/identify', { user_id: 'held', traits: { email: 'held@example.com' } });
  await enroll(server, { userId: 'held', seriesId });
  await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  const held = userIdOf(workspaceId, 'held');
  const lease = (token: string | null) =>
    db`update messages set lease_token = ${token} where user_id = ${held}`;
  await lease(randomUUID());
  const refused = await server.v1('DELETE', '/users/held');
  expect(refused).toMatchObject({ status: 409, body: { code: 'enrollment.erase_busy' } });
  expect(refused.headers['retry-after']).toBe('5');
  expect((await server.v1('GET', '/users/held')).status).toBe(200);
  await lease(null);
  expect((await server.v1('DELETE', '/users/held')).status).toBe(200);
}, 20_000);

test('a message in doubt of a person who is erased counts as sent', async () => {
  const seriesId = await activeSeries(server);
  await server.sdk('/users/identify', { user_id: 'doubt', traits: { email: 'doubt@example.com' } });
  await enroll(server, { userId: 'doubt', seriesId });
  await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  const id = userIdOf(workspaceId, 'doubt');
  await db`delete from step_log where user_id = ${id} and step_id = 'welcome'`;
  await db`
    update messages set state = 'in_doubt', attempted_at = now() where user_id = ${id}
  `;
  expect((await server.v1('DELETE', '/users/doubt')).status).toBe(200);
  const rows = await db`select state, to_address from messages where automation_id = ${seriesId}`;
  expect(rows).toEqual([{ state: 'accepted', to_address: '' }]);
});

test('an export tells everything that is kept', async () => {
  const seriesId = await activeSeries(server);
  const traits = { email: 'out@example.com', plan: 'pro' };
  await server.sdk('/users/identify', { user_id: 'out', traits });
  await server.sdk('/events', {
    user_id: 'out',
    events: [{ event_type: 'a' }, { event_type: 'b' }],
  });
  await server.v1('PUT', '/users/out/preferences', { all: 'unsubscribed' });
  await server.v1('PUT', '/users/out/preferences', { all: 'subscribed' });
  await enroll(server, { userId: 'out', seriesId });
  await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  const file = await server.v1('GET', '/users/out/export');
  expect(file.status, file.text).toBe(200);
  expect(file.headers['content-disposition']).toContain('attachment');
  const kept = JSON.parse(file.text);
  expect(kept.user).toMatchObject({ user_id: 'out', traits: { plan: 'pro' } });
  expect(kept.messages).toHaveLength(1);
  expect(kept.messages[0]).toMatchObject({ to: 'out@example.com', subject: 'Subject of welcome' });
  expect(kept.messages[0].html).toContain('Body of welcome');
  expect(kept.events.map(({ event_type }: { event_type: string }) => event_type)).toEqual([
    'a',
    'b',
  ]);
  expect(kept.consent_changes).toHaveLength(2);
  expect(kept.enrollments[0].steps[0]).toMatchObject({ step_id: 'welcome', outcome: 'passed' });
  expect((await server.v1('GET', '/users/nobody/export')).status).toBe(404);
});

test('a person who waits in a broadcast is counted as gone', async () => {
  await server.sdk('/users/identify', { user_id: 'cast', traits: { email: 'cast@example.com' } });
  const made = await server.v1('POST', '/broadcasts', { name: 'News' });
  const id = userIdOf(workspaceId, 'cast');
  await db`
    update broadcasts set state = 'paused', counts = '{"will_send": 1}', snapshot_at = now()
     where automation_id = ${made.body.id}
  `;
  await db`
    insert into broadcast_recipients (bucket, automation_id, user_id, due_at)
    values (${bucketOf(id)}, ${made.body.id}, ${id}, now())
  `;
  const { body } = await server.v1('GET', '/users/cast/erase_preview');
  expect(body.would_erase.broadcasts).toBe(1);
  expect((await server.v1('DELETE', '/users/cast')).status).toBe(200);
  expect(await tablesWith(id)).toEqual([]);
  const rows = await db`select fed, gone from broadcasts where automation_id = ${made.body.id}`;
  expect(rows).toEqual([{ fed: 1, gone: 1 }]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timedBroadcasts } from '../../src/broadcast/index.ts';
import { addList, choose } from '../support/broadcast-world.ts';
import { advance, newUser } from '../support/series.ts';
import { slipIn } from '../support/slip-in.ts';
import { startServer, TEST_CLOCK, type Answer, type TestServer } from '../support/server.ts';

/** Goal: a broadcast goes from draft to sent over HTTP as docs/broadcasts.md says, and adds up. */
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ transport: null });
  const { db, catalog, consentKey, testEngine } = server.services;
  const deps = { db, catalog, consentKey, onQueued: () => {} };
  Object.assign(testEngine, { timed: timedBroadcasts(deps) });
});
afterAll(() => server.close());

const NOW = TEST_CLOCK.toISOString();
const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';
const EMAIL = { subject: 'News for {{ user.name }}', html: '<p>News</p>' };
const EVERYBODY = { everybody: true };
const CHANGED = { status: 409, body: { code: 'broadcast.changed' } };

interface Side {
  readonly workspaceId: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly make: (body?: object) => Promise<string>;
  readonly act: (id: string, move: string, body?: unknown) => Promise<Answer>;
  readonly user: (traits?: object) => Promise<string>;
  readonly advanceTo: (to: string) => Promise<unknown>;
}

/** A test side of its own. */
async function newSide(): Promise<Side> {
  const { test: side } = await server.newWorkspace();
  const secret = { key: side.secretKey };
  const call: Side['call'] = (method, path, body) => server.v1(method, path, body, secret);
  return {
    workspaceId: side.id,
    call,
    make: async (body = {}) => {
      const whole = { name: 'News', email: EMAIL, audience: EVERYBODY, ...body };
      const made = await call('POST', '/broadcasts', whole);
      expect(made.status, made.text).toBe(201);
      return made.body.id as string;
    },
    act: (id, move, body) => call('POST', `/broadcasts/${id}/${move}`, body),
    user: (traits = {}) => newUser(server, traits, { key: side.widgetKey }),
    advanceTo: (to) => advance(server, to, secret),
  };
}

const sumOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

interface Stats {
  readonly status: string;
  readonly total: number;
  readonly outcomes: Record<string, number>;
  readonly audience: Record<string, number>;
}

interface Sent {
  readonly user_id: string;
  readonly sent_at: string;
}

interface Recipient {
  readonly user_id: string;
  readonly outcome: string;
  readonly reason: string | null;
}

/** The figures, which always add up. */
async function statsOf({ call }: Side, id: string): Promise<Stats> {
  const { status, body, text } = await call('GET', `/broadcasts/${id}/stats`);
  expect(status, text).toBe(200);
  expect(sumOf(body.outcomes)).toBe(body.total);
  const { matched, ...classes } = body.audience;
  expect(sumOf(classes)).toBe(matched);
  return body;
}

const messagesOf = async ({ call }: Side): Promise<Sent[]> =>
  (await call('GET', '/messages?limit=200')).body.data;

describe('drafts', () => {
  test('are made, read, listed, changed and deleted', async () => {
    const { call, make } = await newSide();
    const id = await make();
    const read = await call('GET', `/broadcasts/${id}`);
    expect(read.body).toEqual({
      id,
      type: 'broadcast',
      name: 'News',
      status: 'draft',
      email: EMAIL,
      audience: EVERYBODY,
      etag: expect.stringMatching(/^[0-9a-f]{64}$/),
      scheduled_for: null,
      started_at: null,
      finished_at: null,
      created_at: NOW,
      updated_at: NOW,
    });
    expect((await call('GET', '/broadcasts')).body.data).toEqual([read.body]);
    expect((await call('GET', '/broadcasts?status=draft')).body.data).toHaveLength(1);
    expect((await call('GET', '/broadcasts?status=sent')).body.data).toEqual([]);
    const schedule = { local: '2025-04-01T09:00', already_past: 'skip' };
    const changed = await call('PUT', `/broadcasts/${id}`, { name: 'Other', schedule });
    expect(changed.body).toMatchObject({ name: 'Other', schedule, status: 'draft' });
    expect(changed.body).not.toHaveProperty('email');
    expect((await call('DELETE', `/broadcasts/${id}`)).status).toBe(204);
    expect((await call('GET', `/broadcasts/${id}`)).status).toBe(404);
  });

  test('tell every fault with its path', async () => {
    const { call } = await newSide();
    const answer = await call('POST', '/broadcasts', {
      name: '',
      email: { subject: '{{', html: 5 },
      audience: { filter: { field: 'nowhere', operator: 'equals', value: 1 }, list_id: 'x' },
      schedule: { local: '2025-02-30T09:00', already_past: 'never', timezone: 'Nowhere/At_All' },
      spread_minutes: 1_441,
    });
    expect(answer.status).toBe(400);
    const paths = answer.body.details.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'name',
        'email/html',
        'audience/list_id',
        'schedule/local',
        'schedule/already_past',
        'schedule/timezone',
        'spread_minutes',
      ]),
    );
    expect(paths.some((path: string) => path.startsWith('audience/filter'))).toBe(true);
  });

  test.each([
    ['audience', {}],
    ['audience', { everybody: false }],
    ['audience', { everybody: true, list_id: UNKNOWN }],
    ['audience', 'all'],
    ['schedule', {}],
    ['schedule', { at: NOW, local: '2025-04-01T09:00' }],
    ['schedule/at', { at: 'soon' }],
    ['schedule/local', { local: '2025-04-01' }],
  ])('refuse a wrong %s: %j', async (path, value) => {
    const { call } = await newSide();
    const [field] = path.split('/');
    const answer = await call('POST', '/broadcasts', { name: 'x', [field!]: value });
    expect(answer.body.details).toEqual([expect.objectContaining({ path })]);
  });

  test('replace only the one they were made from, and may be told twice', async () => {
    const { call, make } = await newSide();
    const id = await make();
    const { etag } = (await call('GET', `/broadcasts/${id}`)).body;
    const put = (name: string, more: object) =>
      call('PUT', `/broadcasts/${id}`, { name, email: EMAIL, audience: EVERYBODY, ...more });
    const first = await put('First', { etag });
    expect(first.body.etag).not.toBe(etag);
    expect(await put('Second', { etag })).toMatchObject(CHANGED);
    expect(await put('First', { etag })).toMatchObject({
      status: 200,
      body: { etag: first.body.etag },
    });
    // What is scheduled is published anew by it: that is no exception.
    const at = '2025-03-25T09:00:00Z';
    await call('POST', `/broadcasts/${id}/schedule`, { at, etag: first.body.etag });
    expect(await put('Third', { etag })).toMatchObject(CHANGED);
    const schedule = { at };
    const third = await put('Third', { etag: first.body.etag, schedule });
    expect(third.body).toMatchObject({ name: 'Third', status: 'scheduled' });
    const slip = { id, from: 'News for', to: 'Unseen for' };
    const late = slipIn(server.db, slip, () => put('Fourth', { etag: third.body.etag, schedule }));
    expect(await late).toMatchObject(CHANGED);
    // Who names none overwrites whatever there is.
    expect((await put('Fifth', { schedule })).status).toBe(200);
    const [gone, left] = [await make(), await make({ name: 'Other' })];
    const read = (await call('GET', `/broadcasts/${gone}`)).body;
    expect(await call('DELETE', `/broadcasts/${left}?etag=${read.etag}`)).toMatchObject(CHANGED);
    expect((await call('DELETE', `/broadcasts/${gone}?etag=${read.etag}`)).status).toBe(204);
  });

  test.each(['send', 'schedule'])('are sent as they were seen, or not at all: %s', async (move) => {
    const { call, make, act } = await newSide();
    const id = await make({ schedule: { at: '2025-03-25T09:00:00Z' } });
    const seen = async (): Promise<string> => (await call('GET', `/broadcasts/${id}`)).body.etag;
    const etag = await seen();
    const slip = { id, from: 'News for', to: 'Unseen for' };
    expect(await slipIn(server.db, slip, () => act(id, move, { etag }))).toMatchObject(CHANGED);
    expect(await act(id, move, { etag })).toMatchObject(CHANGED);
    expect((await call('GET', `/broadcasts/${id}`)).body.status).toBe('draft');
    expect((await act(id, move, { etag: 5 })).body.details[0].path).toBe('etag');
    const done = await act(id, move, { etag: await seen() });
    expect(done.body.status, done.text).toBe('scheduled');
  });

  test('that name a time are not sent at once', async () => {
    const { call, make, act } = await newSide();
    const id = await make();
    for (const when of [{ at: '2025-03-25T09:00:00Z' }, { local: '2025-03-25T09:00' }]) {
      const answer = await act(id, 'send', when);
      expect([answer.status, answer.body.code]).toEqual([400, 'series.invalid']);
    }
    expect((await call('GET', `/broadcasts/${id}`)).body.status).toBe('draft');
  });

  test('are sent only when nothing is missing', async () => {
    const { call, act } = await newSide();
    const { body } = await call('POST', '/broadcasts', { name: 'x' });
    const answer = await act(body.id, 'send');
    expect(answer.status).toBe(400);
    const paths = answer.body.details.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['email/subject', 'audience']));
    const other = await act(body.id, 'schedule');
    expect(other.body.details.map(({ path }: { path: string }) => path)).toContain('schedule');
  });

  test('of another side are not there', async () => {
    const mine = await newSide();
    const theirs = await newSide();
    const id = await mine.make();
    for (const path of ['', '/stats', '/recipients', '/audience_count']) {
      expect((await theirs.call('GET', `/broadcasts/${id}${path}`)).status).toBe(404);
    }
    for (const move of ['send', 'schedule', 'pause', 'resume', 'cancel']) {
      const answer = await theirs.act(id, move);
      expect(answer).toMatchObject({ status: 404, body: { error: 'Broadcast not found' } });
    }
  });
});

describe('sending', () => {
  test('reaches everybody with an address, and says who was left out and why', async () => {
    const side = await newSide();
    const ada = await side.user({ name: 'Ada' });
    await server.db`update users set created_at = created_at - interval '1 day' where external_id = ${ada}`;
    const again = await side.user({ email: `${ada.toUpperCase()}@Example.com` });
    const nobody = await side.user({ email: null });
    const gone = await side.user();
    await choose(server.db, side.workspaceId, { externalId: gone }, { state: 'unsubscribed' });
    const id = await side.make();

    const count = await side.call('GET', `/broadcasts/${id}/audience_count`);
    expect(count.body).toEqual({
      matched: 3,
      unsubscribed: 1,
      suppressed: 0,
      no_address: 0,
      invalid_address: 0,
      duplicate_address: 1,
      capped: 0,
      already_past: 0,
      will_send: 1,
    });
    const filter = { field: 'traits.plan', operator: 'is_not_set' };
    const body = { audience: { filter } };
    const other = await side.call('POST', `/broadcasts/${id}/audience_count`, body);
    expect(other.body).toMatchObject({ matched: 4, no_address: 1, will_send: 1 });

    const sent = await side.act(id, 'send');
    expect(sent.body).toMatchObject({ status: 'scheduled', scheduled_for: NOW });
    await side.advanceTo(NOW);
    const read = await side.call('GET', `/broadcasts/${id}`);
    expect(read.body).toMatchObject({ status: 'sent', started_at: NOW, finished_at: NOW });
    expect(await messagesOf(side)).toMatchObject([
      { user_id: ada, automation_id: id, step_id: 'email', subject: 'News for Ada' },
    ]);
    const stats = await statsOf(side, id);
    expect(stats).toMatchObject({ status: 'sent', total: 1, outcomes: { sent: 1 } });
    expect(stats.audience).toEqual(count.body);

    const list = await side.call('GET', `/broadcasts/${id}/recipients`);
    const outcomes = Object.fromEntries(
      list.body.data.map((one: Recipient) => [one.user_id, [one.outcome, one.reason]]),
    );
    expect(outcomes).toEqual({
      [ada]: ['sent', null],
      [again]: ['duplicate_address', 'duplicate_address'],
      [gone]: ['unsubscribed', 'unsubscribed'],
    });
    expect(outcomes).not.toHaveProperty(nobody);
    const one = await side.call('GET', `/broadcasts/${id}/recipients?user_id=${ada}`);
    expect(one.body.data).toMatchObject([{ user_id: ada, outcome: 'sent', sent_at: NOW }]);
    const message = await side.call('GET', `/messages/${one.body.data[0].message_id}`);
    expect(message.body.reasons[0]).toMatchObject({ rule: 'broadcast', outcome: 'sent at once' });
  });

  test('a page of recipients holds so many, and the next goes on behind it', async () => {
    const side = await newSide();
    const users = new Set<string>();
    for (let index = 0; index < 7; index += 1) users.add(await side.user());
    const id = await side.make();
    await side.act(id, 'send');
    await side.advanceTo(NOW);
    for (const filter of ['', '&outcome=sent']) {
      const seen: string[] = [];
      let cursor = '';
      for (let pages = 0; pages < 10; pages += 1) {
        const path = `/broadcasts/${id}/recipients?limit=3${filter}&cursor=${cursor}`;
        const { body } = await side.call('GET', path);
        seen.push(...body.data.map((one: Recipient) => one.user_id));
        if (body.next_cursor === null) break;
        cursor = body.next_cursor;
      }
      expect(seen.toSorted()).toEqual([...users].toSorted());
    }
    const failed = await side.call('GET', `/broadcasts/${id}/recipients?outcome=failed`);
    expect(failed.body).toEqual({ data: [], next_cursor: null });
    const wrong = await side.call('GET', `/broadcasts/${id}/recipients?outcome=lost`);
    expect(wrong.status).toBe(400);
  });

  test('a list’s subscribers get what belongs to their list, and who leaves it meanwhile does not', async () => {
    const side = await newSide();
    const [stays, leaves] = [await side.user(), await side.user()];
    await side.user();
    const listId = await addList(server.db, side.workspaceId, 'opt_in');
    for (const externalId of [stays, leaves]) {
      const person = { externalId };
      await choose(server.db, side.workspaceId, person, { state: 'subscribed', listId });
    }
    const id = await side.make({ audience: { list_id: listId }, spread_minutes: 60 });
    await side.act(id, 'send');
    const { body } = await side.call('GET', `/broadcasts/${id}/audience_count`);
    expect(body).toMatchObject({ matched: 2, will_send: 2 });
    // Written down, but nobody's time has come.
    await side.advanceTo(NOW);
    await server.db`
      update preferences p set state = 'unsubscribed' from users u
       where p.list_id = ${listId} and u.bucket = p.bucket and u.id = p.user_id
         and u.external_id = ${leaves} and u.workspace_id = ${side.workspaceId}
    `;
    await side.advanceTo('2025-03-24T10:00:00.000Z');
    expect((await messagesOf(side)).map(({ user_id }) => user_id)).toEqual([stays]);
    expect(await statsOf(side, id)).toMatchObject({
      status: 'sent',
      outcomes: { sent: 1, skipped: 1 },
    });
    const list = await side.call('GET', `/broadcasts/${id}/recipients?outcome=skipped`);
    expect(list.body.data).toMatchObject([{ user_id: leaves, reason: 'unsubscribed:list' }]);
  });

  test('at one instant for everybody', async () => {
    const side = await newSide();
    await side.user();
    const id = await side.make();
    const at = '2025-03-25T09:00:00.000Z';
    const ordered = await side.act(id, 'schedule', { at });
    expect(ordered.body).toMatchObject({ status: 'scheduled', scheduled_for: at });
    expect((await side.call('GET', '/test_clock')).body.next_due).toBe(at);
    await side.advanceTo('2025-03-25T08:59:59.999Z');
    expect(await messagesOf(side)).toEqual([]);
    await side.advanceTo('2025-03-26T00:00:00.000Z');
    expect(await messagesOf(side)).toMatchObject([{ scheduled_for: at, sent_at: at }]);
    expect((await side.call('GET', `/broadcasts/${id}`)).body).toMatchObject({
      status: 'sent',
      started_at: at,
    });
  });

  test('at a local time of each person, over a clock change', async () => {
    const side = await newSide();
    const zones = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York', null];
    for (const timezone of zones) await side.user({ timezone });
    const local = '2025-03-30T09:00';
    const id = await side.make({ schedule: { local, timezone: 'Asia/Kolkata' } });
    const ordered = await side.act(id, 'schedule');
    expect(ordered.body.scheduled_for).toBe('2025-03-29T19:00:00.000Z');
    await side.advanceTo('2025-04-01T00:00:00.000Z');
    const times = (await messagesOf(side)).map(({ sent_at }) => sent_at).toSorted();
    // Tokyo, Kolkata, Berlin on summer time since that night, New York.
    expect(times).toEqual([
      '2025-03-30T00:00:00.000Z',
      '2025-03-30T03:30:00.000Z',
      '2025-03-30T07:00:00.000Z',
      '2025-03-30T13:00:00.000Z',
    ]);
  });

  test.each([
    ['now', 2, [NOW, '2025-03-24T09:30:00.000Z']],
    ['tomorrow', 2, ['2025-03-24T09:30:00.000Z', '2025-03-25T01:30:00.000Z']],
    ['skip', 1, ['2025-03-24T09:30:00.000Z']],
  ])('whose time has passed at the start: %s', async (already_past, total, times) => {
    const side = await newSide();
    // It is 17:00 in Tokyo and 09:00 in Berlin.
    await side.user({ timezone: 'Asia/Tokyo' });
    await side.user({ timezone: 'Europe/Berlin' });
    const id = await side.make();
    await side.act(id, 'schedule', { local: '2025-03-24T10:30', already_past });
    const { body } = await side.call('GET', `/broadcasts/${id}/audience_count`);
    expect(body).toMatchObject({ matched: 2, already_past: 2 - total, will_send: total });
    await side.advanceTo('2025-03-27T00:00:00.000Z');
    const sent = (await messagesOf(side)).map(({ sent_at }) => sent_at).toSorted();
    expect(sent).toEqual(times);
    expect((await statsOf(side, id)).total).toBe(total);
  });

  test.each([
    [{ at: '2025-03-24T07:59:59.999Z' }, 'at'],
    [{ at: '2035-03-24T08:00:00.000Z' }, 'at'],
    [{ local: '2025-03-23T19:00' }, 'local'],
    [{ local: 'tomorrow' }, 'local'],
    [{ at: NOW, local: '2025-04-01T09:00' }, ''],
  ])('not in the past, nor too far ahead: %j', async (order, path) => {
    const side = await newSide();
    const id = await side.make();
    const answer = await side.act(id, 'schedule', order);
    expect(answer).toMatchObject({ status: 400, body: { details: [{ path }] } });
    expect((await side.call('GET', `/broadcasts/${id}`)).body.status).toBe('draft');
  });

  test('what is scheduled can be changed and ordered anew until it begins', async () => {
    const side = await newSide();
    await side.user();
    const id = await side.make();
    await side.act(id, 'schedule', { at: '2025-03-25T09:00:00.000Z' });
    const body = { name: 'News', email: { ...EMAIL, subject: 'Newer' }, audience: EVERYBODY };
    const changed = await side.call('PUT', `/broadcasts/${id}`, body);
    expect(changed.body).toMatchObject({ status: 'scheduled' });
    expect(changed.body.scheduled_for).toBe('2025-03-25T09:00:00.000Z');
    const lacking = await side.call('PUT', `/broadcasts/${id}`, { name: 'News' });
    expect(lacking.status).toBe(400);
    await side.act(id, 'schedule', { at: '2025-03-26T09:00:00.000Z' });
    await side.advanceTo('2025-03-27T00:00:00.000Z');
    expect(await messagesOf(side)).toMatchObject([
      { subject: 'Newer', sent_at: '2025-03-26T09:00:00.000Z' },
    ]);
    const late = await side.call('PUT', `/broadcasts/${id}`, body);
    expect(late).toMatchObject({ status: 409, body: { code: 'broadcast.not_changeable' } });
    expect((await side.call('DELETE', `/broadcasts/${id}`)).status).toBe(409);
  });
});

describe('pausing, resuming and cancelling', () => {
  test('a paused one goes on where it was, and mails nobody twice', async () => {
    const side = await newSide();
    for (let index = 0; index < 12; index += 1) await side.user();
    const id = await side.make({ spread_minutes: 60 });
    await side.act(id, 'send');
    await side.advanceTo('2025-03-24T08:30:00.000Z');
    const before = (await messagesOf(side)).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(12);
    // What is still to come is planned, hour by hour, until it is paused.
    const planned = (await side.call('GET', '/upcoming')).body;
    expect(planned.series).toMatchObject([
      { series_id: id, type: 'broadcast', sends: 12 - before, parked: { sends: 0 } },
    ]);
    expect(planned.hours[0]).toMatchObject({ hour: '2025-03-24T08:00:00.000Z', series_id: id });
    expect((await side.act(id, 'pause')).body.status).toBe('paused');
    expect((await side.call('GET', '/upcoming')).body.series).toMatchObject([
      { series_id: id, status: 'paused', sends: 0, parked: { sends: 12 - before } },
    ]);
    expect((await side.act(id, 'pause')).body.status).toBe('paused');
    await side.advanceTo('2025-03-24T12:00:00.000Z');
    expect(await messagesOf(side)).toHaveLength(before);
    expect((await statsOf(side, id)).outcomes).toMatchObject({ sent: before });
    expect((await side.act(id, 'resume')).body.status).toBe('sending');
    await side.advanceTo('2025-03-24T12:00:00.000Z');
    const users = (await messagesOf(side)).map(({ user_id }) => user_id);
    expect(new Set(users).size).toBe(12);
    expect(users).toHaveLength(12);
    expect((await side.call('GET', `/broadcasts/${id}`)).body.status).toBe('sent');
  });

  test('one that is paused before it begins waits, and begins late', async () => {
    const side = await newSide();
    await side.user();
    const id = await side.make();
    await side.act(id, 'schedule', { at: '2025-03-24T09:00:00.000Z' });
    await side.act(id, 'pause');
    await side.advanceTo('2025-03-24T10:00:00.000Z');
    expect((await side.act(id, 'resume')).body.status).toBe('scheduled');
    await side.advanceTo('2025-03-24T10:00:00.000Z');
    expect(await messagesOf(side)).toMatchObject([{ sent_at: '2025-03-24T10:00:00.000Z' }]);
  });

  test('what has not begun is cancelled for good, and counted', async () => {
    const side = await newSide();
    for (let index = 0; index < 12; index += 1) await side.user();
    const id = await side.make({ spread_minutes: 60 });
    await side.act(id, 'send');
    await side.advanceTo('2025-03-24T08:30:00.000Z');
    const sent = (await messagesOf(side)).length;
    const cancelled = await side.act(id, 'cancel');
    expect(cancelled.body).toMatchObject({
      status: 'cancelled',
      finished_at: '2025-03-24T08:30:00.000Z',
    });
    await side.advanceTo('2025-03-25T00:00:00.000Z');
    expect(await messagesOf(side)).toHaveLength(sent);
    expect((await statsOf(side, id)).outcomes).toMatchObject({
      sent,
      waiting: 0,
      cancelled: 12 - sent,
    });
    const list = await side.call('GET', `/broadcasts/${id}/recipients?outcome=cancelled&limit=50`);
    expect(list.body.data).toHaveLength(12 - sent);
    for (const move of ['send', 'schedule', 'pause', 'resume']) {
      const answer = await side.act(id, move);
      expect(answer).toMatchObject({ status: 409, body: { code: 'broadcast.wrong_status' } });
    }
  });

  test('a draft can be neither paused, resumed nor cancelled', async () => {
    const side = await newSide();
    const id = await side.make();
    for (const move of ['pause', 'resume', 'cancel']) {
      const answer = await side.act(id, move);
      expect(answer).toMatchObject({
        status: 409,
        body: { error: `Cannot ${move} a broadcast that is draft`, code: 'broadcast.wrong_status' },
      });
    }
  });
});

test('the email of a draft is checked as it would be sent, and what came back is counted by step', async () => {
  const side = await newSide();
  const html = '<p>Hi {{ user.nmae }} <a href="ftp://files.example">files</a></p>';
  const id = await side.make({ email: { subject: 'News', html, list_id: UNKNOWN } });
  const { status, body } = await side.call('GET', `/broadcasts/${id}/checks`);
  expect(status).toBe(200);
  const codes = body.data.map(({ code }: { code: string }) => code);
  expect(codes).toEqual(expect.arrayContaining(['list_missing', 'postal_address_missing']));
  expect(body.data[0]).toMatchObject({ severity: 'error' });
  const results = await side.call('GET', `/broadcasts/${id}/results`);
  expect(results.body).toMatchObject({ total: { sent: 0, clicked: 0 }, steps: [] });
  expect((await side.call('GET', `/series/${id}/results`)).status).toBe(404);
});

test('an email with variants is shared out, and its results are told', async () => {
  const side = await newSide();
  for (let count = 0; count < 12; count += 1) await side.user();
  const variants = [
    { name: 'A', weight: 1 },
    { name: 'B', weight: 1, subject: 'Other news' },
  ];
  const winner = { metric: 'clicked', after: 1_000 };
  const id = await side.make({ email: { ...EMAIL, variants, winner } });
  const scheduled = await side.act(id, 'schedule', { at: '2025-03-24T09:00:00Z' });
  expect(scheduled.status, scheduled.text).toBe(200);
  await side.advanceTo('2025-03-24T10:00:00Z');
  const messages = (await side.call('GET', `/messages?series_id=${id}&limit=50`)).body.data;
  const countOf = (name: string): number =>
    messages.filter(({ variant }: { variant: string }) => variant === name).length;
  expect(countOf('A') + countOf('B')).toBe(12);
  const results = (await side.call('GET', `/broadcasts/${id}/variants`)).body;
  expect(results).toMatchObject({
    automation_id: id,
    variants: [
      { name: 'A', sent: countOf('A') },
      { name: 'B', sent: countOf('B') },
    ],
    winner: { metric: 'clicked', after: 1_000, confidence: 0.95, name: null },
  });
});

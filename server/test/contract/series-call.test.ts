import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type Answer } from '../support/server.ts';
import {
  activeSeries,
  advance,
  draftSeries,
  email,
  enroll,
  move,
  newUser,
} from '../support/series.ts';
import { seriesCall, wait } from '../support/series.ts';

/**
 * Goal: `POST /api/sdk/series` answers as the contract says, byte for byte. Method: one test for each
 * row of its table, and for each thing that the contract says beside it.
 */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const exact = ({ status, text }: Answer) => [status, text];
const ALREADY =
  '{"success":true,"already_enrolled":true,"message":"User is already enrolled in this series"}';
const COMPLETED =
  '{"success":true,"already_completed":true,"message":"User has already completed this series and re-enrollment is disabled"}';
const USED_UP =
  '{"success":true,"already_completed":true,"message":"User has already completed this series the maximum number of times"}';
const REMOVED = '{"success":true,"removed":true}';
const NOT_ENROLLED =
  '{"success":true,"removed":false,"message":"User is not enrolled in this series"}';
const REQUIRED = '{"error":"action, user_id, and series_id are required"}';
const NO_USER = '{"error":"User not found"}';
const NO_SERIES = '{"error":"Series not found"}';
const NOT_A_SERIES = '{"error":"The specified automation is not a series"}';
const NOT_ACTIVE = '{"error":"Series must be active to enroll users"}';
const enrolledAt = (iso: string) => `{"success":true,"enrolled":true,"scheduled_for":"${iso}"}`;
const reenterAfter = (iso: string) =>
  `{"success":true,"already_completed":true,"message":"User can re-enter this series after ${iso}"}`;

let seriesId = '';
let userId = '';
beforeEach(async () => {
  seriesId = await activeSeries(server);
  userId = await newUser(server);
});
const call = (action: string, more: { userId?: string; seriesId?: string; key?: string } = {}) =>
  seriesCall(
    server,
    action,
    { userId: more.userId ?? userId, seriesId: more.seriesId ?? seriesId },
    more.key === undefined ? {} : { key: more.key },
  );

describe('outcomes', () => {
  test('enrolled', async () => {
    expect(exact(await call('enroll'))).toEqual([200, enrolledAt(NOW)]);
  });

  test('in it already', async () => {
    await call('enroll');
    expect(exact(await call('enroll'))).toEqual([200, ALREADY]);
    expect(exact(await call('enroll'))).toEqual([200, ALREADY]);
  });

  test('removed, and not enrolled', async () => {
    expect(exact(await call('remove'))).toEqual([200, NOT_ENROLLED]);
    await call('enroll');
    expect(exact(await call('remove'))).toEqual([200, REMOVED]);
    expect(exact(await call('remove'))).toEqual([200, NOT_ENROLLED]);
  });

  test('with a secret key it is the same', async () => {
    const key = server.test.secretKey;
    expect(exact(await call('enroll', { key }))).toEqual([200, enrolledAt(NOW)]);
    expect(exact(await call('enroll', { key }))).toEqual([200, ALREADY]);
    expect(exact(await call('remove', { key }))).toEqual([200, REMOVED]);
  });

  test('members that nobody knows are ignored', async () => {
    const body = {
      action: 'enroll',
      user_id: userId,
      series_id: seriesId,
      extra: { a: [1] },
      id: 7,
    };
    expect(exact(await server.sdk('/series', body))).toEqual([200, enrolledAt(NOW)]);
  });
});

describe('fields', () => {
  const body = () => ({ action: 'enroll', user_id: userId, series_id: seriesId });

  test.each(['action', 'user_id', 'series_id'])('%s missing, null or empty', async (field) => {
    for (const value of [undefined, null, '']) {
      const answer = await server.sdk('/series', { ...body(), [field]: value });
      expect(exact(answer)).toEqual([400, REQUIRED]);
    }
  });

  test.each(['[]', '"text"', '5', 'true', 'null', '{}', '[{"action":"enroll"}]'])(
    'nothing is there in %s',
    async (text) => {
      expect(exact(await server.sdk('/series', text))).toEqual([400, REQUIRED]);
    },
  );

  test.each(['action', 'user_id', 'series_id', 'user_token'])(
    '%s of another type',
    async (field) => {
      for (const value of [0, 1, 1.5, true, false, [], ['a'], {}, { a: 1 }]) {
        const answer = await server.sdk('/series', { ...body(), [field]: value });
        expect(exact(answer)).toEqual([400, `{"error":"${field} must be a string"}`]);
      }
    },
  );

  test('what is missing is told before what is wrong, in the order of the contract', async () => {
    const missing = { action: 5, user_id: null, series_id: 5 };
    expect(exact(await server.sdk('/series', missing))).toEqual([400, REQUIRED]);
    const types = { action: 'dance', user_id: 5, series_id: 5 };
    expect(exact(await server.sdk('/series', types))).toEqual([
      400,
      '{"error":"user_id must be a string"}',
    ]);
    const long = { action: 'dance', user_id: 'x'.repeat(256), series_id: seriesId };
    expect(exact(await server.sdk('/series', long))).toEqual([
      400,
      '{"error":"user_id must be at most 255 characters"}',
    ]);
  });

  test('a user_id has at most 255 characters', async () => {
    const longest = 'x'.repeat(255);
    expect(exact(await call('enroll', { userId: longest }))).toEqual([404, NO_USER]);
    await server.sdk('/users/identify', { user_id: longest });
    expect(exact(await call('enroll', { userId: longest }))).toEqual([200, enrolledAt(NOW)]);
    expect(exact(await call('enroll', { userId: `${longest}x` }))).toEqual([
      400,
      '{"error":"user_id must be at most 255 characters"}',
    ]);
  });

  test.each(['Enroll', 'ENROLL', ' enroll', 'enroll ', 'subscribe', 'delete', '0', '__proto__'])(
    'the action %j is none',
    async (action) => {
      expect(exact(await call(action))).toEqual([
        400,
        '{"error":"action must be \\"enroll\\" or \\"remove\\""}',
      ]);
    },
  );
});

describe('user, then series, then type, then state', () => {
  test.each(['enroll', 'remove'])('%s of a user never identified', async (action) => {
    const broadcast = await server.v1('POST', '/broadcasts', { name: 'News' });
    const draft = await draftSeries(server);
    for (const id of [seriesId, 'none', broadcast.body.id, draft]) {
      const answer = await call(action, { userId: 'never-seen', seriesId: id });
      expect(exact(answer)).toEqual([404, NO_USER]);
    }
  });

  test.each(['enroll', 'remove'])('%s in a series that is not there', async (action) => {
    const strangers = await Promise.all([
      activeSeries(server, { key: server.live.secretKey }),
      server.newWorkspace().then(({ test: side }) => activeSeries(server, { key: side.secretKey })),
    ]);
    const ids = [
      '0197c5f0-0000-7000-8000-000000000000',
      '00000000-0000-0000-0000-000000000000',
      'none',
      '1',
      seriesId.slice(0, -1),
      `${seriesId}0`,
      seriesId.replaceAll('-', ''),
      `{${seriesId}}`,
      ` ${seriesId}`,
      `urn:uuid:${seriesId}`,
      "' or 1=1 --",
      'é'.repeat(100),
      'x'.repeat(10_000),
      ...strangers,
    ];
    for (const id of ids) {
      expect([id.slice(0, 50), ...exact(await call(action, { seriesId: id }))]).toEqual([
        id.slice(0, 50),
        404,
        NO_SERIES,
      ]);
    }
  });

  test('the id may be spelt in capitals', async () => {
    const capitals = { seriesId: seriesId.toUpperCase() };
    expect(exact(await call('enroll', capitals))).toEqual([200, enrolledAt(NOW)]);
    expect(exact(await call('enroll'))).toEqual([200, ALREADY]);
    expect(exact(await call('remove', capitals))).toEqual([200, REMOVED]);
  });

  test.each(['enroll', 'remove'])('%s with the id of a broadcast', async (action) => {
    const broadcast = await server.v1('POST', '/broadcasts', { name: 'News' });
    const answer = await call(action, { seriesId: broadcast.body.id });
    expect(exact(answer)).toEqual([400, NOT_A_SERIES]);
  });

  test('enroll while draft, paused, completed or archived', async () => {
    const draft = await draftSeries(server);
    expect(exact(await call('enroll', { seriesId: draft }))).toEqual([400, NOT_ACTIVE]);
    await move(server, seriesId, 'pause');
    expect(exact(await call('enroll'))).toEqual([400, NOT_ACTIVE]);
    await move(server, seriesId, 'resume');
    expect(exact(await call('enroll'))).toEqual([200, enrolledAt(NOW)]);
    await move(server, seriesId, 'pause');
    // Also for who is in it: the state is asked before the user's passage.
    expect(exact(await call('enroll'))).toEqual([400, NOT_ACTIVE]);
    await move(server, seriesId, 'archive');
    expect(exact(await call('enroll'))).toEqual([400, NOT_ACTIVE]);
    const completed = await activeSeries(server);
    await server.db`update automations set status = 'completed' where id = ${completed}`;
    server.services.catalog.drop({ workspaceId: server.test.id, id: completed });
    expect(exact(await call('enroll', { seriesId: completed }))).toEqual([400, NOT_ACTIVE]);
    expect(exact(await call('remove', { seriesId: completed }))).toEqual([200, NOT_ENROLLED]);
  });
});

describe('remove', () => {
  test.each([
    ['active', []],
    ['paused', ['pause']],
    ['archived', ['archive']],
    ['paused, then archived', ['pause', 'archive']],
  ])('works while the series is %s', async (_state, transitions) => {
    await call('enroll');
    for (const transition of transitions) await move(server, seriesId, transition);
    const answer = await call('remove');
    // An archived series may have ended the enrollment by itself already.
    if (transitions.includes('archive')) expect(answer.status).toBe(200);
    else expect(exact(answer)).toEqual([200, REMOVED]);
    expect(exact(await call('remove'))).toEqual([200, NOT_ENROLLED]);
    const left = await server.v1('GET', `/series/${seriesId}/recipients?user_id=${userId}`);
    expect(left.body.data).toEqual([]);
  });

  test('of a draft finds nobody', async () => {
    const draft = await draftSeries(server);
    expect(exact(await call('remove', { seriesId: draft }))).toEqual([200, NOT_ENROLLED]);
  });

  test('deletes what waits, ends the enrollment, and leaves what was sent alone', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const [left, kept] = [await activeSeries(server, secret), await activeSeries(server, secret)];
    const ada = await newUser(server, {}, key);
    await enroll(server, { userId: ada, seriesId: left }, key);
    await enroll(server, { userId: ada, seriesId: kept }, key);
    await advance(server, NOW, secret);
    const removed = await seriesCall(server, 'remove', { userId: ada, seriesId: left }, key);
    expect(exact(removed)).toEqual([200, REMOVED]);
    const get = async (path: string) =>
      (await server.v1('GET', path, undefined, secret)).body.data as unknown[];
    expect(await get(`/series/${left}/recipients?user_id=${ada}`)).toEqual([]);
    expect(await get(`/series/${kept}/recipients?user_id=${ada}`)).toHaveLength(1);
    expect(await get(`/series/${left}/enrollments?user_id=${ada}`)).toMatchObject([
      { state: 'removed', ended_at: NOW },
    ]);
    await advance(server, '2025-03-26T00:00:00.000Z', secret);
    expect(await get(`/messages?user_id=${ada}&series_id=${left}`)).toMatchObject([
      { step_id: 'welcome', status: 'accepted' },
    ]);
    expect(await get(`/messages?user_id=${ada}&series_id=${kept}`)).toHaveLength(2);
  });

  test('then enrolled again, a user starts at the first step', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const id = await activeSeries(server, secret);
    const ada = { userId: await newUser(server, {}, key), seriesId: id };
    await enroll(server, ada, key);
    await advance(server, '2025-03-24T20:00:00.000Z', secret);
    expect(exact(await seriesCall(server, 'remove', ada, key))).toEqual([200, REMOVED]);
    const again = await seriesCall(server, 'enroll', ada, key);
    expect(exact(again)).toEqual([200, enrolledAt('2025-03-24T20:00:00.000Z')]);
    await advance(server, 'end', secret);
    const sent = await server.v1('GET', `/messages?user_id=${ada.userId}`, undefined, secret);
    expect(
      sent.body.data.map(({ step_id, sent_at }: { step_id: string; sent_at: string }) => [
        step_id,
        sent_at,
      ]),
    ).toEqual([
      ['second', '2025-03-25T20:00:00.000Z'],
      ['welcome', '2025-03-24T20:00:00.000Z'],
      ['welcome', NOW],
    ]);
    const runs = await server.v1('GET', `/series/${id}/enrollments`, undefined, secret);
    expect(
      runs.body.data.map(({ run, state }: { run: number; state: string }) => [run, state]),
    ).toEqual([
      [2, 'completed'],
      [1, 'removed'],
    ]);
  });
});

describe('scheduled_for', () => {
  const at = (steps: object[], settings: object = {}, traits: object = {}) =>
    activeSeries(server, { steps, settings }).then(async (id) =>
      enroll(server, { userId: await newUser(server, traits), seriesId: id }),
    );

  test('is now for an email at once', async () => {
    expect(await at([email('a')])).toBe(NOW);
  });

  test('is after the waits before the first email', async () => {
    const steps = [
      wait('a', 2, 'hours'),
      wait('b', 1, 'days'),
      email('c', { delay: { amount: 5, unit: 'minutes' } }),
    ];
    expect(await at(steps)).toBe('2025-03-25T10:05:00.000Z');
  });

  test('is inside the send window of the zone that counts', async () => {
    const settings = { send_window: { start: '10:00', end: '11:00' }, timezone: 'Europe/Berlin' };
    expect(await at([email('a')], settings)).toBe('2025-03-24T09:00:00.000Z');
    const zone = { timezone: 'America/New_York' };
    expect(await at([email('a')], settings, zone)).toBe('2025-03-24T14:00:00.000Z');
    const series = { ...settings, use_user_timezone: false };
    expect(await at([email('a')], series, zone)).toBe('2025-03-24T09:00:00.000Z');
    const unknown = { timezone: 'EST5EDT' };
    expect(await at([email('a')], settings, unknown)).toBe('2025-03-24T09:00:00.000Z');
  });

  test('is on a business day that is no holiday, also across a clock change', async () => {
    const settings = {
      send_window: { start: '09:00', end: '17:00' },
      business_days_only: true,
      timezone: 'Europe/Berlin',
    };
    // Saturday; Monday is the first day of summer time.
    expect(await at([wait('a', 5, 'days'), email('b')], settings)).toBe('2025-03-31T07:00:00.000Z');
    const holidays = { ...settings, holidays: { country: 'DE', region: 'BE' } };
    // Good Friday 2025-04-18, Easter Monday the 21st.
    expect(await at([wait('a', 25, 'days'), email('b')], holidays)).toBe(
      '2025-04-22T07:00:00.000Z',
    );
  });

  test('is the time of the first step where no email follows', async () => {
    expect(await at([wait('a', 3, 'hours'), wait('b', 1, 'days')])).toBe(
      '2025-03-24T11:00:00.000Z',
    );
  });

  test('falls back to the zone of the workspace, then to UTC', async () => {
    const { test: side } = await server.newWorkspace({ settings: { timezone: 'Asia/Kolkata' } });
    const id = await activeSeries(server, {
      key: side.secretKey,
      steps: [email('a')],
      settings: { send_window: { start: '20:00', end: '21:00' } },
    });
    const key = { key: side.widgetKey };
    const ada = await newUser(server, {}, key);
    expect(await enroll(server, { userId: ada, seriesId: id }, key)).toBe(
      '2025-03-24T14:30:00.000Z',
    );
    const window = { send_window: { start: '20:00', end: '21:00' } };
    expect(await at([email('a')], window)).toBe('2025-03-24T20:00:00.000Z');
  });
});

describe('finished it', () => {
  async function finished(reenrollment: object | null, settings: object = {}) {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const id = await activeSeries(server, {
      ...secret,
      steps: [email('a')],
      settings: { ...settings, ...(reenrollment === null ? {} : { reenrollment }) },
    });
    const ada = { userId: await newUser(server, {}, key), seriesId: id };
    await enroll(server, ada, key);
    await advance(server, NOW, secret);
    return {
      again: () => seriesCall(server, 'enroll', ada, key),
      remove: () => seriesCall(server, 'remove', ada, key),
      advance: (to: string) => advance(server, to, secret),
    };
  }

  test.each([
    ['by default', null],
    ['when it is off', { enabled: false }],
    ['when it is off, whatever else is set', { enabled: false, cooldown: null, max_runs: 5 }],
  ])('re-enrollment is off %s', async (_name, reenrollment) => {
    const { again, remove, advance: to } = await finished(reenrollment);
    expect(exact(await again())).toEqual([200, COMPLETED]);
    await to('2026-03-24T08:00:00.000Z');
    expect(exact(await again())).toEqual([200, COMPLETED]);
    expect(exact(await remove())).toEqual([200, NOT_ENROLLED]);
    expect(exact(await again())).toEqual([200, COMPLETED]);
  });

  test('re-enrollment is on: at once', async () => {
    const { again, advance: to } = await finished({ enabled: true });
    for (let i = 0; i < 3; i += 1) {
      expect(exact(await again())).toEqual([200, enrolledAt(NOW)]);
      await to(NOW);
    }
  });

  test('re-enrollment is on: after the cooldown, to the millisecond', async () => {
    const { again, advance: to } = await finished({
      enabled: true,
      cooldown: { amount: 2, unit: 'days' },
    });
    const after = '2025-03-26T08:00:00.000Z';
    expect(exact(await again())).toEqual([200, reenterAfter(after)]);
    await to('2025-03-26T07:59:59.999Z');
    expect(exact(await again())).toEqual([200, reenterAfter(after)]);
    await to(after);
    expect(exact(await again())).toEqual([200, enrolledAt(after)]);
  });

  test('a cooldown in days is counted on the calendar of the zone', async () => {
    const { again, advance: to } = await finished(
      { enabled: true, cooldown: { amount: 1, unit: 'weeks' } },
      { timezone: 'Europe/Berlin' },
    );
    // Europe sets its clocks forward on the way: nine in the morning is an hour earlier.
    const after = '2025-03-31T07:00:00.000Z';
    expect(exact(await again())).toEqual([200, reenterAfter(after)]);
    await to(after);
    expect(exact(await again())).toEqual([200, enrolledAt(after)]);
  });

  test('re-enrollment is on: as often as allowed', async () => {
    const { again, advance: to } = await finished({ enabled: true, max_runs: 2 });
    expect(exact(await again())).toEqual([200, enrolledAt(NOW)]);
    await to(NOW);
    expect(exact(await again())).toEqual([200, USED_UP]);
  });

  test('too often is told before too soon', async () => {
    const { again } = await finished({
      enabled: true,
      max_runs: 1,
      cooldown: { amount: 1, unit: 'days' },
    });
    expect(exact(await again())).toEqual([200, USED_UP]);
  });

  test('a run that was removed does not count as one', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const id = await activeSeries(server, {
      ...secret,
      settings: { reenrollment: { enabled: true, max_runs: 1 } },
    });
    const ada = { userId: await newUser(server, {}, key), seriesId: id };
    for (let i = 0; i < 3; i += 1) {
      await enroll(server, ada, key);
      expect(exact(await seriesCall(server, 'remove', ada, key))).toEqual([200, REMOVED]);
    }
    await enroll(server, ada, key);
    await advance(server, 'end', secret);
    expect(exact(await seriesCall(server, 'enroll', ada, key))).toEqual([200, USED_UP]);
  });
});

test('a hundred enrolls of one user at once make one enrollment and one answer `enrolled`', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => call('enroll')));
  const texts = answers.map(({ text }) => text);
  expect(texts.filter((text) => text === enrolledAt(NOW))).toHaveLength(1);
  expect(texts.filter((text) => text === ALREADY)).toHaveLength(99);
  const listed = await server.v1('GET', `/series/${seriesId}/enrollments`);
  expect(listed.body.data).toHaveLength(1);
});

test('ids mean users of one side of one workspace only', async () => {
  const { live } = server;
  const id = await activeSeries(server, { key: live.secretKey });
  const answer = await call('enroll', { seriesId: id, key: live.secretKey });
  expect(exact(answer)).toEqual([404, NO_USER]);
});

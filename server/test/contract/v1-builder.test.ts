import { afterAll, expect, test } from 'vitest';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, advance, draftSeries, email, enroll } from '../support/series.ts';
import { newUser, wait } from '../support/series.ts';

/**
 * Goal: the canvas shows the times that the engine then keeps, every fault at its step, and who is where.
 * Method: the test side, whose clock stands at a Monday, 08:00 UTC.
 */
const server = await startServer();
afterAll(server.close);

const ask = async (path: string) => {
  const answer = await server.v1('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const outline = async (body: object, path = '/series/outline') => {
  const answer = await server.v1('POST', path, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
type Step = Record<string, unknown> & { step_id: string };
const byId = ({ steps }: { steps: Step[] }): Record<string, Step> =>
  Object.fromEntries(steps.map((step) => [step.step_id, step]));

const BRANCHING = [
  email('hello'),
  wait('pause', 3, 'days'),
  {
    id: 'bought',
    type: 'wait_for_event',
    event_type: 'order_placed',
    timeout: { amount: 4, unit: 'days' },
    next: 'thanks',
    on_timeout: 'nudge',
  },
  email('nudge', { next: 'late' }),
  email('thanks', { next: 'late' }),
  wait('late', 1, 'days'),
  email('last', { next: null }),
];
const OFFICE = {
  timezone: 'Europe/Berlin',
  send_window: { start: '09:00', end: '17:00' },
  business_days_only: true,
  holidays: { country: 'DE' },
};

test('each step of an unsaved draft has its day, as the window and the waits have it', async () => {
  const answer = await outline({ steps: BRANCHING, settings: OFFICE, at: '2026-11-20T18:00:00Z' });
  expect(answer.faults).toEqual([]);
  expect(answer.timezone).toEqual({ name: 'Europe/Berlin', source: 'series' });
  const steps = byId(answer);
  // A Friday evening: the first email waits for Monday.
  expect(steps['hello']).toMatchObject({
    day: 3,
    weekday: 'Mon',
    local_time: '09:00',
    at: '2026-11-23T08:00:00.000Z',
    timezone: 'Europe/Berlin',
    certain: true,
    latest: null,
  });
  expect(steps['hello']?.['reasons']).toContainEqual(
    expect.objectContaining({ rule: 'window', outcome: expect.stringContaining('moved to') }),
  );
  expect(steps['pause']).toMatchObject({ day: 6, weekday: 'Thu', local_time: '09:00' });
  expect(steps['bought']).toMatchObject({ day: 10, weekday: 'Mon', local_time: '09:00' });
  expect(steps['nudge']).toMatchObject({ day: 10, certain: true, latest: null });
  expect(steps['thanks']).toMatchObject({ day: 6, certain: false, latest: { day: 10 } });
  expect(steps['last']).toMatchObject({ day: 7, latest: { day: 11, weekday: 'Tue' } });
});

test('the times are those that the engine keeps', async () => {
  const steps = [
    email('one'),
    wait('two', 2, 'business_days'),
    email('three'),
    wait('four', 36, 'hours'),
    email('five'),
  ];
  const settings = { ...OFFICE, send_window: { start: '10:30', end: '11:00' } };
  const seriesId = await activeSeries(server, { steps, settings });
  const userId = await newUser(server, { timezone: 'America/New_York' });
  const told = byId(
    await outline({ user: { timezone: 'America/New_York' } }, `/series/${seriesId}/outline`),
  );
  await enroll(server, { userId, seriesId });
  await advance(server, 'end');
  const { data } = await ask(`/messages?user_id=${userId}`);
  const sent = data.map((one: { step_id: string; sent_at: string }) => [one.step_id, one.sent_at]);
  expect(sent.toReversed()).toEqual(['one', 'three', 'five'].map((id) => [id, told[id]?.['at']]));
});

test('every fault is told at its step, and what can be planned is', async () => {
  const steps = [
    email('a', { delay: { amount: -1, unit: 'days' } }),
    { id: 'b', type: 'teleport', next: 'nowhere' },
    wait('c', 2, 'days', { next: 'd' }),
    email('d', { next: 'c' }),
    email('d'),
    { type: 'end' },
  ];
  const { faults, steps: shown } = await outline({ steps, settings: { priority: 900 } });
  const told = faults.map(({ step_id, code, path }: Record<string, string>) => [
    step_id,
    code,
    path,
  ]);
  expect(told).toEqual(
    expect.arrayContaining([
      ['a', 'field', 'steps/0/delay/amount'],
      ['b', 'field', 'steps/1/type'],
      ['b', 'target', 'steps/1/next'],
      ['d', 'id', 'steps/4/id'],
      [null, 'id', 'steps/5/id'],
      [null, 'settings', 'settings/priority'],
    ]),
  );
  expect(shown.map(({ step_id }: Step) => step_id)).toEqual(['a', 'b', 'c', 'd']);
  expect(byId({ steps: shown })['a']).toMatchObject({ day: 0, certain: false, words: null });
  const circle = [wait('x', 1, 'days'), email('y', { next: 'x' })];
  const around = await outline({ steps: circle });
  expect(around.faults).toMatchObject([{ step_id: 'y', code: 'cycle' }]);
  expect(around.steps).toMatchObject([{ day: null, at: null }, { day: null }]);
  expect((await outline({ steps: [] })).faults).toMatchObject([{ code: 'publish', step_id: null }]);
  expect((await outline({})).faults).toMatchObject([{ code: 'field', path: 'steps' }]);
  expect(
    byId(await outline({ steps: [wait('x', 1, 'days'), email('y')], at: '2026-01-01T00:00:00Z' }))[
      'y'
    ],
  ).toMatchObject({ day: 1 });
});

test('emails are checked where that is asked for', async () => {
  const { html: _html, ...bare } = email('a');
  const steps = [{ ...bare, template_id: crypto.randomUUID() }, email('b')];
  expect((await outline({ steps })).faults).toEqual([]);
  const { faults, warnings } = await outline({ steps, checks: true });
  expect(faults).toMatchObject([{ step_id: 'a', code: 'email', path: 'steps/0/template_id' }]);
  expect(warnings).toContainEqual(expect.objectContaining({ step_id: 'b' }));
});

test('a wait for a date is certain for a person who has one', async () => {
  const steps = [
    { id: 'until', type: 'wait', until: { date: 'user.trial_ends_at', time: '09:00' } },
    email('end'),
  ];
  const at = '2026-03-02T10:00:00Z';
  expect(byId(await outline({ steps, at }))['end']).toMatchObject({ day: 0, certain: false });
  const user = { trial_ends_at: '2026-03-10', timezone: 'Asia/Tokyo' };
  const known = byId(await outline({ steps, at, user }))['end'];
  expect(known).toMatchObject({
    day: 8,
    local_time: '09:00',
    timezone: 'Asia/Tokyo',
    certain: true,
  });
});

test('the settings are said in words', async () => {
  const settings = {
    ...OFFICE,
    entry_trigger: 'event',
    entry_event_name: 'signed_up',
    goal: { event: 'order_placed', within: { amount: 30, unit: 'days' } },
    exit: [{ on: 'unsubscribe' }],
    reenrollment: { enabled: true, cooldown: { amount: 90, unit: 'days' } },
  };
  const { words } = await outline({ steps: BRANCHING, settings });
  expect(words).toEqual({
    window:
      "Sends Mon–Fri 09:00–17:00 in the person's time zone, else Europe/Berlin; not on German public holidays",
    entry: "Whoever does 'signed_up'; or by a call",
    audience: 'Everybody',
    reenrollment:
      'Again once the last run has been completed, 90 days later at the earliest; any number of times',
    goal: "Reached when they do 'order_placed', within 30 days of entering",
    exits: ['Leaves on unsubscribing'],
    caps: 'Priority 0 of 100; an email over the frequency cap waits until it may leave',
    resume: 'What falls due in a pause is sent in the next window',
  });
});

test('the largest series is outlined whole', async () => {
  const steps = Array.from({ length: 250 }, (_, n) => [
    wait(`w${n}`, 1, 'days'),
    email(`e${n}`),
  ]).flat();
  const answer = await outline({ steps, settings: OFFICE });
  expect(answer.steps).toHaveLength(500);
  expect(answer.steps.at(-1).day).toBeGreaterThan(300);
});

test('the body is refused only where it says nothing of a draft', async () => {
  const paths = async (body: object) => {
    const { status, body: said } = await server.v1('POST', '/series/outline', body);
    expect(status).toBe(400);
    return said.details.map(({ path }: { path: string }) => path);
  };
  expect(await paths({ at: 'soon', user: 7, checks: 'yes' })).toEqual(['at', 'user', 'checks']);
  expect(await paths({ user: { email: 'no' } })).toEqual(['user']);
  const missing = await server.v1('POST', `/series/${crypto.randomUUID()}/outline`, {});
  expect(missing.status).toBe(404);
});

async function livedSeries() {
  const { test: side } = await server.newWorkspace();
  const [widget, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
  const steps = [email('one'), wait('two', 2, 'days'), email('three')];
  const seriesId = await activeSeries(server, { ...secret, steps });
  const users: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const more = n === 4 ? { email: null } : {};
    const userId = await newUser(server, { name: `N${n}`, ...more }, widget);
    await enroll(server, { userId, seriesId }, widget);
    users.push(userId);
  }
  await advance(server, new Date(TEST_CLOCK.getTime() + 60_000).toISOString(), secret);
  const get = async (path: string) => {
    const answer = await server.v1('GET', `/series/${seriesId}${path}`, undefined, secret);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };
  const remove = (userId: string) =>
    server.sdk('/series', { action: 'remove', user_id: userId, series_id: seriesId }, widget);
  return { seriesId, users, get, secret, remove };
}

test('each step says how many wait and what became of the others', async () => {
  const { get, users, remove } = await livedSeries();
  await remove(users[0] ?? '');
  const { steps, is_exact } = await get('/step_counts');
  expect(is_exact).toBe(true);
  expect(steps['one']).toEqual({
    waiting: 0,
    processing: 0,
    passed: 4,
    skipped: 1,
    failed: 0,
    cancelled: 0,
    in_doubt: 0,
    sent: 4,
    is_exact: true,
  });
  expect(steps['two']).toMatchObject({ waiting: 4, passed: 0, cancelled: 1 });
  expect(steps['three']).toMatchObject({ waiting: 0, sent: 0 });
});

test('the people at a step are listed, by outcome and by pages', async () => {
  const { get, users } = await livedSeries();
  const at = '/steps/two/people';
  const first = await get(`${at}?limit=3`);
  expect(first.data).toHaveLength(3);
  const second = await get(`${at}?limit=3&cursor=${first.next_cursor}`);
  expect(second.next_cursor).toBeNull();
  const all = [...first.data, ...second.data];
  expect(all.map(({ user_id }) => user_id).toSorted()).toEqual(users.toSorted());
  expect(all[0]).toMatchObject({ state: 'waiting', at: null, version: 1, message_id: null });
  const passed = await get('/steps/one/people?outcome=passed');
  expect(passed.data.map(({ user_id }: { user_id: string }) => user_id).toSorted()).toEqual(
    users.slice(0, 4).toSorted(),
  );
  expect(passed.data[0]).toMatchObject({ state: 'passed', email: expect.stringContaining('@') });
  expect(passed.data[0].message_id).not.toBeNull();
  const skipped = await get('/steps/one/people?outcome=skipped');
  expect(skipped.data).toMatchObject([
    { user_id: users[4], name: 'N4', reason: expect.any(String) },
  ]);
  const searched = await get(`/steps/one/people?outcome=passed&q=${users[1]}@EXAMPLE.com`);
  expect(searched.data).toMatchObject([{ user_id: users[1] }]);
  expect((await get(`${at}?q=${users[2]}`)).data).toMatchObject([{ user_id: users[2] }]);
  expect((await get(`${at}?q=nobody`)).data).toEqual([]);
  expect((await get(`${at}?version=2`)).data).toEqual([]);
  expect((await get('/steps/elsewhere/people')).data).toEqual([]);
});

test('the draft is compared with what is published', async () => {
  const id = await activeSeries(server, {
    steps: [email('one'), wait('two', 2, 'days'), email('three')],
  });
  expect(await ask(`/series/${id}/diff`)).toMatchObject({ from_version: 1, is_same: true });
  const steps = [email('one', { subject: 'New', next: 'three' }), email('three'), email('four')];
  const changed = await server.v1('PUT', `/series/${id}`, {
    name: 'Welcome',
    settings: { timezone: 'Europe/Berlin' },
    steps,
  });
  expect(changed.status, changed.text).toBe(200);
  expect(await ask(`/series/${id}/diff?version=1`)).toEqual({
    from_version: 1,
    is_same: false,
    added: [{ step_id: 'four', type: 'email' }],
    removed: [{ step_id: 'two', type: 'wait' }],
    changed: [
      { step_id: 'one', fields: [{ name: 'subject', before: 'Subject of one', after: 'New' }] },
    ],
    moved: [
      { step_id: 'one', fields: [{ name: 'next', before: 'two', after: 'three' }] },
      { step_id: 'three', fields: [{ name: 'next', before: null, after: 'four' }] },
    ],
    settings: [{ name: 'timezone', before: null, after: 'Europe/Berlin' }],
  });
  const draft = await draftSeries(server);
  expect((await ask(`/series/${draft}/diff`)).added).toHaveLength(3);
  expect((await server.v1('GET', `/series/${id}/diff?version=9`)).status).toBe(404);
});

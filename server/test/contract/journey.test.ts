import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries, advance, email, enroll, move, newUser, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: people go through a series at exactly the planned times, whatever happens on the way. Method:
 * the test clock; every expected instant is reckoned by hand.
 */
const server = await startServer();
afterAll(server.close);

/** Monday, 24 March 2025, 08:00 UTC; Europe sets its clocks forward on the 30th. */
const MONDAY = '2025-03-24T08:00:00.000Z';
const OFFICE = { send_window: { start: '09:00', end: '17:00' } };

async function ownSide() {
  const { test: side } = await server.newWorkspace();
  const key = { key: side.widgetKey };
  const secret = { key: side.secretKey };
  const data = async (path: string) =>
    (await server.v1('GET', path, undefined, secret)).body.data as ReturnType<typeof JSON.parse>[];
  return {
    id: side.id,
    data,
    series: (steps: object[], settings: object = {}) =>
      activeSeries(server, { ...secret, steps, settings }),
    user: (traits: object = {}) => newUser(server, traits, key),
    identify: (userId: string, traits: object) =>
      server.sdk('/users/identify', { user_id: userId, traits }, key),
    enroll: (userId: string, seriesId: string) => enroll(server, { userId, seriesId }, key),
    advance: (to: string) => advance(server, to, secret),
    move: (seriesId: string, transition: string) => move(server, seriesId, transition, secret),
    explain: async (userId: string, seriesId: string) =>
      (await server.v1('GET', `/users/${userId}/explain?series_id=${seriesId}`, undefined, secret))
        .body,
    message: async (id: string) =>
      (await server.v1('GET', `/messages/${id}`, undefined, secret)).body,
    /** Step and time of every email that was sent to a user, oldest first. */
    sent: async (userId: string) => {
      const messages = await data(`/messages?user_id=${userId}&limit=200`);
      return messages
        .filter(({ status }) => status === 'accepted')
        .map(({ step_id, sent_at, scheduled_for }) => {
          expect(sent_at).toBe(scheduled_for);
          return [step_id, sent_at] as const;
        })
        .toSorted(([, a], [, b]) => (a < b ? -1 : 1));
    },
    /** Step and time of the row that waits. */
    waiting: async (seriesId: string, userId: string) =>
      (await data(`/series/${seriesId}/recipients?user_id=${userId}`)).map(
        ({ step_id, scheduled_for, held }) => [step_id, scheduled_for, held],
      ),
  };
}

const WELCOME = [
  email('welcome'),
  wait('settle', 4, 'hours'),
  email('first-project'),
  wait('look-around', 2, 'days'),
  email('three-tips'),
  wait('work', 3, 'business_days'),
  email('how-is-it'),
];
const WELCOME_SETTINGS = {
  ...OFFICE,
  timezone: 'Europe/Berlin',
  business_days_only: true,
  holidays: { country: 'DE', region: 'HH' },
};

describe('a welcome series of four emails', () => {
  test.each([
    // 09:00 in Berlin is now; the last email comes after the clocks were set forward.
    [
      'Europe/Berlin',
      [MONDAY, '2025-03-24T12:00:00.000Z', '2025-03-26T12:00:00.000Z', '2025-03-31T11:00:00.000Z'],
    ],
    // 04:00 in New York: the window opens at 13:00 UTC.
    [
      'America/New_York',
      [
        '2025-03-24T13:00:00.000Z',
        '2025-03-24T17:00:00.000Z',
        '2025-03-26T17:00:00.000Z',
        '2025-03-31T17:00:00.000Z',
      ],
    ],
    // 13:45 in Kathmandu; four hours later the window has closed, until 09:00 of the next day.
    [
      'Asia/Kathmandu',
      [MONDAY, '2025-03-25T03:15:00.000Z', '2025-03-27T03:15:00.000Z', '2025-04-01T03:15:00.000Z'],
    ],
    // 21:00 in Auckland; Sunday's end of summer time is not on the way.
    [
      'Pacific/Auckland',
      [
        '2025-03-24T20:00:00.000Z',
        '2025-03-25T00:00:00.000Z',
        '2025-03-27T00:00:00.000Z',
        '2025-04-01T00:00:00.000Z',
      ],
    ],
    // No zone of their own: Berlin's.
    [
      null,
      [MONDAY, '2025-03-24T12:00:00.000Z', '2025-03-26T12:00:00.000Z', '2025-03-31T11:00:00.000Z'],
    ],
  ])('reaches somebody in %s at the planned times', async (timezone, times) => {
    const side = await ownSide();
    const seriesId = await side.series(WELCOME, WELCOME_SETTINGS);
    const userId = await side.user(timezone === null ? {} : { timezone });
    expect(await side.enroll(userId, seriesId)).toBe(times[0]);
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([
      ['welcome', times[0]],
      ['first-project', times[1]],
      ['three-tips', times[2]],
      ['how-is-it', times[3]],
    ]);
    expect(await side.data(`/series/${seriesId}/enrollments`)).toMatchObject([
      { state: 'completed', entered_at: MONDAY, ended_at: times[3] },
    ]);
  });

  test('is the same in one stride and in many small ones', async () => {
    const [one, many] = [await ownSide(), await ownSide()];
    const run = async (side: typeof one, stride: (end: string) => Promise<void>) => {
      const seriesId = await side.series(WELCOME, WELCOME_SETTINGS);
      const userId = await side.user({ timezone: 'Asia/Kathmandu' });
      await side.enroll(userId, seriesId);
      await stride('2025-04-02T00:00:00.000Z');
      return side.sent(userId);
    };
    const inOne = await run(one, async (end) => void (await one.advance(end)));
    const inMany = await run(many, async (end) => {
      for (let at = Date.parse(MONDAY); at <= Date.parse(end); at += 5 * 3_600_000 + 77_777) {
        await many.advance(new Date(at).toISOString());
      }
      await many.advance(end);
    });
    expect(inMany).toEqual(inOne);
    expect(inOne).toHaveLength(4);
  });

  test('passes over holidays', async () => {
    const side = await ownSide();
    await side.advance('2025-04-15T08:00:00.000Z');
    const seriesId = await side.series(
      [wait('w', 3, 'business_days'), email('a')],
      WELCOME_SETTINGS,
    );
    const userId = await side.user();
    // Tuesday; Wednesday and Thursday count, Good Friday and Easter Monday do not, Tuesday does.
    expect(await side.enroll(userId, seriesId)).toBe('2025-04-22T08:00:00.000Z');
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([['a', '2025-04-22T08:00:00.000Z']]);
  });

  test('says at every stop what comes next, and then does it', async () => {
    const side = await ownSide();
    const seriesId = await side.series(WELCOME, WELCOME_SETTINGS);
    const userId = await side.user({ timezone: 'America/New_York' });
    await side.enroll(userId, seriesId);
    const stops = [];
    for (let why = await side.explain(userId, seriesId); why.next !== null;) {
      const { state, next } = why;
      expect(state).toBe('waiting');
      expect(await side.waiting(seriesId, userId)).toEqual([[next.step_id, next.at, false]]);
      stops.push(next.step_id);
      const { body } = await side.advance(next.at);
      expect(body.now).toBe(next.at);
      expect(body.handled).toBeGreaterThan(0);
      why = await side.explain(userId, seriesId);
    }
    // A wait and the email after it are due at the same instant: one stop.
    expect(stops).toEqual(['welcome', 'settle', 'look-around', 'work']);
    expect((await side.explain(userId, seriesId)).state).toBe('completed');
  });
});

describe('pause and resume', () => {
  const steps = [wait('w', 1, 'days'), email('a'), wait('x', 1, 'hours'), email('b')];

  test('nothing is sent while paused, and what became overdue goes at once when the window is open', async () => {
    const side = await ownSide();
    const seriesId = await side.series(steps, OFFICE);
    const userId = await side.user();
    await side.enroll(userId, seriesId);
    await side.move(seriesId, 'pause');
    await side.advance('2025-03-26T12:00:00.000Z');
    expect(await side.sent(userId)).toEqual([]);
    expect(await side.waiting(seriesId, userId)).toEqual([['w', '2025-03-25T08:00:00.000Z', true]]);
    await side.move(seriesId, 'resume');
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([
      ['a', '2025-03-26T12:00:00.000Z'],
      ['b', '2025-03-26T13:00:00.000Z'],
    ]);
  });

  test('what became overdue waits for the next window when it is closed', async () => {
    const side = await ownSide();
    const seriesId = await side.series([email('a')], OFFICE);
    const userId = await side.user();
    expect(await side.enroll(userId, seriesId)).toBe('2025-03-24T09:00:00.000Z');
    await side.move(seriesId, 'pause');
    await side.advance('2025-03-26T20:00:00.000Z');
    await side.move(seriesId, 'resume');
    await side.advance('2025-03-26T20:00:00.000Z');
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['a', '2025-03-27T09:00:00.000Z', false],
    ]);
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([['a', '2025-03-27T09:00:00.000Z']]);
  });

  test('what is not due yet keeps its time', async () => {
    const side = await ownSide();
    const seriesId = await side.series(steps, OFFICE);
    const userId = await side.user();
    await side.enroll(userId, seriesId);
    await side.move(seriesId, 'pause');
    await side.advance('2025-03-24T20:00:00.000Z');
    await side.move(seriesId, 'resume');
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([
      ['a', '2025-03-25T09:00:00.000Z'],
      ['b', '2025-03-25T10:00:00.000Z'],
    ]);
  });

  test('however often it is paused and resumed, each email is sent once', async () => {
    const side = await ownSide();
    const seriesId = await side.series(steps, OFFICE);
    const userId = await side.user();
    await side.enroll(userId, seriesId);
    for (let day = 24; day < 31; day += 1) {
      await side.move(seriesId, 'pause');
      await side.advance(`2025-03-${day}T11:00:00.000Z`);
      await side.move(seriesId, 'resume');
      await side.advance(`2025-03-${day}T11:30:00.000Z`);
    }
    await side.advance('end');
    expect((await side.sent(userId)).map(([step]) => step)).toEqual(['a', 'b']);
  });

  test('archiving ends what is under way; nothing more is sent', async () => {
    const side = await ownSide();
    const seriesId = await side.series(steps, OFFICE);
    const userId = await side.user();
    await side.enroll(userId, seriesId);
    await side.move(seriesId, 'archive');
    await side.advance('2025-04-24T08:00:00.000Z');
    await until(async () =>
      expect(await side.data(`/series/${seriesId}/enrollments`)).toMatchObject([
        { state: 'ended' },
      ]),
    );
    expect(await side.sent(userId)).toEqual([]);
    expect((await side.explain(userId, seriesId)).state).toBe('ended');
  });
});

test('an email whose window closed before it could be handled waits for the next one', async () => {
  const side = await ownSide();
  const seriesId = await side.series([email('a')], OFFICE);
  const userId = await side.user();
  expect(await side.enroll(userId, seriesId)).toBe('2025-03-24T09:00:00.000Z');
  // The clock passes without anybody at work, as in an outage.
  await server.db`
    update workspaces set clock_now = '2025-03-24T19:30:00Z' where id = ${side.id}
  `;
  await side.advance('2025-03-24T19:30:00.000Z');
  expect(await side.sent(userId)).toEqual([]);
  const [, at] = (await side.waiting(seriesId, userId))[0] ?? [];
  expect(at).toBe('2025-03-25T09:00:00.000Z');
  await side.advance('end');
  expect(await side.sent(userId)).toEqual([['a', '2025-03-25T09:00:00.000Z']]);
});

describe('a user’s zone', () => {
  const settings = { ...OFFICE, timezone: 'Europe/Berlin' };

  test('when it changes, what waits is planned anew', async () => {
    const side = await ownSide();
    const seriesId = await side.series([wait('w', 1, 'days'), email('a')], settings);
    const userId = await side.user({ timezone: 'Europe/Berlin' });
    await side.enroll(userId, seriesId);
    await side.advance('2025-03-24T20:00:00.000Z');
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['w', '2025-03-25T08:00:00.000Z', false],
    ]);
    await side.identify(userId, { timezone: 'America/New_York' });
    // A day on the calendar is the same instant here; the window after it is not.
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['w', '2025-03-25T08:00:00.000Z', false],
    ]);
    await side.advance('2025-03-25T08:00:00.000Z');
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['a', '2025-03-25T13:00:00.000Z', false],
    ]);
    await side.identify(userId, { timezone: 'Asia/Tokyo' });
    // 17:00 in Tokyo: closed this very minute.
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['a', '2025-03-26T00:00:00.000Z', false],
    ]);
    const { next } = await side.explain(userId, seriesId);
    expect(next.at).toBe('2025-03-26T00:00:00.000Z');
    expect(JSON.stringify(next.reasons)).toContain('Asia/Tokyo');
    // Berlin's, where it is nine: due this very instant.
    await side.identify(userId, { timezone: 'Not/AZone' });
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([['a', '2025-03-25T08:00:00.000Z']]);
  });

  test('never plans into the past', async () => {
    const side = await ownSide();
    const seriesId = await side.series([email('a')], {
      send_window: { start: '09:00', end: '10:00' },
    });
    const userId = await side.user({ timezone: 'America/Los_Angeles' });
    expect(await side.enroll(userId, seriesId)).toBe('2025-03-24T16:00:00.000Z');
    await side.advance('2025-03-24T15:00:00.000Z');
    await side.identify(userId, { timezone: 'Europe/Berlin' });
    // 09:00 in Berlin was seven hours ago.
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['a', '2025-03-25T08:00:00.000Z', false],
    ]);
  });

  test('that is deleted leaves the series’ zone', async () => {
    const side = await ownSide();
    const seriesId = await side.series([email('a')], { ...OFFICE, timezone: 'America/Denver' });
    const userId = await side.user({ timezone: 'America/New_York' });
    expect(await side.enroll(userId, seriesId)).toBe('2025-03-24T13:00:00.000Z');
    await side.identify(userId, { timezone: null });
    expect(await side.waiting(seriesId, userId)).toEqual([
      ['a', '2025-03-24T15:00:00.000Z', false],
    ]);
  });

  test('plans anew in every series the user is in, and for nobody else', async () => {
    const side = await ownSide();
    const series = [
      await side.series([email('a')], settings),
      await side.series([email('a')], settings),
    ];
    const [ada, bob] = [
      await side.user({ timezone: 'America/New_York' }),
      await side.user({ timezone: 'America/New_York' }),
    ];
    for (const seriesId of series)
      for (const userId of [ada, bob]) await side.enroll(userId, seriesId);
    await side.identify(ada, { timezone: 'America/Denver' });
    for (const seriesId of series) {
      expect(await side.waiting(seriesId, ada)).toEqual([['a', '2025-03-24T15:00:00.000Z', false]]);
      expect(await side.waiting(seriesId, bob)).toEqual([['a', '2025-03-24T13:00:00.000Z', false]]);
    }
  });
});

describe('an email that cannot be made', () => {
  test.each([
    ['a line end in a header', email('bad', { subject: 'Hi {{ traits.line }}' })],
    [
      'a template without end',
      email('bad', { html: '{% for i in (1..100000000) %}x{% endfor %}' }),
    ],
  ])('fails visibly, and the person goes on: %s', async (_name, bad) => {
    const side = await ownSide();
    const seriesId = await side.series([bad, wait('w', 1, 'days'), email('good')]);
    const userId = await side.user({ line: 'a\r\nBcc: all@example.com' });
    await side.enroll(userId, seriesId);
    await side.advance('end');
    const messages = await side.data(`/messages?user_id=${userId}`);
    expect(messages).toMatchObject([
      { step_id: 'good', status: 'accepted', sent_at: '2025-03-25T08:00:00.000Z' },
      { step_id: 'bad', status: 'rejected', sent_at: null, reason: expect.stringMatching(/\S/) },
    ]);
    const why = await side.explain(userId, seriesId);
    expect(why.state).toBe('completed');
    expect(
      why.reasons.find(({ input }: { input: string }) => input.includes('"bad"')).outcome,
    ).toMatch(/^failed/);
    const stats = await server.db`
      select outcome, reason from step_log where step_id = 'bad' and automation_id = ${seriesId}
    `;
    expect(stats).toMatchObject([{ outcome: 'failed', reason: messages[1]?.['reason'] }]);
  });

  test('to somebody without an address is skipped with its reason, and the person goes on', async () => {
    const side = await ownSide();
    const seriesId = await side.series([email('a'), wait('w', 1, 'days'), email('b')]);
    const userId = await side.user({ email: null });
    await side.enroll(userId, seriesId);
    await side.advance(MONDAY);
    expect(await side.sent(userId)).toEqual([]);
    const why = await side.explain(userId, seriesId);
    const step = why.reasons.find(({ input }: { input: string }) => input.includes('"a"'));
    expect(step.outcome).toMatch(/^skipped.*no_address/);
    await side.identify(userId, { email: 'ada@example.com' });
    await side.advance('end');
    expect(await side.sent(userId)).toEqual([['b', '2025-03-25T08:00:00.000Z']]);
  });

  test('merge tags show the user as they are when it is sent', async () => {
    const side = await ownSide();
    const seriesId = await side.series([
      wait('w', 1, 'days'),
      email('a', { subject: 'Hi {{ user.name }}' }),
    ]);
    const userId = await side.user({ name: 'Before', email: 'before@example.com' });
    await side.enroll(userId, seriesId);
    await side.identify(userId, { name: 'After', email: 'after@example.com' });
    await side.advance('end');
    expect(await side.data(`/messages?user_id=${userId}`)).toMatchObject([
      { subject: 'Hi After', to: 'after@example.com' },
    ]);
  });
});

test('steps may follow each other in any order, and an end ends', async () => {
  const side = await ownSide();
  const seriesId = await side.series([
    email('one', { next: 'three' }),
    { id: 'end', type: 'end' },
    email('three', { next: 'w', delay: { amount: 1, unit: 'minutes' } }),
    wait('w', 1, 'weeks', { next: 'end' }),
  ]);
  const userId = await side.user();
  await side.enroll(userId, seriesId);
  await side.advance('end');
  expect(await side.sent(userId)).toEqual([
    ['one', MONDAY],
    ['three', '2025-03-24T08:01:00.000Z'],
  ]);
  expect(await side.data(`/series/${seriesId}/enrollments`)).toMatchObject([
    { state: 'completed', ended_at: '2025-03-31T08:01:00.000Z' },
  ]);
});

test('a live side goes by the real time, and its worker by itself', async () => {
  const { live } = await server.newWorkspace();
  const secret = { key: live.secretKey };
  const seriesId = await activeSeries(server, {
    ...secret,
    steps: [email('a'), wait('w', 0, 'days'), email('b'), wait('x', 1, 'hours')],
  });
  const userId = await newUser(server, {}, secret);
  const before = Date.now();
  const scheduledFor = Date.parse(await enroll(server, { userId, seriesId }, secret));
  expect(Math.abs(scheduledFor - before)).toBeLessThan(5_000);
  const messages = async () => (await server.v1('GET', '/messages', undefined, secret)).body.data;
  await until(async () => expect(await messages()).toHaveLength(2));
  for (const { sent_at: at, status } of await messages()) {
    expect(status).toBe('accepted');
    expect(Date.parse(at)).toBeLessThan(Date.now() + 1_000);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(scheduledFor);
  }
  const why = await server.v1(
    'GET',
    `/users/${userId}/explain?series_id=${seriesId}`,
    undefined,
    secret,
  );
  expect(why.body).toMatchObject({ state: 'waiting', next: { step_id: 'x' } });
  expect(Date.parse(why.body.next.at)).toBe(scheduledFor + 3_600_000);
});

import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, draftSeries, email, enroll, move, newUser } from '../support/series.ts';
import { TWO_EMAILS, wait } from '../support/series.ts';
import { slipIn } from '../support/slip-in.ts';

/** Goal: series can be made, read, changed, moved and deleted as the contract says, and no wrong ones. */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';
const DEFAULTS = {
  entry_trigger: 'api',
  entry_event_name: null,
  entry_filter: null,
  audience: null,
  reenrollment: { enabled: false, cooldown: null, max_runs: null, after: 'completing' },
  goal: null,
  exit: [],
  priority: 0,
  over_cap: 'delay',
  resume: { late: 'send', after: { amount: 0, unit: 'minutes' } },
};

describe('create', () => {
  test('answers 201 with the draft as it is kept', async () => {
    const body = { name: 'Welcome', steps: TWO_EMAILS };
    const answer = await server.v1('POST', '/series', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(UUID),
      type: 'series',
      name: 'Welcome',
      status: 'draft',
      version: null,
      settings: DEFAULTS,
      // Every email says what it is for.
      steps: TWO_EMAILS.map((step) =>
        step.type === 'email' ? { ...step, purpose: 'marketing' } : step,
      ),
      etag: expect.stringMatching(/^[0-9a-f]{64}$/),
      created_at: NOW,
      updated_at: NOW,
    });
    const read = await server.v1('GET', `/series/${answer.body.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(answer.body);
  });

  test('takes the example of the contract', async () => {
    const settings = {
      entry_trigger: 'api',
      timezone: 'Europe/Berlin',
      use_user_timezone: true,
      send_window: { start: '09:00', end: '17:00' },
      business_days_only: true,
      business_days: [1, 2, 3, 4, 5],
      holidays: { country: 'DE', region: 'BE' },
      reenrollment: { enabled: false, cooldown: null, max_runs: null },
      goal: null,
      exit: [],
    };
    const steps = [
      {
        id: 'welcome',
        type: 'email',
        subject: "Welcome, {{ user.name | default: 'there' }}",
        html: '<p>Hi</p>',
        next: 'wait1',
      },
      { id: 'wait1', type: 'wait', delay: { amount: 1, unit: 'business_days' }, next: 'tips' },
      { id: 'tips', type: 'email', subject: 'Three tips', html: '<p>…</p>', next: null },
    ];
    const answer = await server.v1('POST', '/series', { name: 'Welcome', settings, steps });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ settings, steps });
    expect((await move(server, answer.body.id, 'activate')).body.version).toBe(1);
  });

  test('keeps everything a series can be told', async () => {
    const settings = {
      timezone: 'US/Pacific',
      use_user_timezone: false,
      send_window: { start: '22:00', end: '24:00' },
      max_lateness: { amount: 2, unit: 'hours' },
      spread_minutes: 30,
      reenrollment: { enabled: true, cooldown: { amount: 2, unit: 'weeks' }, max_runs: 3 },
    };
    const steps = [
      email('a', {
        text: 'Text',
        preheader: 'Before',
        from: 'Ada <ada@example.com>',
        reply_to: 'reply@example.com',
        delay: { amount: 0, unit: 'minutes' },
      }),
      wait('b', 90, 'minutes', { next: 'd' }),
      email('d', { next: 'c' }),
      { id: 'c', type: 'end' },
    ];
    const answer = await server.v1('POST', '/series', { name: 'ü'.repeat(200), settings, steps });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({ settings, steps, name: 'ü'.repeat(200) });
  });

  test('a draft may be empty', async () => {
    const answer = await server.v1('POST', '/series', { name: 'Empty', steps: [] });
    expect(answer.status).toBe(201);
  });
});

describe('faults', () => {
  /** Paths of the faults, which must be told with the contract's members and nothing half-written. */
  async function pathsOf(body: unknown, method = 'POST', path = '/series'): Promise<string[]> {
    const answer = await server.v1(method, path, body);
    expect(answer.status, answer.text).toBe(400);
    expect(Object.keys(answer.body)).toEqual(['error', 'code', 'details', 'request_id']);
    const { error, details } = answer.body as {
      error: string;
      details: { path: string; message: string }[];
    };
    expect(details.length).toBeGreaterThan(0);
    for (const { path, message } of details) {
      expect(typeof path).toBe('string');
      expect(message.length).toBeGreaterThan(3);
    }
    expect(error).toContain(details[0]?.message);
    return details.map(({ path }) => path);
  }
  const withSteps = (...steps: unknown[]) => ({ name: 'x', steps });
  const withSettings = (settings: unknown) => ({ name: 'x', settings, steps: TWO_EMAILS });

  test.each([
    ['nothing', {}, ['name', 'steps']],
    ['a list', [], ['']],
    ['no name', { steps: [] }, ['name']],
    ['an empty name', { name: '', steps: [] }, ['name']],
    ['a name that is a number', { name: 5, steps: [] }, ['name']],
    ['a name of 201 characters', { name: 'x'.repeat(201), steps: [] }, ['name']],
    ['steps that are an object', { name: 'x', steps: {} }, ['steps']],
    [
      '501 steps',
      withSteps(...Array.from({ length: 501 }, (_, i) => wait(`s${i}`, 1, 'days'))),
      ['steps'],
    ],
    ['a step that is none', withSteps(null), ['steps/0/id', 'steps/0']],
    ['a step without a type', withSteps({ id: 'a' }), ['steps/0/type']],
    ['a step of no type that there is', withSteps({ id: 'a', type: 'teleport' }), ['steps/0/type']],
    ['a step without an id', withSteps({ ...email('a'), id: undefined }), ['steps/0/id']],
    ['an id with a space', withSteps(email('a b')), ['steps/0/id']],
    ['an id of 65 characters', withSteps(email('a'.repeat(65))), ['steps/0/id']],
    ['an id twice', withSteps(email('a'), email('a')), ['steps/1/id']],
    ['a next that is nowhere', withSteps(email('a', { next: 'b' })), ['steps/0/next']],
    ['a next that is a number', withSteps(email('a', { next: 5 })), ['steps/0/next']],
    ['a ring of one', withSteps(email('a', { next: 'a' })), ['steps/0/next']],
    ['a ring of two', withSteps(email('a'), email('b', { next: 'a' })), ['steps/1/next']],
    ['a step out of reach', withSteps(email('a', { next: null }), email('b')), ['steps/1']],
    [
      'an email without words',
      withSteps({ id: 'a', type: 'email' }),
      ['steps/0/subject', 'steps/0/html'],
    ],
    ['an empty subject', withSteps(email('a', { subject: '' })), ['steps/0/subject']],
    [
      'a subject of 999 characters',
      withSteps(email('a', { subject: 'x'.repeat(999) })),
      ['steps/0/subject'],
    ],
    [
      'a template that does not parse',
      withSteps(email('a', { html: '{% if %}', subject: '{{ user.name' })),
      ['steps/0/subject', 'steps/0/html'],
    ],
    [
      'a filter that is none',
      withSteps(email('a', { subject: '{{ a | nope }}' })),
      ['steps/0/subject'],
    ],
    [
      'a sender that is none',
      withSteps(email('a', { from: 'nobody', reply_to: 'x' })),
      ['steps/0/from', 'steps/0/reply_to'],
    ],
    [
      'a sender with a line end',
      withSteps(email('a', { from: 'A <a@b.co>\r\nBcc: x@y.z' })),
      ['steps/0/from'],
    ],
    ['a wait without a delay', withSteps({ id: 'a', type: 'wait' }), ['steps/0/delay']],
    ['a delay below 0', withSteps(wait('a', -1, 'days')), ['steps/0/delay/amount']],
    ['a delay of a fraction', withSteps(wait('a', 1.5, 'days')), ['steps/0/delay/amount']],
    ['a delay of a hundred years', withSteps(wait('a', 36_500, 'days')), ['steps/0/delay/amount']],
    ['a delay in moons', withSteps(wait('a', 1, 'moons')), ['steps/0/delay/unit']],
    ['a delay as a number', withSteps({ id: 'a', type: 'wait', delay: 5 }), ['steps/0/delay']],
  ])('%s', async (_name, body, paths) => {
    expect((await pathsOf(body)).toSorted()).toEqual([...paths].toSorted());
  });

  test.each([
    ['no object', 5, ['settings']],
    ['a zone that is an abbreviation', { timezone: 'IST' }, ['settings/timezone']],
    ['a zone that is an offset', { timezone: '+02:00' }, ['settings/timezone']],
    ['a zone in POSIX', { timezone: 'EST5EDT' }, ['settings/timezone']],
    ['a zone that is a number', { timezone: 5 }, ['settings/timezone']],
    [
      'a window without hours',
      { send_window: { start: '09:00', end: '09:00' } },
      ['settings/send_window'],
    ],
    [
      'a window at 25 o’clock',
      { send_window: { start: '25:00', end: '9:00' } },
      ['settings/send_window/start', 'settings/send_window/end'],
    ],
    [
      'a window that opens at 24:00',
      { send_window: { start: '24:00', end: '09:00' } },
      ['settings/send_window/start'],
    ],
    ['a window that is a text', { send_window: '9-17' }, ['settings/send_window']],
    ['no business day', { business_days: [] }, ['settings/business_days']],
    ['a day 0', { business_days: [0, 1] }, ['settings/business_days/0']],
    ['a day 8', { business_days: [1, 8] }, ['settings/business_days/1']],
    [
      'a yes for true',
      { business_days_only: 'yes', use_user_timezone: 1 },
      ['settings/use_user_timezone', 'settings/business_days_only'],
    ],
    ['a country that is none', { holidays: { country: 'XX' } }, ['settings/holidays/country']],
    [
      'a region that is none',
      { holidays: { country: 'DE', region: 'XX' } },
      ['settings/holidays/region'],
    ],
    ['holidays of nowhere', { holidays: {} }, ['settings/holidays/country']],
    [
      'a lateness in days',
      { max_lateness: { amount: 1, unit: 'days' } },
      ['settings/max_lateness/unit'],
    ],
    ['a spread below 0', { spread_minutes: -1 }, ['settings/spread_minutes']],
    ['a trigger that is none', { entry_trigger: 'birthday' }, ['settings/entry_trigger']],
    ['an event without a name', { entry_trigger: 'event' }, ['settings/entry_event_name']],
    ['a goal that is none', { goal: { within: 5 } }, ['settings/goal', 'settings/goal/within']],
    ['an exit that is none', { exit: [{ on: 'rain' }] }, ['settings/exit/0/on']],
    ['re-enrollment as a flag', { reenrollment: true }, ['settings/reenrollment']],
    [
      'no run at all',
      { reenrollment: { enabled: 'yes', max_runs: 0, cooldown: { amount: 1, unit: 'x' } } },
      [
        'settings/reenrollment/enabled',
        'settings/reenrollment/cooldown/unit',
        'settings/reenrollment/max_runs',
      ],
    ],
  ])('settings with %s', async (_name, settings, paths) => {
    const found = (await pathsOf(withSettings(settings))).map((path) => path);
    for (const path of paths) {
      expect(
        found.some(
          (each) => each === path || path.startsWith(`${each}/`) || each.startsWith(`${path}/`),
        ),
      ).toBe(true);
    }
    expect(found).toHaveLength(paths.length);
  });

  test('all at once in one answer', async () => {
    const body = {
      name: '',
      settings: {
        timezone: 'Nowhere',
        send_window: { start: 'x', end: '17:00' },
        holidays: { country: 'XX' },
        reenrollment: { max_runs: 0 },
      },
      steps: [
        email('a', { subject: '', next: 'nowhere' }),
        wait('b', -1, 'days', { next: 'b' }),
        { id: 'c', type: 'dance' },
      ],
    };
    expect((await pathsOf(body)).toSorted()).toEqual(
      [
        'name',
        'settings/timezone',
        'settings/send_window/start',
        'settings/holidays/country',
        'settings/reenrollment/max_runs',
        'steps/0/subject',
        'steps/0/next',
        'steps/1',
        'steps/1/delay/amount',
        'steps/1/next',
        'steps/2',
        'steps/2/type',
      ].toSorted(),
    );
  });

  test('a change of the draft is checked alike, and leaves it as it was', async () => {
    const id = await draftSeries(server);
    const before = await server.v1('GET', `/series/${id}`);
    expect(
      await pathsOf({ name: 'x', steps: [email('a', { next: 'b' })] }, 'PUT', `/series/${id}`),
    ).toEqual(['steps/0/next']);
    expect((await server.v1('GET', `/series/${id}`)).text).toBe(before.text);
  });

  test('what cannot go live is refused when it is activated', async () => {
    const empty = await draftSeries(server, { steps: [] });
    expect(await pathsOf(undefined, 'POST', `/series/${empty}/activate`)).toEqual(['steps']);
    const end = await draftSeries(server, { steps: [{ id: 'a', type: 'end' }] });
    expect(await pathsOf(undefined, 'POST', `/series/${end}/activate`)).toEqual(['steps/0']);
    expect((await server.v1('GET', `/series/${end}`)).body).toMatchObject({
      status: 'draft',
      version: null,
    });
  });
});

describe('change and delete', () => {
  test('PUT replaces the draft; what it does not name falls back to the default', async () => {
    const id = await draftSeries(server, { settings: { timezone: 'Asia/Tokyo' } });
    const body = { name: 'Other', steps: [email('z')] };
    const answer = await server.v1('PUT', `/series/${id}`, body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      name: 'Other',
      status: 'draft',
      version: null,
      settings: DEFAULTS,
      steps: [email('z')],
    });
    expect(answer.body.settings).not.toHaveProperty('timezone');
    expect((await server.v1('GET', `/series/${id}`)).body).toEqual(answer.body);
  });

  test('a change of an active series waits for `publish`; who is in it stays on their version', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const id = await activeSeries(server, {
      ...secret,
      steps: [wait('w', 1, 'hours'), email('old')],
    });
    const enter = async () => {
      const userId = await newUser(server, {}, key);
      await enroll(server, { userId, seriesId: id }, key);
      return userId;
    };
    const before = await enter();
    const body = { name: 'New', steps: [wait('w', 1, 'hours'), email('new')] };
    const changed = await server.v1('PUT', `/series/${id}`, body, secret);
    expect(changed.body).toMatchObject({ status: 'active', version: 1, steps: body.steps });
    const between = await enter();
    expect((await move(server, id, 'publish', secret)).body).toMatchObject({
      status: 'active',
      version: 2,
    });
    const after = await enter();
    await server.v1('POST', '/test_clock/advance', { by: { hours: 1 } }, secret);
    const stepsOf = async (userId: string) =>
      (await server.v1('GET', `/messages?user_id=${userId}`, undefined, secret)).body.data.map(
        ({ step_id }: { step_id: string }) => step_id,
      );
    expect([await stepsOf(before), await stepsOf(between), await stepsOf(after)]).toEqual([
      ['old'],
      ['old'],
      ['new'],
    ]);
    const listed = await server.v1('GET', `/series/${id}/enrollments`, undefined, secret);
    expect(listed.body.data.map(({ version }: { version: number }) => version).toSorted()).toEqual([
      1, 1, 2,
    ]);
  });

  test('a draft can be deleted, once', async () => {
    const id = await draftSeries(server);
    const answer = await server.v1('DELETE', `/series/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE']) {
      expect(await server.v1(method, `/series/${id}`)).toMatchObject({
        status: 404,
        body: { error: 'Series not found', code: 'series.not_found' },
      });
    }
  });

  test('only a draft can be deleted', async () => {
    const id = await activeSeries(server);
    for (const transition of ['pause', 'archive']) {
      const answer = await server.v1('DELETE', `/series/${id}`);
      expect(answer).toMatchObject({ status: 409, body: { code: 'series.not_a_draft' } });
      await move(server, id, transition);
    }
    expect((await server.v1('DELETE', `/series/${id}`)).status).toBe(409);
    expect((await server.v1('GET', `/series/${id}`)).status).toBe(200);
  });

  test('a draft replaces only the one it was made from, and may be told twice', async () => {
    const id = await draftSeries(server);
    const read = (await server.v1('GET', `/series/${id}`)).body;
    const put = (more: object) => server.v1('PUT', `/series/${id}`, { ...read, ...more });
    const first = await put({ name: 'First' });
    expect(first.status, first.text).toBe(200);
    expect(first.body.etag).not.toBe(read.etag);
    expect(await put({ name: 'Second' })).toMatchObject({
      status: 409,
      body: { code: 'series.changed' },
    });
    expect(await put({ name: 'First' })).toMatchObject({
      status: 200,
      body: { name: 'First', etag: first.body.etag },
    });
    expect((await server.v1('GET', `/series/${id}`)).body).toEqual(
      expect.objectContaining({ name: 'First', etag: first.body.etag }),
    );
    expect((await put({ name: 'Third', etag: first.body.etag })).status).toBe(200);
    // Who names none overwrites whatever there is, as before.
    expect((await put({ name: 'Fourth', etag: undefined })).status).toBe(200);
  });

  test('of two changes of one draft at the same moment one is refused', async () => {
    const id = await draftSeries(server);
    const read = (await server.v1('GET', `/series/${id}`)).body;
    const answers = await Promise.all(
      ['One', 'Two'].map((name) => server.v1('PUT', `/series/${id}`, { ...read, name })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  test('an etag is of what a draft says, however it is written', async () => {
    const id = await draftSeries(server);
    const etagOf = async (steps: object[], settings: object = {}): Promise<string> => {
      const answer = await server.v1('PUT', `/series/${id}`, { name: 'Same', steps, settings });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.etag;
    };
    const [first, second] = [email('a'), email('b')];
    const plain = await etagOf([first, second]);
    const spelled = [{ ...first, next: 'b', text: null, purpose: 'marketing' }, second];
    expect(await etagOf(spelled, { priority: 0 })).toBe(plain);
    const others = [
      await etagOf([first, { ...second, subject: 'Other' }]),
      await etagOf([second, first]),
      await etagOf([first, second], { priority: 1 }),
      await etagOf([first, wait('c', 1, 'days'), second]),
    ];
    expect(new Set([plain, ...others]).size).toBe(5);
  });

  test('an archived series cannot be changed', async () => {
    const id = await activeSeries(server);
    await move(server, id, 'archive');
    const answer = await server.v1('PUT', `/series/${id}`, { name: 'x', steps: [] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'series.archived' } });
  });
});

describe('moves', () => {
  /** The status that each move leads to; null where it is refused. */
  const TABLE: Record<string, Record<string, string | null>> = {
    draft: { activate: 'active', pause: null, resume: null, publish: null, archive: 'archived' },
    active: {
      activate: 'active',
      pause: 'paused',
      resume: 'active',
      publish: 'active',
      archive: 'archived',
    },
    paused: {
      activate: null,
      pause: 'paused',
      resume: 'active',
      publish: 'paused',
      archive: 'archived',
    },
    archived: { activate: null, pause: null, resume: null, publish: null, archive: 'archived' },
  };
  const WAY: Record<string, string[]> = {
    draft: [],
    active: ['activate'],
    paused: ['activate', 'pause'],
    archived: ['activate', 'archive'],
  };
  const cases = Object.entries(TABLE).flatMap(([from, moves]) =>
    Object.entries(moves).map(([transition, to]) => [from, transition, to] as const),
  );

  test.each(cases)('%s, %s: %s', async (from, transition, to) => {
    const id = await draftSeries(server);
    for (const step of WAY[from] ?? []) await move(server, id, step);
    const before = await server.v1('GET', `/series/${id}`);
    const answer = await server.v1('POST', `/series/${id}/${transition}`);
    const after = await server.v1('GET', `/series/${id}`);
    if (to === null) {
      expect(answer).toMatchObject({
        status: 409,
        body: {
          code: 'series.wrong_status',
          error: `Cannot ${transition} a series that is ${from}`,
        },
      });
      expect(after.text).toBe(before.text);
      return;
    }
    expect(answer).toMatchObject({ status: 200, body: { id, status: to } });
    expect(after.body).toEqual(answer.body);
    if (to === from && transition !== 'publish') expect(after.text).toBe(before.text);
  });

  test('said again, each changes nothing', async () => {
    const id = await draftSeries(server);
    for (const transition of ['activate', 'pause', 'resume', 'archive']) {
      const first = await move(server, id, transition);
      expect((await move(server, id, transition)).text).toBe(first.text);
    }
    expect((await server.v1('GET', `/series/${id}`)).body.version).toBe(1);
  });

  test('activate publishes version 1, each publish the next', async () => {
    const id = await draftSeries(server);
    const versions = [];
    for (const transition of ['activate', 'publish', 'pause', 'publish', 'resume']) {
      versions.push((await move(server, id, transition)).body.version);
    }
    expect(versions).toEqual([1, 2, 2, 3, 3]);
  });

  test('twenty at once publish twenty versions', async () => {
    const id = await activeSeries(server);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.v1('POST', `/series/${id}/publish`)),
    );
    const versions = answers.map(({ body }) => body.version as number);
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  });

  describe('of the draft that was seen', () => {
    const CHANGED = { status: 409, body: { code: 'series.changed' } };
    const seen = async (id: string): Promise<string> =>
      (await server.v1('GET', `/series/${id}`)).body.etag;
    const put = (id: string, subject: string) =>
      server.v1('PUT', `/series/${id}`, {
        name: 'Welcome',
        steps: [email('welcome', { subject })],
      });

    test('activate and publish take that, and no other', async () => {
      const id = await draftSeries(server);
      const etag = await seen(id);
      await put(id, 'Unseen');
      for (const query of ['', '?warnings=true']) {
        const answer = await server.v1('POST', `/series/${id}/activate${query}`, { etag });
        expect(answer).toMatchObject(CHANGED);
      }
      const body = { etag: await seen(id) };
      const active = await server.v1('POST', `/series/${id}/activate?warnings=true`, body);
      expect(active.body).toMatchObject({ version: 1, warnings: [{}, {}] });
      // As after an answer that was lost.
      expect((await server.v1('POST', `/series/${id}/activate`, body)).status).toBe(200);
      await put(id, 'Unseen again');
      for (const more of [{}, { dry_run: true }, { in_flight: 'migrate' }]) {
        const answer = await server.v1('POST', `/series/${id}/publish`, { ...body, ...more });
        expect(answer).toMatchObject(CHANGED);
      }
      expect(await server.v1('POST', `/series/${id}/activate`, body)).toMatchObject(CHANGED);
      const next = await server.v1('POST', `/series/${id}/publish`, { etag: await seen(id) });
      expect(next.body.version).toBe(2);
      for (const move of ['activate', 'publish']) {
        const answer = await server.v1('POST', `/series/${id}/${move}`, { etag: 5 });
        expect([answer.status, answer.body.details[0].path]).toEqual([400, 'etag']);
      }
    });

    test.each(['activate', 'publish'])('%s refuses what is saved while it runs', async (move) => {
      const id = move === 'activate' ? await draftSeries(server) : await activeSeries(server);
      const published = (await server.v1('GET', `/series/${id}`)).body.version;
      const body = { etag: await seen(id) };
      const slip = { id, from: 'Subject of second', to: 'Unseen' };
      const answer = await slipIn(server.db, slip, () =>
        server.v1('POST', `/series/${id}/${move}`, body),
      );
      expect(answer).toMatchObject(CHANGED);
      expect((await server.v1('GET', `/series/${id}`)).body.version).toBe(published);
    });

    test('of a change and an activation at the same moment one is refused', async () => {
      const ids = await Promise.all(Array.from({ length: 8 }, () => draftSeries(server)));
      const rounds = ids.map(async (id) => {
        const read = (await server.v1('GET', `/series/${id}`)).body;
        const { etag } = read;
        const [saved, active] = await Promise.all([
          server.v1('PUT', `/series/${id}`, { ...read, name: 'Unseen' }),
          server.v1('POST', `/series/${id}/activate`, { etag }),
        ]);
        // What is saved after the activation is a draft that nobody publishes by this.
        expect(saved.status, saved.text).toBe(200);
        const { body } = await server.v1('GET', `/series/${id}`);
        if (active.status === 200) expect(active.body).toMatchObject({ etag, name: read.name });
        else expect([active, body.version]).toMatchObject([CHANGED, null]);
      });
      await Promise.all(rounds);
    });

    test('delete takes that away, and no other', async () => {
      const id = await draftSeries(server);
      const etag = await seen(id);
      await put(id, 'Unseen');
      expect(await server.v1('DELETE', `/series/${id}?etag=${etag}`)).toMatchObject(CHANGED);
      expect((await server.v1('DELETE', `/series/${id}?etag=${await seen(id)}`)).status).toBe(204);
    });
  });

  test.each(['activate', 'pause', 'resume', 'archive', 'publish'])(
    '%s of what is not there',
    async (transition) => {
      const broadcast = await server.v1('POST', '/broadcasts', { name: 'News' });
      for (const id of [UNKNOWN, 'none', '%20', 'x'.repeat(64)]) {
        const answer = await server.v1('POST', `/series/${id}/${transition}`);
        expect(answer).toMatchObject({ status: 404, body: { error: 'Series not found' } });
      }
      const other = await server.v1('POST', `/series/${broadcast.body.id}/${transition}`);
      expect(other).toMatchObject({
        status: 400,
        body: { error: 'The specified automation is not a series', code: 'series.wrong_type' },
      });
    },
  );

  test('act with or without an empty body, and with one that says nothing', async () => {
    const id = await draftSeries(server);
    expect((await server.v1('POST', `/series/${id}/activate`, '')).status).toBe(200);
    expect((await server.v1('POST', `/series/${id}/pause`, {})).status).toBe(200);
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await server.v1('POST', `/series/${id}/resume`, '', form)).status).toBe(200);
  });
});

test('ids may be spelt in capitals', async () => {
  const id = await activeSeries(server);
  expect((await server.v1('GET', `/series/${id.toUpperCase()}`)).body.id).toBe(id);
  expect((await server.v1('POST', `/series/${id.toUpperCase()}/pause`)).body.status).toBe('paused');
});

describe('broadcasts', () => {
  test('are made, read and deleted as drafts', async () => {
    const body = { name: 'News', subject: 'Hello', html: '<p>Hi</p>' };
    const made = await server.v1('POST', '/broadcasts', body);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...body,
      id: expect.stringMatching(UUID),
      type: 'broadcast',
      status: 'draft',
      created_at: NOW,
      updated_at: NOW,
    });
    const { id } = made.body;
    expect((await server.v1('GET', `/broadcasts/${id}`)).body).toEqual(made.body);
    const listed = await server.v1('GET', '/broadcasts?limit=200');
    expect(listed.body.data).toContainEqual(made.body);
    expect((await server.v1('DELETE', `/broadcasts/${id}`)).status).toBe(204);
    const gone = await server.v1('GET', `/broadcasts/${id}`);
    expect(gone).toMatchObject({ status: 404, body: { error: 'Broadcast not found' } });
  });

  test('need a name and nothing else', async () => {
    expect((await server.v1('POST', '/broadcasts', { name: 'x' })).status).toBe(201);
    for (const body of [{}, { name: '' }, { name: 5 }, [], { name: 'x', subject: 5, html: '{{' }]) {
      const answer = await server.v1('POST', '/broadcasts', body);
      expect(answer.status).toBe(400);
      expect(answer.body.details.length).toBeGreaterThan(0);
    }
  });

  test('and series are not to be mistaken for each other', async () => {
    const broadcast = await server.v1('POST', '/broadcasts', { name: 'x' });
    const series = await draftSeries(server);
    expect((await server.v1('GET', `/series/${broadcast.body.id}`)).status).toBe(400);
    expect((await server.v1('DELETE', `/series/${broadcast.body.id}`)).status).toBe(400);
    expect((await server.v1('GET', `/broadcasts/${series}`)).status).toBe(404);
    expect((await server.v1('DELETE', `/broadcasts/${series}`)).status).toBe(404);
    const names = async (path: string) =>
      (await server.v1('GET', `${path}?limit=200`)).body.data.map(
        ({ type }: { type: string }) => type,
      );
    expect(new Set(await names('/series'))).toEqual(new Set(['series']));
    expect(new Set(await names('/broadcasts'))).toEqual(new Set(['broadcast']));
  });
});

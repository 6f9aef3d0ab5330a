import { afterAll, describe, expect, test } from 'vitest';
import { upcoming } from '../../src/enrollment/upcoming.ts';
import { recordReturned, foldReports } from '../../src/tracking/index.ts';
import { startServer, type Answer } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/** Goal: reports and the overview say what happened on a side, and nothing of any other. */
const server = await startServer({ transport: null });
afterAll(server.close);

/** Of an answer, whatever it holds. */
type Row = Answer['body'];

const { v1 } = server;
/** Where the clock of the test side starts: a Monday. */
const MONDAY = '2025-03-24';
const period = `from=2025-03-17&to=2025-04-20`;

const goal = { goal: { event: 'bought' } };
const seriesId = await activeSeries(server, {
  name: '=Welcome',
  settings: goal,
  steps: [
    email('hello', { subject: '=cmd("x"), hi' }),
    wait('pause', 2, 'days'),
    email('tips', {
      variants: [
        { name: 'A', weight: 1, subject: 'a' },
        { name: 'B', weight: 1, subject: 'b' },
      ],
    }),
  ],
});
const people: string[] = [];
for (let n = 0; n < 4; n += 1) people.push(await newUser(server));
for (const userId of people) await enroll(server, { userId, seriesId });
const early = await v1('GET', `/reports/messages?${period}`);
await advance(server, '2025-03-24T09:00:00.000Z');
const [buyer] = people;
await server.sdk('/events', { user_id: buyer, events: [{ event_type: 'bought' }] });
await advance(server, '2025-03-25T09:00:00.000Z');
const sent = (await v1('GET', '/messages')).body.data as { id: string; user_id: string }[];
const { workspaceId } = (
  await server.db`
  select workspace_id as "workspaceId" from automations where id = ${seriesId}`
)[0] as {
  workspaceId: string;
};
const { db, consent } = server.services;
const toldOf = async (kind: 'opened' | 'delivered', id: string) => {
  const none = { recipient: null, bounce: null, detail: {} };
  const now = new Date('2025-03-26T10:00:00.000Z');
  const one = { key: `${kind} ${id}`, kind, at: now, messageId: id, ...none };
  await recordReturned({ db, consent }, workspaceId, [one], { now, source: 'ses' });
};
for (const { id } of sent) await toldOf('delivered', id);
await toldOf('opened', sent[0]?.id ?? '');
await foldReports({ db });
await advance(server, '2025-04-02T09:00:00.000Z');

describe('messages', () => {
  test('nothing was sent before anything was sent', () => {
    expect(early.status, early.text).toBe(200);
    expect(early.body).toMatchObject({
      from: '2025-03-17',
      timezone: 'UTC',
      rates: { delivered: null },
      truncated: false,
    });
  });

  test('are counted on the day they left, with what came of them later', async () => {
    const { body } = await v1('GET', `/reports/messages?${period}`);
    expect(body.total).toMatchObject({ sent: 7, delivered: 4, opened: 1, bounced: 0 });
    expect(body.rates).toMatchObject({ delivered: 0.5714, opened: 0.1429, bounced: 0 });
    const [all] = body.groups;
    expect(all.points.map((p: Row) => [p.at, p.counts.sent, p.counts.opened])).toEqual([
      [MONDAY, 4, 1],
      ['2025-03-26', 3, 0],
    ]);
    expect(body.intervals).toHaveLength(35);
  });

  test('by week and month have the first day of each', async () => {
    const weeks = (await v1('GET', `/reports/messages?${period}&by=week`)).body;
    expect(weeks.intervals).toEqual([
      '2025-03-17',
      '2025-03-24',
      '2025-03-31',
      '2025-04-07',
      '2025-04-14',
    ]);
    expect(weeks.groups[0].points).toMatchObject([{ at: '2025-03-24', counts: { sent: 7 } }]);
    const months = (await v1('GET', `/reports/messages?${period}&by=month`)).body;
    expect(months.intervals).toEqual(['2025-03-01', '2025-04-01']);
  });

  test('in groups carry ids and names', async () => {
    const by = async (group: string) => {
      const { body } = await v1('GET', `/reports/messages?${period}&group=${group}`);
      return body.groups.map(({ key, total }: Row) => ({ ...key, sent: total.sent }));
    };
    expect(await by('series')).toMatchObject([
      { automation_id: seriesId, automation_name: '=Welcome', automation_type: 'series', sent: 7 },
    ]);
    expect(await by('broadcast')).toEqual([]);
    expect(await by('step')).toMatchObject([
      { step_id: 'hello', step_name: '=cmd("x"), hi', sent: 4 },
      { step_id: 'tips', sent: 3 },
    ]);
    const variants = await by('variant');
    expect(variants.reduce((sum: number, one: Row) => sum + one.sent, 0)).toBe(3);
    expect(variants[0]).toMatchObject({
      step_id: 'tips',
      variant: expect.stringMatching(/^[AB]$/),
    });
    expect(await by('list')).toMatchObject([{ list_id: null, list_name: null, sent: 7 }]);
  });

  test('go by the list they were sent to', async () => {
    const list = (await v1('POST', '/lists', { name: 'News', kind: 'opt_out' })).body.id;
    const id = await activeSeries(server, { steps: [email('news', { list_id: list })] });
    const userId = await newUser(server);
    await enroll(server, { userId, seriesId: id });
    await advance(server, '2025-04-02T10:00:00.000Z');
    const { body } = await v1('GET', `/reports/messages?${period}&group=list&list_id=${list}`);
    expect(body.groups).toMatchObject([{ key: { list_id: list, list_name: 'News' } }]);
    expect(body.total.sent).toBe(1);
    const one = await v1('GET', `/reports/messages?${period}&automation_id=${id}`);
    expect(one.body.total.sent).toBe(1);
  });

  test('as a file are safe to open in a spreadsheet', async () => {
    const path = `/reports/messages.csv?${period}&group=step&automation_id=${seriesId}`;
    const answer = await v1('GET', path);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    const lines = answer.text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^from,automation_id,automation_name,.*,sent,delivered,.*,bounced$/);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(
      new RegExp(`^${MONDAY},${seriesId},'=Welcome,series,hello,"'=cmd\\(""x""\\), hi",,,,4,4,`),
    );
  });

  test('of a side are nobody else’s', async () => {
    const { test: other } = await server.newWorkspace();
    const { body } = await v1(
      'GET',
      `/reports/messages?${period}&automation_id=${seriesId}`,
      undefined,
      {
        key: other.secretKey,
      },
    );
    expect([body.total.sent, body.groups]).toEqual([0, []]);
    for (const rest of ['', '/cohorts', '/steps.csv', '/cohorts.csv']) {
      const path = `/reports/series/${seriesId}${rest}`;
      const answer = await v1('GET', path, undefined, { key: other.secretKey });
      expect([answer.status, answer.body.code]).toEqual([404, 'tracking.automation_not_found']);
    }
  });

  test.each([
    'from=2025-02-30',
    'from=2025-03-02&to=2025-03-01',
    'from=2023-01-01&to=2025-03-01',
    'to=0000-00-00',
    'from=tomorrow',
    'by=year',
    'group=country',
  ])('are refused for %s', async (query) => {
    expect((await v1('GET', `/reports/messages?${query}`)).status).toBe(400);
  });

  test('of an id that is none are none', async () => {
    const { status, body } = await v1('GET', `/reports/messages?automation_id=x&list_id=y`);
    expect([status, body.total?.sent]).toEqual([200, 0]);
  });
});

describe('a series', () => {
  test('tells of each step, and of those who entered', async () => {
    const { status, body, text } = await v1('GET', `/reports/series/${seriesId}?${period}`);
    expect(status, text).toBe(200);
    expect(body).toMatchObject({
      series_id: seriesId,
      entered: 4,
      states: { goal_reached: 1, completed: 3, active: 0 },
      goal_rate: 0.25,
      time_to_goal: { median_seconds: 3_600, of: 1 },
      waiting_truncated: false,
    });
    expect(body.days.find(({ at }: Row) => at === MONDAY)).toMatchObject({
      entered: 4,
      goal_reached: 1,
      completed: 0,
    });
    expect(body.steps.map(({ step_id }: Row) => step_id)).toEqual(['hello', 'pause', 'tips']);
    expect(body.steps[0]).toMatchObject({
      type: 'email',
      entered: 4,
      passed: 4,
      waiting: 0,
      messages: { sent: 4, delivered: 4, opened: 1 },
      rates: { opened: 0.25 },
    });
    expect(body.steps[1]).toMatchObject({ type: 'wait', passed: 3, cancelled: 1, messages: null });
  });

  test('tells of cohorts', async () => {
    const { status, body } = await v1('GET', `/reports/series/${seriesId}/cohorts`);
    expect(status).toBe(200);
    expect(body.cohorts).toEqual([
      {
        at: MONDAY,
        entered: 4,
        intervals: [
          { since: 0, goal_reached: 1, ended: 3, active: 0 },
          { since: 1, goal_reached: 1, ended: 3, active: 0 },
        ],
      },
    ]);
  });

  test('is there as files', async () => {
    const steps = await v1('GET', `/reports/series/${seriesId}/steps.csv?${period}`);
    expect(steps.text.split('\r\n')[1]).toMatch(
      /^hello,email,"'=cmd\(""x""\), hi",4,0,4,0,0,0,4,4,/,
    );
    const cohorts = await v1('GET', `/reports/series/${seriesId}/cohorts.csv`);
    expect(cohorts.text).toBe(
      `from,entered,since,goal_reached,ended,active\r\n${MONDAY},4,0,1,3,0\r\n${MONDAY},4,1,1,3,0\r\n`,
    );
  });
});

describe('the overview', () => {
  test('says what was sent, and how far the first run is', async () => {
    const { status, body, text } = await v1('GET', '/overview');
    expect(status, text).toBe(200);
    expect(body.sent.last_7_days).toBeGreaterThan(0);
    expect(body).toMatchObject({
      queue: { delay_seconds: 0 },
      sending: { paused: false, rule: null },
      transports: [],
      checklist: {
        identified_user: true,
        enrolled_yourself: true,
        fast_forwarded: true,
        connected_transport: false,
        went_live: false,
      },
    });
  });

  test('of a new workspace has nothing to tell', async () => {
    const { test: fresh } = await server.newWorkspace();
    const { body } = await v1('GET', '/overview', undefined, { key: fresh.secretKey });
    expect(body.attention).toEqual([]);
    expect(body.sent).toEqual({ today: 0, yesterday: 0, last_7_days: 0 });
    expect(Object.values(body.checklist)).toEqual([false, false, false, false, false]);
  });

  test('names what needs attention', async () => {
    const { test: side } = await server.newWorkspace();
    const who = { key: side.secretKey };
    const steps = [email('hello'), wait('pause', 1, 'days'), email('bye')];
    const id = await activeSeries(server, { name: 'Quiet', steps, ...who });
    const userId = await newUser(server, {}, { key: side.widgetKey });
    await server.sdk(
      '/series',
      { action: 'enroll', user_id: userId, series_id: id },
      { key: side.widgetKey },
    );
    const reasons = async () => {
      const { body } = await v1('GET', '/overview', undefined, who);
      return body.attention.map(({ reason, name, count }: Row) => [reason, name, count]);
    };
    expect(await reasons()).toEqual([]);
    expect((await v1('GET', '/overview', undefined, who)).body.planned).toEqual({
      next_24_hours: 1,
      truncated: false,
    });
    await v1('POST', '/test_clock/advance', { by: { days: 9 } }, who);
    expect(await reasons()).toEqual([['no_entries', 'Quiet', 9]]);
    await v1('PUT', `/series/${id}`, { name: 'Quiet', steps: steps.slice(0, 1) }, who);
    await server.db`update messages set state = 'in_doubt' where automation_id = ${id} and step_id = 'bye'`;
    expect(await reasons()).toEqual([
      ['in_doubt', 'Quiet', 1],
      ['no_entries', 'Quiet', 9],
      ['unpublished_changes', 'Quiet', 1],
    ]);
    await server.db`update messages set state = 'accepted' where automation_id = ${id}`;
    await v1('POST', `/series/${id}/publish`, undefined, who);
    expect(await reasons()).toEqual([['no_entries', 'Quiet', 9]]);
  });
});

describe('the list of series', () => {
  const rowOf = async (query: string, id: string) => {
    const { body } = await v1('GET', `/series?limit=200&${query}`);
    return body.data.find((one: Row) => one.id === id);
  };

  test('shows counts where they are asked for, added up or not', async () => {
    const read = async () => (await rowOf('with=counts', seriesId)).counts;
    expect(await read()).toEqual({ in_flight: 0, entered_7d: 0, sent_7d: 0, goal_rate: 0.25 });
    const before = await read();
    while ((await foldReports({ db })) > 0);
    expect(await read()).toEqual(before);
    expect(await rowOf('', seriesId)).not.toHaveProperty('counts');
  });

  test('counts who is under way and who came within the week', async () => {
    const id = await activeSeries(server, { steps: [wait('day', 2, 'days'), email('late')] });
    for (const userId of [await newUser(server), await newUser(server)]) {
      await enroll(server, { userId, seriesId: id });
    }
    const row = await rowOf('with=counts', id);
    expect(row.counts).toEqual({ in_flight: 2, entered_7d: 2, sent_7d: 0, goal_rate: null });
    expect(row.edited_at).toMatch(/Z$/);
  });

  test('is searched by name', async () => {
    const id = await activeSeries(server, { name: '100%_Sure' });
    const found = async (q: string) => {
      const { body } = await v1('GET', `/series?q=${encodeURIComponent(q)}`);
      return body.data.map((one: Row) => one.id);
    };
    expect(await found('0%_s')).toEqual([id]);
    expect(await found('0%%s')).toEqual([]);
  });
});

describe('copies', () => {
  test('of a series are drafts with the same steps', async () => {
    const { status, body } = await v1('POST', `/series/${seriesId}/duplicate`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: '=Welcome (copy)', status: 'draft', version: null });
    expect(body.id).not.toBe(seriesId);
    const { body: original } = await v1('GET', `/series/${seriesId}`);
    expect([body.steps, body.settings]).toEqual([original.steps, original.settings]);
    const long = await v1('POST', '/series', { name: 'x'.repeat(200), steps: [] });
    const copied = await v1('POST', `/series/${long.body.id}/duplicate`);
    expect(copied.body.name).toBe(`${'x'.repeat(193)} (copy)`);
  });

  test('of a broadcast are drafts that are not scheduled', async () => {
    const made = await v1('POST', '/broadcasts', {
      name: 'News',
      email: { subject: 'News', html: '<p>News</p>' },
      audience: { everybody: true },
    });
    await v1('POST', `/broadcasts/${made.body.id}/schedule`, { at: '2025-06-01T09:00:00Z' });
    const { status, body, text } = await v1('POST', `/broadcasts/${made.body.id}/duplicate`);
    expect(status, text).toBe(201);
    expect(body).toMatchObject({
      name: 'News (copy)',
      status: 'draft',
      email: made.body.email,
      audience: made.body.audience,
    });
    expect(body).not.toHaveProperty('schedule');
  });

  test('of others cannot be made', async () => {
    const { test: other } = await server.newWorkspace();
    for (const path of [`/series/${seriesId}/duplicate`, `/broadcasts/${seriesId}/duplicate`]) {
      expect((await v1('POST', path, undefined, { key: other.secretKey })).status).toBe(404);
    }
  });
});

describe('what is planned', () => {
  test('is told by the hours of a zone that is half an hour off', async () => {
    const { test: side } = await server.newWorkspace();
    const who = { key: side.secretKey };
    const id = await activeSeries(server, { steps: [wait('w', 130, 'minutes')], ...who });
    const userId = await newUser(server, {}, { key: side.widgetKey });
    const call = { action: 'enroll', user_id: userId, series_id: id };
    await server.sdk('/series', call, { key: side.widgetKey });
    const hours = async (query: string) =>
      (await v1('GET', `/upcoming${query}`, undefined, who)).body;
    expect(await hours('')).toMatchObject({
      timezone: 'UTC',
      counted_until: null,
      hours: [{ hour: '2025-03-24T10:00:00.000Z', steps: 1 }],
    });
    expect(await hours('?timezone=asia/kolkata')).toMatchObject({
      timezone: 'Asia/Kolkata',
      hours: [{ hour: '2025-03-24T09:30:00.000Z', steps: 1 }],
    });
    expect((await hours('?timezone=Mars')).code).toBe('enrollment.timezone_invalid');
  });

  test('is counted up to a bound, and told up to when', async () => {
    const { test: side } = await server.newWorkspace();
    const who = { key: side.secretKey };
    const id = await activeSeries(server, { steps: [wait('w', 1, 'days')], ...who });
    await db`
      insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                              step_id, live, due_at, from_at, timezone, tz_version, reasons)
      select n % 64, gen_random_uuid(), 1, ${side.id}, ${id}, gen_random_uuid(), 1, 'w', false,
             '2025-03-25T00:00:00Z'::timestamptz + n * interval '1 second', now(), 'UTC', 'x', '[]'
        from generate_series(1, 2500) n`;
    const { catalog } = server.services;
    const ask = { workspaceId: side.id, automationId: null, days: 30, lookMax: 100 };
    const { countedUntil, series, isCut } = await upcoming({ db, catalog }, ask);
    expect([countedUntil, series[0]?.steps, isCut]).toEqual([
      new Date('2025-03-25T00:33:20.000Z'),
      2_000,
      true,
    ]);
    await db`delete from recipients where automation_id = ${id}`;
  });
});

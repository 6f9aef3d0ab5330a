import { afterAll, describe, expect, test } from 'vitest';
import { migrateSome } from '../../src/enrollment/index.ts';
import { moveSeries } from '../../src/series/index.ts';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, advance, email, enroll, move, newUser, wait } from '../support/series.ts';
import { draftSeries } from '../support/series.ts';

/**
 * Goal: a series can be changed while people are in it, and what happens to them is what was announced.
 * Method: the test clock; each test has a side of its own.
 */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const after = (hours: number): string =>
  new Date(TEST_CLOCK.getTime() + hours * 3_600_000).toISOString();

async function ownSide() {
  const { test: side } = await server.newWorkspace();
  const key = { key: side.widgetKey };
  const secret = { key: side.secretKey };
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await server.v1(method, path, body, secret);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body;
  };
  return {
    call,
    post: (path: string, body?: unknown) => server.v1('POST', path, body, secret),
    series: (steps: object[], settings: object = {}) =>
      activeSeries(server, { ...secret, steps, settings }),
    put: (id: string, steps: object[], settings: object = {}) =>
      call('PUT', `/series/${id}`, { name: 'Welcome', steps, settings }),
    people: async (seriesId: string, count: number) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const userId = await newUser(server, {}, key);
        await enroll(server, { userId, seriesId }, key);
        ids.push(userId);
      }
      return ids;
    },
    advance: (to: string) => advance(server, to, secret),
    move: (id: string, transition: string) => move(server, id, transition, secret),
    /** Step, time and subject of every email that a user was sent, by time and then by step. */
    sent: async (userId: string) => {
      const { data } = await call('GET', `/messages?user_id=${userId}&limit=200`);
      return (data as { status: string; step_id: string; subject: string; sent_at: string }[])
        .filter(({ status }) => status === 'accepted')
        .map(({ step_id, sent_at, subject }) => [step_id, sent_at, subject])
        .toSorted(([step, a], [other, b]) => (`${a} ${step}` < `${b} ${other}` ? -1 : 1));
    },
    waiting: async (seriesId: string) =>
      (await call('GET', `/series/${seriesId}/recipients`)).data.map(
        (row: { step_id: string; scheduled_for: string }) => [row.step_id, row.scheduled_for],
      ) as string[][],
    ended: async (seriesId: string) =>
      (await call('GET', `/series/${seriesId}/enrollments`)).data.map(
        (one: { state: string; end_reason: string; version: number }) => [
          one.state,
          one.end_reason,
          one.version,
        ],
      ) as unknown[],
    log: (seriesId: string) =>
      server.db`
        select step_id as "stepId", outcome, reason from step_log
         where automation_id = ${seriesId} order by enrollment_id, seq`,
  };
}

const subjects = (sent: unknown[][]): unknown[] => sent.map(([step, , subject]) => [step, subject]);

describe('publish', () => {
  const FIRST = [email('hello'), wait('pause', 2, 'days'), email('tips'), email('bye')];

  test('leaves people on the version that they entered, unless it is told otherwise', async () => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    const [old = ''] = await side.people(id, 1);
    await side.advance(after(1));
    await side.put(id, [email('other')]);
    expect(await side.call('POST', `/series/${id}/publish`)).toMatchObject({ version: 2 });
    const [young = ''] = await side.people(id, 1);
    await side.advance('end');
    expect((await side.sent(old)).map(([step]) => step)).toEqual(['hello', 'bye', 'tips']);
    expect((await side.sent(young)).map(([step]) => step)).toEqual(['other']);
  });

  test('moves people by the ids of their steps, planned from where they stood', async () => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    const [person = ''] = await side.people(id, 1);
    await side.advance(after(1));
    expect(await side.waiting(id)).toEqual([['pause', after(48)]]);

    await side.put(id, [
      email('hello'),
      wait('pause', 3, 'days'),
      email('tips', { subject: 'Better tips' }),
      email('bye'),
    ]);
    const answer = await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    expect(answer).toMatchObject({
      version: 2,
      migration: { to_version: 2, moved: 1, remaining: 0 },
    });
    expect(await side.waiting(id)).toEqual([['pause', after(72)]]);
    await side.advance('end');
    expect(await side.sent(person)).toEqual([
      ['hello', NOW, 'Subject of hello'],
      ['bye', after(72), 'Subject of bye'],
      ['tips', after(72), 'Better tips'],
    ]);
    expect(await side.ended(id)).toEqual([['completed', 'finished', 2]]);
  });

  test('a shorter wait ends at once, and never in the past', async () => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    const [person = ''] = await side.people(id, 1);
    await side.advance(after(30));
    await side.put(id, [email('hello'), wait('pause', 1, 'days'), email('tips')]);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    await side.advance('end');
    expect((await side.sent(person)).at(-1)).toEqual(['tips', after(30), 'Subject of tips']);
  });

  test('people on a removed step go to the next surviving one, which was not sent to them', async () => {
    const side = await ownSide();
    const id = await side.series([
      email('a'),
      wait('w1', 1, 'days'),
      wait('w2', 1, 'days'),
      email('b'),
      email('c'),
    ]);
    const [person = ''] = await side.people(id, 1);
    await side.advance(after(1));
    // `w1` and `w2` are gone.
    await side.put(id, [email('b', { delay: { amount: 2, unit: 'hours' } })]);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    expect(await side.waiting(id)).toEqual([['b', after(2)]]);
    expect(await side.log(id)).toEqual([
      { stepId: 'a', outcome: 'passed', reason: null },
      {
        stepId: 'w1',
        outcome: 'skipped',
        reason: 'step_removed: version 2 goes on without w1',
      },
    ]);
    await side.advance(after(2));
    expect((await side.sent(person)).map(([step]) => step)).toEqual(['a', 'b']);
  });

  test('no step id is sent twice to anybody, wherever the new version has it', async () => {
    const side = await ownSide();
    const id = await side.series([email('a'), wait('w', 1, 'days'), email('b')]);
    const [person = ''] = await side.people(id, 1);
    await side.advance(after(1));
    await side.put(id, [wait('w', 2, 'days'), email('b'), email('a'), email('c')]);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    await side.advance('end');
    expect((await side.sent(person)).map(([step]) => step)).toEqual(['a', 'b', 'c']);
  });

  test('the series ends for people after whose step nothing survives', async () => {
    const side = await ownSide();
    const id = await side.series([email('a'), wait('w', 1, 'days'), email('b')]);
    await side.people(id, 2);
    await side.advance(after(1));
    await side.put(id, [email('a'), wait('other', 1, 'days'), email('z')]);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    expect(await side.waiting(id)).toEqual([]);
    expect(await side.ended(id)).toEqual([
      ['completed', 'finished', 2],
      ['completed', 'finished', 2],
    ]);
  });

  test('a preview counts what then happens, and changes nothing', async () => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    const early = await side.people(id, 2);
    await side.advance(after(24));
    const late = await side.people(id, 1);
    await side.advance(after(25));
    await side.put(id, [wait('pause', 1, 'days'), email('tips'), email('hello')]);
    const preview = await side.call('GET', `/series/${id}/publish/preview`);
    expect(preview).toMatchObject({
      version: 2,
      in_flight: 'migrate',
      people: 3,
      looked_at: 3,
      mail_at_once: 0,
      waiting: [{ version: 1, step_id: 'pause', count: 3 }],
      moves: [{ version: 1, step_id: 'pause', because: 'kept', to_step_id: 'pause', count: 3 }],
    });
    const sample = preview.sample as { user_id: string; after: { scheduled_for: string } }[];
    expect(new Map(sample.map((one) => [one.user_id, one.after.scheduled_for]))).toEqual(
      new Map([...early.map((one) => [one, after(25)]), [late[0], after(48)]] as [
        string,
        string,
      ][]),
    );
    const asked = await side.call('POST', `/series/${id}/publish`, {
      in_flight: 'migrate',
      dry_run: true,
    });
    expect(asked).toMatchObject({ version: 1, preview });
    expect(await side.call('GET', `/series/${id}/versions`)).toMatchObject({
      data: [{ number: 1, active: 3, is_current: true }],
      migrations: [],
    });

    // The wait is gone as well: those who waited are at an email, at once.
    await side.put(id, [email('tips')]);
    expect(await side.call('GET', `/series/${id}/publish/preview`)).toMatchObject({
      mail_at_once: 3,
      moves: [{ step_id: 'pause', because: 'removed', to_step_id: 'tips', count: 3 }],
    });
    expect(await side.call('GET', `/series/${id}/publish/preview?in_flight=stay`)).toMatchObject({
      mail_at_once: 0,
      moves: [],
      people: 3,
    });
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    await side.advance(after(25));
    for (const person of [...early, ...late]) {
      expect((await side.sent(person)).at(-1)?.slice(0, 2)).toEqual(['tips', after(25)]);
    }
  });

  test('a later migration takes over from one under way, and progress can be read', async () => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    await side.people(id, 1);
    await side.advance(after(1));
    await side.put(id, FIRST);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    await side.call('POST', `/series/${id}/publish`);
    await side.call('POST', `/series/${id}/publish`, { in_flight: 'migrate' });
    const versions = await side.call('GET', `/series/${id}/versions`);
    expect(versions.data).toMatchObject([
      { number: 4, active: 1, is_current: true },
      { number: 3, active: 0 },
      { number: 2, active: 0 },
      { number: 1, active: 0 },
    ]);
    expect(versions.migrations).toMatchObject([
      { to_version: 4, moved: 1, remaining: 0 },
      { to_version: 2, state: 'superseded', moved: 1 },
    ]);
    const page = await side.call('GET', `/series/${id}/versions?limit=3`);
    const rest = await side.call('GET', `/series/${id}/versions?cursor=${page.next_cursor}`);
    expect(rest.data).toMatchObject([{ number: 1 }]);
    expect(rest.next_cursor).toBeNull();
  });

  test.each([
    ['an unknown way', { in_flight: 'leave' }, 'in_flight'],
    ['an asking that is none', { dry_run: 'yes' }, 'dry_run'],
    ['no object', [], ''],
  ])('refuses %s', async (_name, body, path) => {
    const side = await ownSide();
    const id = await side.series(FIRST);
    const answer = await side.post(`/series/${id}/publish`, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'series.invalid', details: [{ path }] });
  });

  test('of a draft cannot be asked for', async () => {
    const side = await ownSide();
    const answer = await server.v1('GET', `/series/${await draftSeries(server)}/publish/preview`);
    expect(answer.body).toMatchObject({ code: 'series.wrong_status' });
    expect((await side.post(`/series/${await draftSeries(server)}/publish`)).status).toBe(404);
  });
});

describe('moving many people of a live side', () => {
  const steps = (days: number) => [
    email('hello'),
    wait('pause', days, 'days'),
    email('tips'),
    wait('rest', 9, 'days'),
  ];

  async function manyPeople(count: number) {
    const { live } = await server.newWorkspace();
    const secret = { key: live.secretKey };
    const id = await activeSeries(server, { ...secret, steps: steps(2) });
    const users = Array.from({ length: count }, (_, n) => ({
      user_id: `many-${n}`,
      traits: { email: `many-${n}@example.com` },
    }));
    expect((await server.sdk('/users/update', { users }, secret)).status).toBe(200);
    const names = users.map(({ user_id }) => ({ user_id }));
    const entered = await server.v1('POST', `/series/${id}/enroll`, { users: names }, secret);
    expect(entered.body.counts, entered.text).toEqual({ enrolled: count });
    const ref = { workspaceId: live.id, id };
    const order = async () => {
      const body = { name: 'x', steps: steps(3) };
      expect((await server.v1('PUT', `/series/${id}`, body, secret)).status).toBe(200);
      const now = await server.services.sideNow(live.id);
      await moveSeries(server.db, ref, { transition: 'publish', inFlight: 'migrate', now });
    };
    return { id, secret, names, order };
  }

  const placesOf = (id: string) => server.db`
    select r.version, r.step_id as "stepId", count(*)::int as count,
           bool_and(e.version = r.version) as same,
           bool_and(r.due_at = r.from_at + interval '3 days') as planned
      from recipients r
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
     where r.automation_id = ${id}
     group by r.version, r.step_id
     order by r.version, r.step_id`;

  test('by several processes, while others send and remove, moves everybody once', async () => {
    const { id, secret, names, order } = await manyPeople(800);
    const mover = async () => {
      while ((await migrateSome(server.services)) > 0);
    };
    await order();
    // The first email is sent by the worker meanwhile: some are before it, some behind.
    const gone = names.slice(0, 100);
    const [removed] = await Promise.all([
      server.v1('POST', `/series/${id}/remove`, { users: gone }, secret),
      mover(),
      mover(),
      mover(),
    ]);
    expect(removed.status, removed.text).toBe(200);
    await expect
      .poll(() => placesOf(id), { timeout: 20_000, interval: 200 })
      .toEqual([{ version: 2, stepId: 'pause', count: 700, same: true, planned: true }]);
    const sent = await server.db`
      select count(*)::int as count, count(distinct enrollment_id)::int as people
        from messages where automation_id = ${id} and state = 'accepted'`;
    expect(sent[0]?.['count']).toBe(sent[0]?.['people']);
    await expect
      .poll(
        async () => (await server.v1('GET', `/series/${id}/versions`, undefined, secret)).body,
        { timeout: 20_000, interval: 500 },
      )
      .toMatchObject({ migrations: [{ to_version: 2, state: 'done', remaining: 0 }] });
  });

  test('waits for nobody: a row that is held is moved when it is free', async () => {
    const { id, order } = await manyPeople(3);
    await expect.poll(() => placesOf(id), { timeout: 10_000 }).toMatchObject([{ stepId: 'pause' }]);
    await server.db.begin(async (tx) => {
      await tx`
        select enrollment_id from recipients where automation_id = ${id} limit 1 for update`;
      await order();
      await migrateSome(server.services);
      expect(await placesOf(id)).toMatchObject([
        { version: 1, count: 1 },
        { version: 2, count: 2 },
      ]);
    });
    await expect
      .poll(() => placesOf(id), { timeout: 10_000, interval: 200 })
      .toMatchObject([{ version: 2, count: 3, same: true }]);
  });
});

describe('content update', () => {
  test('corrects an email in every version, and moves nobody', async () => {
    const side = await ownSide();
    const id = await side.series([wait('w', 1, 'days'), email('tips', { text: 'Old text' })]);
    const [first = ''] = await side.people(id, 1);
    await side.put(id, [wait('w', 1, 'days'), email('tips', { text: 'Old text' }), email('new')]);
    await side.call('POST', `/series/${id}/publish`);
    const [second = ''] = await side.people(id, 1);
    const waiting = await side.waiting(id);

    const fixed = await side.call('POST', `/series/${id}/content_update`, {
      steps: { tips: { subject: 'Fixed {{ user.email }}', text: null } },
    });
    expect(fixed).toMatchObject({ version: 2, content_update: { revision: 1, versions: [1, 2] } });
    const purpose = 'marketing';
    expect(fixed.steps[1]).toEqual({
      ...email('tips', { subject: 'Fixed {{ user.email }}', purpose }),
    });
    expect(await side.waiting(id)).toEqual(waiting);
    const one = await side.call('GET', `/series/${id}/versions/1`);
    expect(one).toMatchObject({ number: 1, active: 1, is_current: false });
    expect(one.steps[1]).toEqual(email('tips', { subject: 'Fixed {{ user.email }}', purpose }));
    expect((await side.call('GET', `/series/${id}/versions`)).content_updates).toMatchObject([
      { revision: 1, step_id: 'tips', versions_to: 2, fields: { text: null } },
    ]);

    await side.advance('end');
    expect(subjects(await side.sent(first))).toEqual([['tips', `Fixed ${first}@example.com`]]);
    expect(subjects(await side.sent(second))).toEqual([
      ['new', 'Subject of new'],
      ['tips', `Fixed ${second}@example.com`],
    ]);
  });

  test('what is published afterwards is what the draft says', async () => {
    const side = await ownSide();
    const id = await side.series([email('a')]);
    const fix = (subject: string) =>
      side.call('POST', `/series/${id}/content_update`, { steps: { a: { subject } } });
    await fix('One');
    await fix('Two');
    await side.put(id, [email('a', { subject: 'Three' })]);
    await side.call('POST', `/series/${id}/publish`);
    const subjectOf = async (version: number) =>
      (await side.call('GET', `/series/${id}/versions/${version}`)).steps[0].subject as string;
    expect([await subjectOf(1), await subjectOf(2)]).toEqual(['Two', 'Three']);
    await fix('Four');
    expect([await subjectOf(1), await subjectOf(2)]).toEqual(['Four', 'Four']);
  });

  test('is noticed within a second by a process that sends', async () => {
    const other = await startServer({ beside: server });
    try {
      const { test: side } = await server.newWorkspace();
      const secret = { key: side.secretKey };
      const id = await activeSeries(server, { ...secret, steps: [email('a')] });
      const ref = { automationId: id, number: 1, workspaceTimezone: 'UTC' };
      const subject = async () =>
        (await other.services.catalog.version(ref)).graph.steps.get('a') as { subject: string };
      expect((await subject()).subject).toBe('Subject of a');
      const fixed = await server.v1(
        'POST',
        `/series/${id}/content_update`,
        { steps: { a: { subject: 'Fixed' } } },
        secret,
      );
      expect(fixed.status, fixed.text).toBe(200);
      await expect.poll(async () => (await subject()).subject, { timeout: 1_500 }).toBe('Fixed');
    } finally {
      await other.close();
    }
  });

  test('refuses everything that is wrong, at once, and writes nothing', async () => {
    const side = await ownSide();
    const id = await side.series([email('a'), wait('w', 1, 'days'), email('b')]);
    const answer = await side.post(`/series/${id}/content_update`, {
      steps: {
        a: { subject: '{{ user.name', html: '{% if %}' },
        b: { subject: null, from: 'nobody' },
        w: { subject: 'x' },
        gone: { subject: 'x' },
      },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.details.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'steps/a/html',
      'steps/a/subject',
      'steps/b/subject',
      'steps/gone',
      'steps/w',
    ]);
    const shape = await side.post(`/series/${id}/content_update`, {
      steps: { a: { delay: null }, b: 5, w: {} },
    });
    expect(shape.body.details.map(({ path }: { path: string }) => path)).toEqual([
      'steps/a/delay',
      'steps/b',
      'steps/w',
    ]);
    expect((await side.post(`/series/${id}/content_update`, {})).status).toBe(400);
    expect((await side.call('GET', `/series/${id}/versions`)).content_updates).toEqual([]);
  });
});

describe('resume', () => {
  const STEPS = [wait('w', 1, 'days'), email('a'), wait('w2', 1, 'days'), email('b')];
  const OFFICE = { send_window: { start: '09:00', end: '17:00' }, timezone: 'UTC' };

  async function paused(settings: object = {}) {
    const side = await ownSide();
    const id = await side.series(STEPS, settings);
    const people = await side.people(id, 2);
    await side.advance(after(24));
    await side.move(id, 'pause');
    return { side, id, people };
  }

  /** One person's email falls due in a pause of three days; the other's wait does not. */
  async function overdue(settings: object = {}) {
    const side = await ownSide();
    const id = await side.series(
      [email('a', { delay: { amount: 1, unit: 'days' } }), ...STEPS.slice(2)],
      settings,
    );
    const [early = ''] = await side.people(id, 1);
    await side.advance(after(60));
    return { side, id, early };
  }

  test('sends what is overdue in the next window, and says so before', async () => {
    const side = await ownSide();
    const steps = [email('a', { delay: { amount: 1, unit: 'days' } }), email('b')];
    const id = await side.series(steps, OFFICE);
    const people = await side.people(id, 3);
    await side.move(id, 'pause');
    await side.advance(after(62));
    const asked = await side.call('POST', `/series/${id}/resume`, { dry_run: true });
    // 22:00; the window opens at 09:00 of the next day.
    const opening = '2025-03-27T09:00:00.000Z';
    expect(asked).toMatchObject({
      status: 'paused',
      preview: {
        late: 'send',
        overdue: 3,
        looked_at: 3,
        planned: 3,
        skipped: 0,
        exited: 0,
        first_sends: [{ hour: opening, count: 3 }],
      },
    });
    expect(await side.call('POST', `/series/${id}/resume`)).toMatchObject({ status: 'active' });
    await side.advance(opening);
    for (const person of people) expect((await side.sent(person))[0]?.[1]).toBe(opening);
  });

  test('skips overdue emails where the series says so, with a reason, and people go on', async () => {
    const side = await ownSide();
    const steps = [
      email('a', { delay: { amount: 1, unit: 'days' } }),
      wait('w', 5, 'days'),
      email('b'),
    ];
    const id = await side.series(steps, { resume: { late: 'skip' } });
    const [person = ''] = await side.people(id, 1);
    await side.move(id, 'pause');
    await side.advance(after(48));
    const asked = await side.call('POST', `/series/${id}/resume`, { dry_run: true });
    expect(asked.preview).toMatchObject({ late: 'skip', overdue: 1, skipped: 1, planned: 0 });
    await side.call('POST', `/series/${id}/resume`);
    await side.advance('end');
    expect((await side.sent(person)).map(([step]) => step)).toEqual(['b']);
    expect(await side.log(id)).toMatchObject([
      { stepId: 'a', outcome: 'skipped', reason: 'late' },
      { stepId: 'w', outcome: 'passed' },
      { stepId: 'b', outcome: 'passed' },
    ]);
  });

  test('those overdue by more than a time leave, the others go on', async () => {
    const side = await ownSide();
    const id = await side.series([email('a', { delay: { amount: 1, unit: 'days' } })]);
    const [early = ''] = await side.people(id, 1);
    await side.advance(after(20));
    const [late = ''] = await side.people(id, 1);
    await side.move(id, 'pause');
    await side.advance(after(50));
    // Due 26 and 6 hours ago.
    const policy = { late: 'exit', after: { amount: 12, unit: 'hours' } };
    const asked = await side.call('POST', `/series/${id}/resume`, { ...policy, dry_run: true });
    expect(asked.preview).toMatchObject({
      ...policy,
      overdue: 2,
      exited: 1,
      planned: 1,
      first_sends: [{ hour: after(50), count: 1 }],
    });
    await side.call('POST', `/series/${id}/resume`, policy);
    await side.advance('end');
    expect(await side.sent(early)).toEqual([]);
    expect((await side.sent(late)).map(([step, at]) => [step, at])).toEqual([['a', after(50)]]);
    expect(await side.ended(id)).toEqual(
      expect.arrayContaining([
        ['exited', 'late', 1],
        ['completed', 'finished', 1],
      ]),
    );
  });

  test('does not touch what is not due yet, and applies to one resume only', async () => {
    const { side, id, people } = await paused();
    // They are at the second wait, which goes on during the pause.
    await side.advance(after(30));
    await side.call('POST', `/series/${id}/resume`, { late: 'exit' });
    await side.move(id, 'pause');
    await side.advance(after(72));
    await side.call('POST', `/series/${id}/resume`, { late: 'send' });
    await side.advance('end');
    for (const person of people) {
      expect((await side.sent(person)).map(([step]) => step)).toEqual(['a', 'b']);
    }
  });

  test('is refused where there is nothing to resume, and when the body is wrong', async () => {
    const { side, id } = await overdue();
    const asked = await side.post(`/series/${id}/resume`, { dry_run: true });
    expect(asked.body).toMatchObject({ code: 'series.wrong_status' });
    expect((await side.post(`/series/${id}/resume`)).status).toBe(200);
    const wrong = await side.post(`/series/${id}/resume`, { late: 'never', after: 5 });
    expect(wrong.body).toMatchObject({
      code: 'series.invalid',
      details: [{ path: 'late' }, { path: 'after' }],
    });
  });
});

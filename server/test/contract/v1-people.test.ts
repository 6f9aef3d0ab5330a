import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries } from '../support/series.ts';

/** Goal: people and companies are found, counted, changed and kept as docs/people.md says. */
const server = await startServer();
afterAll(server.close);

const PLAN_IS_PRO = { field: 'user.plan', operator: 'equals', value: 'pro' };

const search = (body: object) => server.v1('POST', '/users/search', body);
const idsOf = ({ body }: { body: { data: { user_id: string }[] } }) =>
  body.data.map(({ user_id }) => user_id);

beforeAll(async () => {
  const people = [
    ['ada', { email: 'Ada@tidewater.example', name: 'Ada Lovelace', plan: 'pro', seats: 3 }],
    ['bob', { email: 'bob@tidewater.example', name: 'Bob Adams', plan: 'free' }],
    ['cyd', { name: 'Cyd Charisse', plan: 'pro', trial_ends_at: '2025-05-01' }],
  ] as const;
  for (const [user_id, traits] of people) {
    await server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
    await server.sdk('/users/identify', { user_id, traits });
  }
  await server.sdk('/companies/identify', {
    company_id: 'tidewater',
    user_id: 'ada',
    traits: { name: 'Tidewater', plan: 'team', domain: 'tidewater.example' },
  });
  await server.sdk('/companies/identify', { company_id: 'other', traits: { name: 'Acme' } });
  await server.sdk('/events', {
    user_id: 'ada',
    events: [{ event_type: 'invoice_paid', metadata: { amount: 12 } }],
  });
});

describe('users are found', () => {
  test('by a filter, youngest first', async () => {
    const found = await search({ filter: PLAN_IS_PRO });
    expect(found.status, found.text).toBe(200);
    expect(idsOf(found)).toEqual(['cyd', 'ada']);
    expect(found.body.next_cursor).toBeNull();
    expect(found.body.data[1]).toEqual((await server.v1('GET', '/users/ada')).body);
  });

  test('by how email, id or name begin, in any case', async () => {
    expect(idsOf(await search({ q: 'ADA' }))).toEqual(['ada']);
    expect(idsOf(await search({ q: 'bob a' }))).toEqual(['bob']);
    expect(idsOf(await search({ q: 'cy' }))).toEqual(['cyd']);
    expect(idsOf(await search({ q: '%' }))).toEqual([]);
    expect(idsOf(await search({ q: 'bob', filter: PLAN_IS_PRO }))).toEqual([]);
  });

  test.each(['created_at', 'last_seen', 'email'])('in pages, by %s, either way', async (sort) => {
    const walked = async (order: string) => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { body: { data: { user_id: string }[]; next_cursor: string | null } } =
          await search({ sort, order, limit: 1, ...(cursor === null ? {} : { cursor }) });
        ids.push(...idsOf(page));
        cursor = page.body.next_cursor;
      } while (cursor !== null);
      return ids;
    };
    const rising = await walked('asc');
    expect(rising.toSorted()).toEqual(['ada', 'bob', 'cyd']);
    expect(await walked('desc')).toEqual(rising.toReversed());
    if (sort === 'created_at') expect(rising).toEqual(['ada', 'bob', 'cyd']);
    // Who has no address comes first.
    if (sort === 'email') expect(rising).toEqual(['cyd', 'ada', 'bob']);
  });

  test('by no wrong question: the answer names what is wrong', async () => {
    const filter = { and: [PLAN_IS_PRO, { field: 'user.plan', operator: 'nope', value: 1 }] };
    const refused = await search({ filter, sort: 'age', limit: 0 });
    expect(refused).toMatchObject({ status: 400, body: { code: 'audience.search_invalid' } });
    const paths = refused.body.details.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(['filter/and/1/operator', 'sort', 'limit']);
    expect(await search({ cursor: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'request.cursor_invalid' },
    });
    const { next_cursor: cursor } = (await search({ limit: 1 })).body;
    expect((await search({ cursor, sort: 'email' })).status).toBe(400);
  });
});

describe('users are counted', () => {
  test('with some of them, and why they match', async () => {
    const counted = await server.v1('POST', '/users/count', { filter: PLAN_IS_PRO });
    expect(counted.body).toEqual({
      count: 2,
      total: 3,
      is_exact: true,
      sample: [
        expect.objectContaining({ user_id: 'cyd', email: null, name: 'Cyd Charisse' }),
        {
          user_id: 'ada',
          email: 'Ada@tidewater.example',
          name: 'Ada Lovelace',
          reasons: [
            {
              rule: 'filter',
              input: "user.plan is 'pro'; user.plan is 'pro', a text",
              outcome: 'holds',
            },
          ],
        },
      ],
    });
  });

  test('all of them without a filter; a wrong one is named', async () => {
    expect((await server.v1('POST', '/users/count', {})).body).toMatchObject({
      count: 3,
      total: 3,
      is_exact: true,
    });
    const refused = await server.v1('POST', '/users/count', { filter: { and: [] } });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'audience.search_invalid', details: [{ path: 'filter/and' }] },
    });
  });
});

test('what filters may name is told, with kinds and examples', async () => {
  const { body, status } = await server.v1('GET', '/users/properties');
  expect(status).toBe(200);
  const named = (list: { field: string }[], field: string) =>
    list.find((each) => each.field === field);
  expect(named(body.user, 'user.email')).toMatchObject({ is_own: true, merge_tag: 'user.email' });
  expect(named(body.user, 'user.seats')).toEqual({
    field: 'user.seats',
    merge_tag: 'user.seats',
    kinds: ['number'],
    example: '3',
    is_own: false,
  });
  expect(named(body.user, 'user.trial_ends_at')).toMatchObject({ kinds: ['date'] });
  expect(named(body.company, 'company.plan')).toMatchObject({ kinds: ['text'] });
  expect(body.events).toEqual([
    {
      event_type: 'invoice_paid',
      last_at: expect.any(String),
      metadata: [
        {
          field: 'metadata.amount',
          merge_tag: 'event.amount',
          kinds: ['number'],
          example: '12',
          is_own: false,
        },
      ],
    },
  ]);
});

describe('users are changed', () => {
  test('by the rules of identify, and were not seen by it', async () => {
    const before = (await server.v1('GET', '/users/bob')).body;
    await server.v1('POST', '/test_clock/advance', { by: { days: 2 } });
    const changed = await server.v1('PATCH', '/users/bob', {
      email: 'bob@new.example',
      name: null,
      traits: { plan: null, seats: 2 },
    });
    expect(changed.status, changed.text).toBe(200);
    expect(changed.body).toMatchObject({
      email: 'bob@new.example',
      name: null,
      traits: { seats: 2 },
      last_seen: before.last_seen,
    });
    expect(changed.body.updated_at > before.updated_at).toBe(true);
  });

  test('or refused', async () => {
    const edit = (body: object, id = 'bob') => server.v1('PATCH', `/users/${id}`, body);
    expect((await edit({ email: 'no address' })).body.code).toBe('audience.invalid_email');
    expect((await edit({ traits: { id: 1 } })).body.code).toBe('audience.reserved_traits');
    expect((await edit({ plan: 'pro' })).body.code).toBe('request.invalid');
    expect((await edit({ name: 'X' }, 'nobody')).body.code).toBe('audience.user_not_found');
  });
});

describe('companies', () => {
  test('are found with how many belong to them', async () => {
    const found = await server.v1('POST', '/companies/search', { sort: 'name' });
    expect(found.body.data.map((each: { company_id: string }) => each.company_id)).toEqual([
      'other',
      'tidewater',
    ]);
    expect(found.body.data[1].user_count).toBe(1);
    const filter = { field: 'company.plan', operator: 'equals', value: 'team' };
    const teams = await server.v1('POST', '/companies/search', { filter, q: 'tide' });
    expect(teams.body.data).toHaveLength(1);
    const refused = await server.v1('POST', '/companies/search', { filter: PLAN_IS_PRO });
    expect(refused.body.details[0].path).toBe('filter/field');
  });

  test('have users, are changed, and are deleted without them', async () => {
    const users = await server.v1('GET', '/companies/tidewater/users');
    expect(idsOf(users)).toEqual(['ada']);
    const changed = await server.v1('PATCH', '/companies/tidewater', {
      employee_count: 12,
      traits: { tier: 'gold' },
    });
    expect(changed.body).toMatchObject({
      employee_count: 12,
      plan: 'team',
      traits: { tier: 'gold' },
    });
    expect((await server.v1('PATCH', '/companies/none', { name: 'x' })).status).toBe(404);
    expect((await server.v1('DELETE', '/companies/tidewater')).body).toEqual({ users_left: 1 });
    expect((await server.v1('GET', '/companies/tidewater')).status).toBe(404);
    expect((await server.v1('GET', '/users/ada')).body.company_id).toBeNull();
  });
});

test('filters are kept, read, changed and deleted', async () => {
  const made = await server.v1('POST', '/filters', {
    name: 'On pro',
    filter: PLAN_IS_PRO,
    columns: ['user.email', 'user.plan'],
  });
  expect(made.status, made.text).toBe(201);
  const { id } = made.body;
  expect(made.body).toEqual({
    id,
    name: 'On pro',
    kind: 'users',
    filter: PLAN_IS_PRO,
    columns: ['user.email', 'user.plan'],
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  expect((await server.v1('GET', '/filters?kind=users')).body.data).toEqual([made.body]);
  expect((await server.v1('GET', '/filters?kind=companies')).body.data).toEqual([]);
  const changed = await server.v1('PATCH', `/filters/${id}`, { name: 'Pro', filter: null });
  expect(changed.body).toMatchObject({ name: 'Pro', filter: null, columns: made.body.columns });
  const refused = await server.v1('PATCH', `/filters/${id}`, { filter: { or: [] }, name: '' });
  expect(refused.body.details.map(({ path }: { path: string }) => path)).toEqual([
    'name',
    'filter/or',
  ]);
  const other = await server.newWorkspace();
  const key = other.test.secretKey;
  expect((await server.v1('GET', `/filters/${id}`, undefined, { key })).status).toBe(404);
  expect((await server.v1('DELETE', `/filters/${id}`)).status).toBe(204);
  expect((await server.v1('GET', `/filters/${id}`)).body.code).toBe(
    'audience.saved_filter_not_found',
  );
});

describe('what happened to a person is on one line of time', async () => {
  const { test: side } = await server.newWorkspace();
  const v1 = (method: string, path: string, body?: unknown) =>
    server.v1(method, path, body, { key: side.secretKey });
  const sdk = (path: string, body: unknown) => server.sdk(path, body, { key: side.widgetKey });
  const seriesId = await activeSeries(server, { key: side.secretKey });
  await sdk('/users/identify', { user_id: 'tim', traits: { email: 'tim@tide.example' } });
  await v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  await sdk('/series', { action: 'enroll', user_id: 'tim', series_id: seriesId });
  await v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  await sdk('/events', { user_id: 'tim', events: [{ event_type: 'bought' }] });
  const list = (await v1('POST', '/lists', { name: 'News', kind: 'opt_in' })).body;
  await v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  await v1('POST', `/lists/${list.id}/subscribers`, { user_ids: ['tim'] });
  await v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  const suppressed = await v1('POST', '/suppressions', { email: 'tim@tide.example' });
  await v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  await v1('DELETE', `/suppressions/${suppressed.body.id}?note=ok`);
  const timelineOf = async (query = '') => (await v1('GET', `/users/tim/timeline${query}`)).body;
  const kindsOf = (items: { kind: string; code: string }[]) =>
    items.map(({ kind, code }) => (kind === code ? kind : `${kind}:${code}`));

  test('with consent and suppressions between events, steps and messages', async () => {
    const { data } = await timelineOf();
    expect(kindsOf(data)).toEqual([
      'suppression:suppression_removed',
      'suppression:suppression_added',
      'consent:consent_subscribed',
      'event',
      expect.stringMatching(/^(step|message):/),
      expect.stringMatching(/^(step|message):/),
      'entered',
      'created',
    ]);
    expect(data[2]).toMatchObject({
      sentence: 'Subscribed to "News" (api).',
      detail: { list_id: list.id, list_name: 'News', before: null, after: 'subscribed' },
    });
    expect(data[0].detail).toMatchObject({ note: 'ok', reason: 'manual' });
  });

  test('in pages that leave nothing out, and of chosen kinds', async () => {
    const whole = (await timelineOf()).data;
    const paged: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await timelineOf(`?limit=1&cursor=${cursor}`);
      paged.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(whole);
    const some = await timelineOf('?kinds=consent,event');
    expect(kindsOf(some.data)).toEqual(['consent:consent_subscribed', 'event']);
    expect((await v1('GET', '/users/tim/timeline?kinds=x')).status).toBe(400);
  });

  test('and every passage is listed, with where it stands', async () => {
    const { body } = await v1('GET', '/users/tim/enrollments');
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      series_id: seriesId,
      series_name: 'Welcome',
      type: 'series',
      state: 'active',
      run: 1,
      step_id: 'day',
      next_due: expect.any(String),
      last_step: { step_id: 'welcome', outcome: 'passed' },
    });
    expect((await v1('GET', '/users/tim/enrollments?state=exited')).body.data).toEqual([]);
    expect((await v1('GET', '/users/nobody/enrollments')).status).toBe(404);
  });
});

describe('the people of a list as files', async () => {
  const { test: side } = await server.newWorkspace();
  const v1 = (method: string, path: string, body?: unknown) =>
    server.v1(method, path, body, { key: side.secretKey });
  for (const user_id of ['one', 'two', 'three', 'twin']) {
    const email = `${user_id === 'twin' ? 'three' : user_id}@list.example`;
    await server.sdk('/users/identify', { user_id, traits: { email } }, { key: side.widgetKey });
  }
  const list = (await v1('POST', '/lists', { name: 'News', kind: 'opt_in' })).body;
  const path = `/lists/${list.id}/subscribers`;
  const csv =
    'user_id,email\none,\n,TWO@list.example\n,three@list.example\nnobody,\none,\n,not one\n';
  const results = ['changed', 'changed', 'invalid', 'unknown_user', 'unchanged', 'invalid'];

  test('are imported by id or by address, with a result for each line', async () => {
    const dry = await v1('POST', `${path}/import`, { csv, dry_run: true });
    expect(dry.status, dry.text).toBe(200);
    expect((await v1('GET', path)).body.data).toEqual([]);
    const done = await v1('POST', `${path}/import`, { csv });
    expect(done.body).toEqual(dry.body);
    expect(done.body).toMatchObject({ changed: 2, unchanged: 1, unknown_user: 1, invalid: 2 });
    const told = done.body.data as { line: number; result: string; error: string | null }[];
    expect(told.map(({ result }) => result)).toEqual(results);
    expect(told.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(told[2]!.error).toBe('several users have this email; give user_id');
    const again = await v1('POST', `${path}/import`, { csv });
    expect(again.body).toMatchObject({ changed: 0, unchanged: 3 });
    expect((await v1('POST', `${path}/import`, { csv: '"' })).body.code).toBe(
      'consent.import_invalid',
    );
  });

  test('are exported as what can be imported again, and listed in pages', async () => {
    const file = await v1('GET', `${path}/export`);
    expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
    const [head, ...lines] = file.text.trim().split('\r\n');
    expect(head).toBe('user_id,email,state,source,at');
    expect(lines.map((line) => line.split(',').slice(0, 4).join(',')).toSorted()).toEqual([
      'one,one@list.example,subscribed,import',
      'two,two@list.example,subscribed,import',
    ]);
    expect((await v1('POST', `${path}/import`, { csv: file.text })).body.unchanged).toBe(2);
    expect((await v1('GET', `${path}/export?state=pending`)).text.trim()).toBe(head);
    const first = (await v1('GET', `${path}?limit=1`)).body;
    const second = (await v1('GET', `${path}?limit=1&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data]).toEqual((await v1('GET', path)).body.data);
    expect(second.next_cursor).toBeNull();
  });
});

test('suppressions are counted by reason', async () => {
  const { test: side } = await server.newWorkspace();
  const v1 = (method: string, path: string, body?: unknown) =>
    server.v1(method, path, body, { key: side.secretKey });
  await v1('POST', '/suppressions', { email: 'a@gone.example' });
  await v1('POST', '/suppressions', { email: 'b@gone.example', reason: 'complaint' });
  await v1('POST', '/suppressions', { email: 'c@gone.example', reason: 'complaint' });
  expect((await v1('GET', '/suppressions/counts')).body).toEqual({
    total: 3,
    by_reason: { hard_bounce: 0, complaint: 2, manual: 1, import: 0, unsubscribe: 0 },
  });
});

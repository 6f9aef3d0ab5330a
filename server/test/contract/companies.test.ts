import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type Answer, type CallOptions } from '../support/server.ts';
import { advance, newUser } from '../support/series.ts';
import { tokenWriter } from '../support/user-tokens.ts';

/** Goal: `POST /api/sdk/companies/identify` answers, merges, links and refuses as the contract says. */
const server = await startServer();
afterAll(server.close);

const CREATED = '{"success":true,"created":true}';
const CHANGED = '{"success":true,"created":false}';
const exact = ({ status, text }: Answer) => [status, text];
const error = (status: number, message: string) => [status, JSON.stringify({ error: message })];

let companyCount = 0;
const newId = (): string => `acme-${(companyCount += 1)}`;
const identify = (body: unknown, options?: CallOptions) =>
  server.sdk('/companies/identify', body, options);
const get = (id: string, options?: CallOptions) =>
  server.v1('GET', `/companies/${encodeURIComponent(id)}`, undefined, options);
const read = async (id: string, options?: CallOptions) => (await get(id, options)).body;
const companyOf = async (userId: string, options?: CallOptions) =>
  (await server.v1('GET', `/users/${userId}`, undefined, options)).body.company_id;

async function refused(body: object, status: number, message: string): Promise<void> {
  const id = newId();
  expect(exact(await identify({ company_id: id, ...body }))).toEqual(error(status, message));
  expect((await get(id)).status).toBe(404);
}

describe('what is kept', () => {
  test('own columns stand by themselves, the rest under traits', async () => {
    const id = newId();
    const own = {
      name: 'Acme',
      domain: 'acme.example',
      industry: 'Rockets',
      plan: 'pro',
      employee_count: 42,
    };
    const traits = {
      ...own,
      signed_up_at: '2025-01-02T03:04:05+02:00',
      mrr: 99.5,
      address: { city: 'Ürgüp' },
    };
    expect(exact(await identify({ company_id: id, traits, context: { page: '/' } }))).toEqual([
      200,
      CREATED,
    ]);
    const at = TEST_CLOCK.toISOString();
    expect(await read(id)).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      company_id: id,
      ...own,
      signed_up_at: '2025-01-02T01:04:05.000Z',
      traits: { mrr: 99.5, address: { city: 'Ürgüp' } },
      context: { page: '/' },
      first_seen: at,
      last_seen: at,
      created_at: at,
      updated_at: at,
    });
  });

  test('traits and context merge key by key: new wins, null deletes, the rest stays', async () => {
    const id = newId();
    await identify({
      company_id: id,
      traits: { name: 'A', plan: 'free', employee_count: 5, a: 1, b: 1, c: { x: 1 } },
      context: { k: 1, l: 1 },
    });
    const second = {
      company_id: id,
      traits: { plan: 'pro', employee_count: null, name: '', a: 2, b: null, c: { y: 1 } },
      context: { l: null },
    };
    expect(exact(await identify(second))).toEqual([200, CHANGED]);
    expect(await read(id)).toMatchObject({
      name: null,
      plan: 'pro',
      employee_count: null,
      context: { k: 1 },
    });
    expect((await read(id)).traits).toEqual({ a: 2, c: { y: 1 } });
  });

  test('last_seen becomes now by the clock of the side', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    await identify({ company_id: 'acme' }, key);
    await advance(server, '2025-03-25T10:00:00.000Z', key);
    await identify(
      { company_id: 'acme', session_id: 's', more: 1, traits: null, context: null, user_id: null },
      key,
    );
    expect(await read('acme', key)).toMatchObject({
      first_seen: TEST_CLOCK.toISOString(),
      last_seen: '2025-03-25T10:00:00.000Z',
    });
  });

  test('one of fifty at once creates, over two processes, and all that they say is kept', async () => {
    const second = await startServer({ beside: server });
    const id = newId();
    const userId = newId();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 === 0 ? server : second).sdk('/companies/identify', {
          company_id: id,
          user_id: userId,
          traits: { [`t${i}`]: i },
        }),
      ),
    );
    expect(answers.filter(({ text }) => text === CREATED)).toHaveLength(1);
    expect(answers.filter(({ text }) => text === CHANGED)).toHaveLength(49);
    expect(Object.keys((await read(id)).traits)).toHaveLength(50);
    expect(await companyOf(userId)).toBe(id);
    await second.close();
  });

  test('a company and a user of one name are two', async () => {
    const id = await newUser(server, { name: 'Ada' });
    expect(
      exact(await identify({ company_id: id, user_id: id, traits: { name: 'Acme' } })),
    ).toEqual([200, CREATED]);
    expect((await server.v1('GET', `/users/${id}`)).body).toMatchObject({
      name: 'Ada',
      company_id: id,
    });
    expect((await read(id)).name).toBe('Acme');
  });

  test.each([
    ['an emoji', '😀'],
    ['a slash', 'a/b?c'],
    ['__proto__', '__proto__'],
    ['255 characters', 'é'.repeat(255)],
  ])('an id is kept byte for byte: %s', async (_name, id) => {
    expect(exact(await identify({ company_id: id }))).toEqual([200, CREATED]);
    expect((await read(id)).company_id).toBe(id);
  });

  test('sides and workspaces share nothing', async () => {
    const other = await server.newWorkspace();
    const id = newId();
    for (const key of [server.test.widgetKey, server.live.secretKey, other.test.widgetKey]) {
      expect(exact(await identify({ company_id: id, traits: { key } }, { key }))).toEqual([
        200,
        CREATED,
      ]);
    }
    expect((await read(id)).traits).toEqual({ key: server.test.widgetKey });
  });
});

describe('the user', () => {
  test('belongs to the company named last, and is otherwise left alone', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    await newUser(server, {}, key);
    await server.sdk('/users/identify', { user_id: 'ada', traits: { plan: 'free' } }, key);
    expect(await companyOf('ada', key)).toBeNull();
    await advance(server, '2025-03-25T10:00:00.000Z', key);
    await identify({ company_id: 'one', user_id: 'ada', traits: { plan: 'pro' } }, key);
    expect(await companyOf('ada', key)).toBe('one');
    await identify({ company_id: 'two', user_id: 'ada' }, key);
    await identify({ company_id: 'one' }, key);
    expect(await companyOf('ada', key)).toBe('two');
    await server.sdk('/users/identify', { user_id: 'ada', traits: { a: 1 } }, key);
    expect(await companyOf('ada', key)).toBe('two');
    const listed = await server.v1('GET', '/users', undefined, key);
    expect(
      listed.body.data.map((each: Record<string, unknown>) => each['company_id']).toSorted(),
    ).toEqual([null, 'two'].toSorted());
  });

  test('is not seen by being linked', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    await server.sdk('/users/identify', { user_id: 'ada' }, key);
    await advance(server, '2025-03-25T10:00:00.000Z', key);
    await identify({ company_id: 'one', user_id: 'ada' }, key);
    const { body } = await server.v1('GET', '/users/ada', undefined, key);
    expect(body).toMatchObject({
      last_seen: TEST_CLOCK.toISOString(),
      updated_at: '2025-03-25T10:00:00.000Z',
    });
  });

  test('is created when nobody knows them', async () => {
    const [id, userId] = [newId(), newId()];
    expect(exact(await identify({ company_id: id, user_id: userId }))).toEqual([200, CREATED]);
    expect(await companyOf(userId)).toBe(id);
  });

  test('needs a token with a widget key where identities are verified; the company alone needs none', async () => {
    const { live } = server;
    const key = { key: live.widgetKey };
    const [id, userId] = [newId(), newId()];
    const { claiming } = tokenWriter(live.identitySecret);
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const call = (more: object) => identify({ company_id: id, user_id: userId, ...more }, key);
    const answers = [
      await call({}),
      await call({ user_token: 'x' }),
      await call({ user_token: claiming({ exp }, 'other') }),
    ];
    expect(answers.map(exact)).toEqual([
      error(403, 'user_token is required when identity verification is enabled'),
      error(403, 'Invalid user_token'),
      error(403, 'user_token does not match user_id'),
    ]);
    expect((await get(id, { key: live.secretKey })).status).toBe(404);
    expect(exact(await call({ user_id: undefined }))).toEqual([200, CREATED]);
    expect(exact(await call({ user_token: claiming({ exp }, userId) }))).toEqual([200, CHANGED]);
    expect(await companyOf(userId, { key: live.secretKey })).toBe(id);
    expect(exact(await call({ traits: 7 }))).toEqual(error(400, 'traits must be an object'));
  });
});

describe('400 and 413', () => {
  test('company_id is required, a string of at most 255 characters', async () => {
    for (const body of [{}, '[]', 'null', '7', { company_id: null }, { company_id: '' }]) {
      expect(exact(await identify(body))).toEqual(error(400, 'company_id is required'));
    }
    for (const value of [0, 7, true, false, [], {}]) {
      expect(exact(await identify({ company_id: value }))).toEqual(
        error(400, 'company_id must be a string'),
      );
    }
    expect(exact(await identify({ company_id: 'x'.repeat(256) }))).toEqual(
      error(400, 'company_id must be at most 255 characters'),
    );
  });

  test.each([7, true, [], {}])('user_id and user_token must be strings: %j', async (value) => {
    await refused({ user_id: value }, 400, 'user_id must be a string');
    await refused({ user_token: value }, 400, 'user_token must be a string');
  });

  test.each([[[]], ['text'], [7], [true], [0], ['']])(
    'traits and context must be objects: %j',
    async (value) => {
      await refused({ traits: value }, 400, 'traits must be an object');
      await refused({ context: value }, 400, 'context must be an object');
    },
  );

  const RESERVED = [
    'id',
    'external_id',
    'org_id',
    'created_at',
    'updated_at',
    'health_score',
    'team_size',
    'last_contacted_at',
  ];

  test('every reserved trait is named in one answer, and nothing of it is kept', async () => {
    const id = newId();
    const traits = Object.fromEntries(
      ['plan', ...RESERVED.toReversed()].map((name) => [name, null]),
    );
    const answer = await identify({ company_id: id, traits });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: `Reserved trait keys cannot be set: ${RESERVED.join(', ')}`,
      reserved_keys: RESERVED,
      docs_url: expect.stringMatching(/^https?:\/\//),
    });
    expect((await get(id)).status).toBe(404);
  });

  test('what is reserved of users is not of companies', async () => {
    const traits = { company_id: 'x', first_seen: 'y', last_seen: 'z', email: 'no address' };
    expect(exact(await identify({ company_id: newId(), traits }))).toEqual([200, CREATED]);
  });

  test.each(['name', 'domain', 'industry', 'plan', 'signed_up_at'])(
    '%s must be a string',
    async (name) => {
      for (const value of [7, true, [], {}]) {
        await refused({ traits: { [name]: value } }, 400, `${name} must be a string`);
      }
    },
  );

  test('employee_count must be a whole number that fits', async () => {
    for (const value of [-1, 1.5, '42', true, [], {}, 2_147_483_648, 1e300]) {
      await refused(
        { traits: { employee_count: value } },
        400,
        'employee_count must be a whole number from 0 to 2147483647',
      );
    }
    for (const value of [0, 2_147_483_647]) {
      const id = newId();
      await identify({ company_id: id, traits: { employee_count: value } });
      expect((await read(id)).employee_count).toBe(value);
    }
  });

  test('signed_up_at must be a date', async () => {
    for (const value of ['yesterday', '2025-02-30', '0000-01-01']) {
      await refused(
        { traits: { signed_up_at: value } },
        400,
        'signed_up_at must be an ISO 8601 date between 1900 and 2200',
      );
    }
  });

  test('what cannot be stored is refused, wherever it is', async () => {
    const text = 'must not contain NUL or unpaired surrogates';
    for (const bad of ['a\0b', '\ud800']) {
      expect(exact(await identify({ company_id: bad }))).toEqual(error(400, `company_id ${text}`));
      await refused({ user_id: bad }, 400, `user_id ${text}`);
      await refused({ traits: { name: bad } }, 400, `traits ${text}`);
      await refused({ context: { a: { [bad]: 1 } } }, 400, `context ${text}`);
    }
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
    await refused({ traits: nested(33) }, 400, 'traits must not nest deeper than 32 levels');
    const prototype = await identify('{"company_id":"x","traits":{"__proto__":{"a":1}}}');
    expect(exact(prototype)).toEqual(error(400, 'Request body is not valid JSON'));
  });

  test('50,000 bytes of traits and context fit, and one more does not', async () => {
    const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) });
    expect(exact(await identify({ company_id: newId(), traits: sized(50_000) }))).toEqual([
      200,
      CREATED,
    ]);
    expect(
      exact(await identify({ company_id: newId(), traits: sized(30_000), context: sized(20_000) })),
    ).toEqual([200, CREATED]);
    await refused(
      { traits: sized(30_000), context: sized(20_001) },
      413,
      'Traits and context exceed 50000 bytes',
    );
    await refused(
      { traits: { a: 'é'.repeat(25_000) } },
      413,
      'Traits and context exceed 50000 bytes',
    );
  });
});

describe('GET /api/v1/companies', () => {
  test('lists youngest first, page by page', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    for (const [day, id] of ['one', 'two', 'three'].entries()) {
      await advance(server, `2025-04-0${day + 1}T00:00:00.000Z`, key);
      await identify({ company_id: id }, key);
    }
    const first = await server.v1('GET', '/companies?limit=2', undefined, key);
    const second = await server.v1(
      'GET',
      `/companies?limit=2&cursor=${first.body.next_cursor}`,
      undefined,
      key,
    );
    const ids = (answer: Answer) =>
      answer.body.data.map((each: { company_id: string }) => each.company_id);
    expect([ids(first), ids(second), second.body.next_cursor]).toEqual([
      ['three', 'two'],
      ['one'],
      null,
    ]);
  });

  test('a company that nobody identified is not found', async () => {
    expect((await get('nobody')).body).toMatchObject({
      error: 'Company not found',
      code: 'audience.company_not_found',
    });
    expect((await get('a\0b')).status).toBe(404);
  });

  test('needs a secret key', async () => {
    expect((await get('x', { key: server.test.widgetKey })).status).toBe(403);
  });
});

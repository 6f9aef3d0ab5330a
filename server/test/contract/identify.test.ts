import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type Answer, type CallOptions } from '../support/server.ts';
import { advance } from '../support/series.ts';

/** Goal: `POST /api/sdk/users/identify` answers, merges and refuses as the contract says. */
const server = await startServer();
afterAll(server.close);

const CREATED = '{"success":true,"created":true}';
const CHANGED = '{"success":true,"created":false}';
const exact = ({ status, text }: Answer) => [status, text];

let userCount = 0;
const newId = (): string => `ada-${(userCount += 1)}`;
const identify = (body: unknown, options?: CallOptions) =>
  server.sdk('/users/identify', body, options);
const read = async (userId: string, options?: CallOptions) =>
  (await server.v1('GET', `/users/${encodeURIComponent(userId)}`, undefined, options)).body;

async function refused(body: object, status: number, text: string): Promise<void> {
  const userId = newId();
  const answer = await identify({ user_id: userId, ...body });
  expect(exact(answer)).toEqual([status, text]);
  const found = await server.v1('GET', `/users/${userId}`);
  expect(found.status).toBe(404);
}

describe('answers', () => {
  test('created at first sight, and not afterwards', async () => {
    const userId = newId();
    expect(exact(await identify({ user_id: userId }))).toEqual([200, CREATED]);
    expect(exact(await identify({ user_id: userId }))).toEqual([200, CHANGED]);
    expect(exact(await identify({ user_id: userId, traits: { a: 1 } }))).toEqual([200, CHANGED]);
  });

  test('created to one of a hundred calls at once', async () => {
    const second = await startServer({ beside: server });
    const userId = newId();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        (i % 2 === 0 ? server : second).sdk('/users/identify', {
          user_id: userId,
          traits: { [`t${i}`]: i },
        }),
      ),
    );
    expect(answers.filter(({ text }) => text === CREATED)).toHaveLength(1);
    expect(answers.filter(({ text }) => text === CHANGED)).toHaveLength(99);
    expect(Object.keys((await read(userId)).traits)).toHaveLength(100);
    await second.close();
  });

  test('a warning about a time zone that nobody knows, which is kept as sent', async () => {
    const userId = newId();
    const zone = 'Mars/Olympus "Mons"';
    const answer = await identify({ user_id: userId, traits: { timezone: zone } });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      created: true,
      warnings: [expect.stringContaining('timezone "Mars/Olympus \\"Mons\\""')],
    });
    expect((await read(userId)).timezone).toBe(zone);
    for (const known of ['Europe/Berlin', 'us/pacific', 'UTC', 'Asia/Calcutta']) {
      const fine = await identify({ user_id: userId, traits: { timezone: known } });
      expect(fine.text).toBe(CHANGED);
      expect((await read(userId)).timezone).toBe(known);
    }
    for (const unknown of ['IST', 'EST5EDT', '+02:00', 'CET-1CEST', 'Berlin']) {
      const warned = await identify({ user_id: userId, traits: { timezone: unknown } });
      expect(warned.body.warnings).toHaveLength(1);
    }
  });

  test('members that nobody knows are ignored', async () => {
    const body = { user_id: newId(), session_id: 's', extra: 1, traits: null, context: null };
    expect(exact(await identify(body))).toEqual([200, CREATED]);
  });
});

describe('what is kept', () => {
  test('own columns stand by themselves, the rest under traits', async () => {
    const userId = newId();
    await identify({
      user_id: userId,
      traits: {
        name: 'Ada',
        email: 'ada@example.com',
        timezone: 'Europe/London',
        locale: 'en-GB',
        signed_up_at: '2025-01-02T03:04:05+02:00',
        plan: 'pro',
        seats: 5,
        address: { city: 'London' },
      },
      context: { page: '/pricing' },
    });
    expect(await read(userId)).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      user_id: userId,
      email: 'ada@example.com',
      name: 'Ada',
      timezone: 'Europe/London',
      locale: 'en-GB',
      signed_up_at: '2025-01-02T01:04:05.000Z',
      company_id: null,
      traits: { plan: 'pro', seats: 5, address: { city: 'London' } },
      context: { page: '/pricing' },
      first_seen: TEST_CLOCK.toISOString(),
      last_seen: TEST_CLOCK.toISOString(),
      created_at: TEST_CLOCK.toISOString(),
      updated_at: TEST_CLOCK.toISOString(),
    });
  });

  test('traits and context merge key by key: new wins, null deletes, the rest stays', async () => {
    const userId = newId();
    await identify({
      user_id: userId,
      traits: { a: 1, b: { x: 1, y: 2 }, c: [1, 2], d: 'd', name: 'Ada', email: 'ada@example.com' },
      context: { k: 1, l: 2 },
    });
    await identify({
      user_id: userId,
      traits: { a: 2, b: { y: 3 }, c: null, e: false, name: null },
      context: { l: null, m: 3 },
    });
    expect(await read(userId)).toMatchObject({
      traits: { a: 2, b: { y: 3 }, d: 'd', e: false },
      context: { k: 1, m: 3 },
      name: null,
      email: 'ada@example.com',
    });
    expect((await read(userId)).traits).not.toHaveProperty('c');
    await identify({ user_id: userId, traits: { nothing: null, email: '' } });
    expect(await read(userId)).toMatchObject({ email: null, traits: { a: 2 } });
    expect((await read(userId)).traits).not.toHaveProperty('nothing');
  });

  test('a null on first sight leaves nothing', async () => {
    const userId = newId();
    await identify({ user_id: userId, traits: { a: null, b: 1, c: { inner: null } } });
    expect((await read(userId)).traits).toEqual({ b: 1, c: { inner: null } });
  });

  test.each([
    ['an emoji', '😀'],
    ['spaces', ' a b '],
    ['a slash and a question mark', 'a/b?c=d&e#f'],
    ['a percent sign', '100%'],
    ['capitals', 'ADA'],
    ['the composed form', 'caf\u00e9'],
    ['the decomposed form', 'cafe\u0301'],
    ['__proto__', '__proto__'],
    ['a quote', `'";--`],
    ['a number', '0042'],
    ['255 characters', 'é'.repeat(255)],
  ])('an id is kept byte for byte: %s', async (_name, userId) => {
    expect((await identify({ user_id: userId, traits: { own: userId } })).text).toBe(CREATED);
    expect(await read(userId)).toMatchObject({ user_id: userId, traits: { own: userId } });
  });

  test('names of traits may be any text, and values any JSON', async () => {
    const userId = newId();
    const traits = {
      'a.b': 1,
      '': 2,
      ключ: 'ü',
      "x'": [null, { y: [] }],
      constructor: 'c',
      n: -0.5e-7,
    };
    expect((await identify({ user_id: userId, traits })).text).toBe(CREATED);
    expect((await read(userId)).traits).toEqual(traits);
  });

  test('the same key twice means the last', async () => {
    const userId = newId();
    await identify(`{"user_id":"x","user_id":"${userId}","traits":{"a":1,"a":2}}`);
    expect((await read(userId)).traits).toEqual({ a: 2 });
  });

  test('last_seen becomes now by the clock of the side, first_seen stays', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    await identify({ user_id: 'ada' }, key);
    await advance(server, '2025-03-25T10:00:00.000Z', secret);
    await identify({ user_id: 'ada' }, key);
    expect(await read('ada', secret)).toMatchObject({
      first_seen: TEST_CLOCK.toISOString(),
      last_seen: '2025-03-25T10:00:00.000Z',
      created_at: TEST_CLOCK.toISOString(),
    });
  });

  test('the live side goes by the real time', async () => {
    const key = { key: server.live.secretKey };
    const before = Date.now();
    await identify({ user_id: 'ada' }, key);
    const at = Date.parse((await read('ada', key)).last_seen);
    expect(at).toBeGreaterThan(before - 5_000);
    expect(at).toBeLessThan(Date.now() + 5_000);
  });

  test('sides and workspaces share nothing', async () => {
    const other = await server.newWorkspace();
    const userId = newId();
    for (const key of [server.test.widgetKey, server.live.secretKey, other.test.widgetKey]) {
      expect((await identify({ user_id: userId, traits: { key } }, { key })).text).toBe(CREATED);
    }
    expect((await read(userId)).traits).toEqual({ key: server.test.widgetKey });
  });
});

describe('400', () => {
  test('user_id is required', async () => {
    for (const body of [{}, { user_id: null }, { user_id: '' }, '[]', 'null', '"x"', '7', 'true']) {
      expect(exact(await identify(body))).toEqual([400, '{"error":"user_id is required"}']);
    }
  });

  test('user_id is a string of at most 255 characters', async () => {
    for (const value of [0, 1, false, true, [], ['a'], {}]) {
      const answer = await identify({ user_id: value });
      expect(exact(answer)).toEqual([400, '{"error":"user_id must be a string"}']);
    }
    const long = await identify({ user_id: 'x'.repeat(256) });
    expect(exact(long)).toEqual([400, '{"error":"user_id must be at most 255 characters"}']);
  });

  test.each([[[]], ['text'], [7], [true], [0], ['']])(
    'traits and context must be objects: %j',
    async (value) => {
      await refused({ traits: value }, 400, '{"error":"traits must be an object"}');
      await refused({ context: value }, 400, '{"error":"context must be an object"}');
    },
  );

  test.each([7, true, [], {}])('session_id and user_token must be strings: %j', async (value) => {
    await refused({ session_id: value }, 400, '{"error":"session_id must be a string"}');
    await refused({ user_token: value }, 400, '{"error":"user_token must be a string"}');
  });

  const RESERVED = [
    'id',
    'external_id',
    'org_id',
    'company_id',
    'created_at',
    'updated_at',
    'first_seen',
    'last_seen',
    'last_contacted_at',
  ];

  test.each(RESERVED)('the trait %s is reserved, also to delete', async (name) => {
    for (const value of ['x', null]) {
      const answer = await identify({ user_id: newId(), traits: { [name]: value, fine: 1 } });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        error: `Reserved trait keys cannot be set: ${name}`,
        reserved_keys: [name],
        docs_url: expect.stringMatching(/^https?:\/\//),
      });
    }
  });

  test('every reserved trait is named in one answer, and nothing of it is kept', async () => {
    const userId = newId();
    const traits = Object.fromEntries(RESERVED.map((name) => [name, 1]));
    const answer = await identify({ user_id: userId, traits: { plan: 'pro', ...traits } });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toEqual(['error', 'reserved_keys', 'docs_url']);
    expect(answer.body.reserved_keys).toEqual(RESERVED);
    expect(answer.body.error).toBe(`Reserved trait keys cannot be set: ${RESERVED.join(', ')}`);
    expect((await server.v1('GET', `/users/${userId}`)).status).toBe(404);
  });

  test('reserved names are reserved at the top only, and in that spelling only', async () => {
    const traits = { a: { id: 1 }, ID: 2, Created_At: 3 };
    expect((await identify({ user_id: newId(), traits, context: { id: 1 } })).text).toBe(CREATED);
  });

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'ada example.com',
    'a b@example.com',
    'ada@exa mple.com',
    'ada@example.com,bob@example.com',
    'Ada <ada@example.com>',
    'ada@example.com\r\nBcc: all@example.com',
    'ada@example.com\n',
    `${'a'.repeat(250)}@example.com`,
  ])('no address: %j', async (value) => {
    await refused(
      { traits: { email: value } },
      400,
      '{"error":"email is not a valid email address"}',
    );
  });

  test.each([
    'ada@example.com',
    'a.d+a@mail.example.co.uk',
    "o'hara@example.com",
    'x_y@a-b.example',
  ])('an address: %s', async (value) => {
    const userId = newId();
    expect((await identify({ user_id: userId, traits: { email: value } })).text).toBe(CREATED);
    expect((await read(userId)).email).toBe(value);
  });

  test.each(['name', 'email', 'timezone', 'locale', 'signed_up_at'])(
    '%s must be a string',
    async (name) => {
      for (const value of [7, true, [], {}]) {
        await refused({ traits: { [name]: value } }, 400, `{"error":"${name} must be a string"}`);
      }
    },
  );

  test.each([
    'yesterday',
    '2025-02-30',
    '2025-02-30T10:00:00Z',
    '2025-01-01T99:00:00Z',
    '2025-01-01 10:00',
    '2025-01-01T10:00:00',
    '+275760-09-13T00:00:00Z',
    '275760-09-13',
    '0000-01-01',
    '1735700000',
  ])('signed_up_at is no date: %s', async (value) => {
    const answer = await identify({ user_id: newId(), traits: { signed_up_at: value } });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(/^signed_up_at must be an ISO 8601 date/);
  });

  test('what cannot be stored is refused, wherever it is', async () => {
    const text = (name: string) =>
      `{"error":"${name} must not contain NUL or unpaired surrogates"}`;
    for (const bad of ['a\0b', '\ud800', 'x\udfff']) {
      const inId = await identify({ user_id: bad });
      expect(exact(inId)).toEqual([400, text('user_id')]);
      await refused({ traits: { name: bad } }, 400, text('traits'));
      await refused({ traits: { deep: [{ x: bad }] } }, 400, text('traits'));
      await refused({ traits: { [bad]: 1 } }, 400, text('traits'));
      await refused({ context: { a: { [bad]: 1 } } }, 400, text('context'));
    }
  });

  test('32 levels are enough', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
    expect((await identify({ user_id: newId(), traits: nested(32) })).text).toBe(CREATED);
    await refused(
      { traits: nested(33) },
      400,
      '{"error":"traits must not nest deeper than 32 levels"}',
    );
    await refused(
      { context: nested(33) },
      400,
      '{"error":"context must not nest deeper than 32 levels"}',
    );
  });
});

describe('413', () => {
  const TOO_MUCH = '{"error":"Traits and context exceed 20000 bytes"}';
  /** `{"a":"xxx"}` of exactly so many bytes. */
  const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) });

  test('20,000 bytes of traits and context fit, and one more does not', async () => {
    expect(JSON.stringify(sized(100))).toHaveLength(100);
    expect((await identify({ user_id: newId(), traits: sized(20_000) })).text).toBe(CREATED);
    expect((await identify({ user_id: newId(), context: sized(20_000) })).text).toBe(CREATED);
    const both = { traits: sized(12_000), context: sized(8_000) };
    expect((await identify({ user_id: newId(), ...both })).text).toBe(CREATED);
    await refused({ traits: sized(20_001) }, 413, TOO_MUCH);
    await refused({ context: sized(20_001) }, 413, TOO_MUCH);
    await refused({ traits: sized(12_000), context: sized(8_001) }, 413, TOO_MUCH);
  });

  test('bytes are counted, not characters', async () => {
    await refused({ traits: { a: 'é'.repeat(10_000) } }, 413, TOO_MUCH);
    expect((await identify({ user_id: newId(), traits: { a: 'é'.repeat(9_990) } })).text).toBe(
      CREATED,
    );
  });
});

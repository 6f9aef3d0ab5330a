import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type Answer, type CallOptions } from '../support/server.ts';
import { advance } from '../support/series.ts';
import { tokenWriter } from '../support/user-tokens.ts';

/** Goal: `POST /api/sdk/events` answers, keeps, cuts, counts once and refuses as the contract says. */
const server = await startServer();
afterAll(server.close);

const DONE = '{"success":true}';
const exact = ({ status, text }: Answer) => [status, text];
const error = (message: string) => [400, JSON.stringify({ error: message })];

let userCount = 0;
const newId = (): string => `bob-${(userCount += 1)}`;
const track = (body: unknown, options?: CallOptions) => server.sdk('/events', body, options);
const read = async (userId: string, options?: CallOptions) =>
  (await server.v1('GET', `/users/${encodeURIComponent(userId)}`, undefined, options)).body;
const eventsOf = async (userId: string, query = '', options?: CallOptions) =>
  (
    await server.v1(
      'GET',
      `/events?limit=200&user_id=${encodeURIComponent(userId)}${query}`,
      undefined,
      options,
    )
  ).body.data;

/** Sends one event of somebody new, expects that it is refused, and that nothing is kept. */
async function refused(body: object, message: string): Promise<void> {
  const userId = newId();
  const answer = await track({ user_id: userId, events: [{ event_type: 'a' }], ...body });
  expect(exact(answer)).toEqual(error(message));
  expect((await server.v1('GET', `/users/${userId}`)).status).toBe(404);
  expect(await eventsOf(userId)).toEqual([]);
}

describe('what is kept', () => {
  test('an event whole, and the user is created', async () => {
    const userId = newId();
    const event = {
      event_type: 'order placed',
      occurred_at: '2025-03-24T08:30:00+01:00',
      event_id: 'order-1',
      element_selector: '#buy > button',
      page_url: 'https://example.com/cart?a=1#x',
      metadata: { total: 12.5, items: [{ sku: 'ü😀' }], nothing: null, 'a.b': { constructor: 1 } },
    };
    const answer = await track({ user_id: userId, session_id: 's-1', events: [event] });
    expect(exact(answer)).toEqual([200, DONE]);
    expect(await eventsOf(userId)).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        user_id: userId,
        session_id: 's-1',
        ...event,
        occurred_at: '2025-03-24T07:30:00.000Z',
        received_at: TEST_CLOCK.toISOString(),
      },
    ]);
    expect(await read(userId)).toMatchObject({
      first_seen: TEST_CLOCK.toISOString(),
      last_seen: TEST_CLOCK.toISOString(),
      traits: {},
    });
  });

  test('only event_type is required, and what nobody knows is ignored', async () => {
    const userId = newId();
    const events = [
      { event_type: 'a', other: 1 },
      {
        event_type: 'b',
        occurred_at: null,
        event_id: null,
        element_selector: null,
        page_url: '',
        metadata: null,
      },
    ];
    expect(exact(await track({ user_id: userId, events, more: [] }))).toEqual([200, DONE]);
    const bare = {
      element_selector: null,
      page_url: null,
      event_id: null,
      session_id: null,
      metadata: {},
      occurred_at: TEST_CLOCK.toISOString(),
    };
    expect(await eventsOf(userId)).toEqual([
      expect.objectContaining(bare),
      expect.objectContaining(bare),
    ]);
  });

  test('events of somebody not identified', async () => {
    const { test: side } = await server.newWorkspace();
    for (const who of [{}, { user_id: null }, { user_id: '' }]) {
      const body = {
        ...who,
        session_id: 'anon',
        events: [{ event_type: 'viewed', event_id: 'once' }, { event_type: 'left' }],
      };
      expect(exact(await track(body, { key: side.widgetKey }))).toEqual([200, DONE]);
    }
    const { body } = await server.v1('GET', '/events', undefined, { key: side.secretKey });
    const seen = body.data.map((each: Record<string, unknown>) => [
      each['user_id'],
      each['event_type'],
      each['session_id'],
    ]);
    expect(seen).toHaveLength(4);
    expect(seen.filter(([, type]: string[]) => type === 'viewed')).toEqual([
      [null, 'viewed', 'anon'],
    ]);
    expect(
      (await server.v1('GET', '/users', undefined, { key: side.secretKey })).body.data,
    ).toEqual([]);
  });

  test('1 event and 100 events', async () => {
    const userId = newId();
    const events = Array.from({ length: 100 }, (_, i) => ({ event_type: `e${i}` }));
    expect(exact(await track({ user_id: userId, events }))).toEqual([200, DONE]);
    const kept = await eventsOf(userId);
    expect(new Set(kept.map((each: { event_type: string }) => each.event_type)).size).toBe(100);
  });

  test('by the clock of the side, and a time that lies ahead is now', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    await server.sdk('/users/identify', { user_id: 'ada' }, key);
    await advance(server, '2025-03-25T10:00:00.000Z', secret);
    const events = [
      { event_type: 'a' },
      { event_type: 'a', occurred_at: '2031-01-01T00:00:00Z' },
      { event_type: 'a', occurred_at: '2025-03-25' },
    ];
    await track({ user_id: 'ada', events }, key);
    const kept = await eventsOf('ada', '', secret);
    const now = '2025-03-25T10:00:00.000Z';
    expect(
      kept
        .map((each: Record<string, string>) => [each['occurred_at'], each['received_at']])
        .toSorted(),
    ).toEqual([
      ['2025-03-25T00:00:00.000Z', now],
      [now, now],
      [now, now],
    ]);
    expect(await read('ada', secret)).toMatchObject({
      first_seen: TEST_CLOCK.toISOString(),
      last_seen: now,
      updated_at: TEST_CLOCK.toISOString(),
    });
  });

  test('texts are cut to 100, 500, 2,000 and 200 characters, and no pair is split', async () => {
    const long = (length: number) => `${'x'.repeat(length - 1)}😀y`;
    const userId = newId();
    const event = { event_type: long(100), element_selector: long(500), page_url: long(2_000) };
    expect(exact(await track({ user_id: userId, session_id: long(200), events: [event] }))).toEqual(
      [200, DONE],
    );
    const [kept] = await eventsOf(userId);
    expect(kept.event_type).toBe('x'.repeat(99));
    expect(kept.element_selector).toBe('x'.repeat(499));
    expect(kept.page_url).toBe('x'.repeat(1_999));
    expect(kept.session_id).toBe('x'.repeat(199));
    const fits = {
      event_type: 'e'.repeat(100),
      element_selector: 's'.repeat(500),
      page_url: 'p'.repeat(2_000),
    };
    const other = newId();
    await track({ user_id: other, session_id: 'i'.repeat(200), events: [fits] });
    expect(await eventsOf(other)).toEqual([
      expect.objectContaining({ ...fits, session_id: 'i'.repeat(200) }),
    ]);
  });

  test('10,000 bytes of metadata in each of 100 events', async () => {
    const userId = newId();
    const metadata = { a: 'é'.repeat(4_996) };
    expect(Buffer.byteLength(JSON.stringify(metadata))).toBe(10_000);
    const events = Array.from({ length: 100 }, () => ({ event_type: 'big', metadata }));
    expect(exact(await track({ user_id: userId, events }))).toEqual([200, DONE]);
    expect(await eventsOf(userId)).toHaveLength(100);
  });
});

describe('event_id', () => {
  const count = async (userId: string, options?: CallOptions) =>
    (await eventsOf(userId, '', options)).length;

  test('counts once, in one call and in several', async () => {
    const userId = newId();
    const event = { event_type: 'paid', event_id: 'invoice-1' };
    await track({ user_id: userId, events: [event, event, { ...event, event_type: 'other' }] });
    await track({
      user_id: userId,
      events: [event, { event_type: 'paid', event_id: 'invoice-2' }],
    });
    expect(await count(userId)).toBe(2);
    const [first] = (await eventsOf(userId)).toReversed();
    expect(first).toMatchObject({ event_type: 'paid', event_id: 'invoice-1' });
  });

  test('counts once when it comes from 20 calls at once, over two processes', async () => {
    const second = await startServer({ beside: server });
    const userId = newId();
    const calls = Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? server : second).sdk('/events', {
        user_id: userId,
        events: [
          { event_type: 'paid', event_id: 'same' },
          { event_type: `own-${i}`, event_id: `own-${i}` },
        ],
      }),
    );
    for (const answer of await Promise.all(calls)) expect(exact(answer)).toEqual([200, DONE]);
    expect(await count(userId)).toBe(21);
    await second.close();
  });

  test('is told apart by user, side and workspace', async () => {
    const event = { event_type: 'paid', event_id: 'shared' };
    const [one, other] = [newId(), newId()];
    await track({ user_id: one, events: [event] });
    await track({ user_id: other, events: [event] });
    await track({ user_id: one, events: [event] }, { key: server.live.secretKey });
    expect([
      await count(one),
      await count(other),
      await count(one, { key: server.live.secretKey }),
    ]).toEqual([1, 1, 1]);
  });

  test('is forgotten after 24 hours by the clock of the side, and not before', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    const send = () =>
      track({ user_id: 'ada', events: [{ event_type: 'paid', event_id: 'x' }] }, key);
    await send();
    await advance(server, '2025-03-25T07:59:59.999Z', secret);
    await send();
    expect(await count('ada', secret)).toBe(1);
    await advance(server, '2025-03-25T08:00:00.000Z', secret);
    await send();
    await send();
    expect(await count('ada', secret)).toBe(2);
  });

  test('a key of 255 characters is one, and long ones are not cut', async () => {
    const userId = newId();
    const id = 'k'.repeat(254);
    await track({
      user_id: userId,
      events: [
        { event_type: 'a', event_id: `${id}1` },
        { event_type: 'a', event_id: `${id}2` },
      ],
    });
    expect(await count(userId)).toBe(2);
    await refused(
      { events: [{ event_type: 'a', event_id: `${id}12` }] },
      'events[0].event_id must be at most 255 characters',
    );
  });
});

describe('many at once', () => {
  test('a hundred calls of one new user create one user and keep all', async () => {
    const userId = newId();
    const calls = Array.from({ length: 100 }, (_, i) =>
      track({ user_id: userId, events: [{ event_type: `e${i}` }] }),
    );
    for (const answer of await Promise.all(calls)) expect(exact(answer)).toEqual([200, DONE]);
    expect(await eventsOf(userId)).toHaveLength(100);
  });

  test('calls of many users with ids in any order do not lock each other out', async () => {
    const second = await startServer({ beside: server });
    const users = Array.from({ length: 10 }, newId);
    const ids = Array.from({ length: 30 }, (_, i) => `id-${i}`);
    const calls = Array.from({ length: 60 }, (_, i) => {
      const mixed = ids.toSorted(
        (a, b) =>
          ((a.length + i * 7 + Number(a.slice(3)) * 13) % 31) -
          ((b.length + i * 7 + Number(b.slice(3)) * 13) % 31),
      );
      const events = mixed.map((id) => ({ event_type: 'a', event_id: id }));
      return (i % 2 === 0 ? server : second).sdk('/events', {
        user_id: users[i % users.length],
        events,
      });
    });
    for (const answer of await Promise.all(calls)) expect(exact(answer)).toEqual([200, DONE]);
    for (const user of users) expect(await eventsOf(user)).toHaveLength(30);
    await second.close();
  });
});

describe('identity', () => {
  const { live } = server;
  const key = { key: live.widgetKey };
  const { claiming } = tokenWriter(live.identitySecret);
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const call = (more: object) => ({ events: [{ event_type: 'a' }], ...more });

  test('a widget key that names a user needs their token', async () => {
    const userId = newId();
    const answers = [
      await track(call({ user_id: userId }), key),
      await track(call({ user_id: userId, user_token: '' }), key),
      await track(call({ user_id: userId, user_token: 'x' }), key),
      await track(call({ user_id: userId, user_token: claiming({ exp }, 'somebody') }), key),
    ];
    expect(answers.map(exact)).toEqual([
      [403, '{"error":"user_token is required when identity verification is enabled"}'],
      [403, '{"error":"user_token is required when identity verification is enabled"}'],
      [403, '{"error":"Invalid user_token"}'],
      [403, '{"error":"user_token does not match user_id"}'],
    ]);
    expect(
      (await server.v1('GET', `/users/${userId}`, undefined, { key: live.secretKey })).status,
    ).toBe(404);
    const good = call({ user_id: userId, user_token: claiming({ exp }, userId) });
    expect(exact(await track(good, key))).toEqual([200, DONE]);
    expect(exact(await track(call({ user_id: userId }), { key: live.secretKey }))).toEqual([
      200,
      DONE,
    ]);
  });

  test('nobody is named: no token is needed', async () => {
    expect(exact(await track(call({ session_id: 's' }), key))).toEqual([200, DONE]);
  });

  test('fields are judged before identity', async () => {
    const answer = await track({ user_id: newId(), events: [] }, key);
    expect(exact(answer)).toEqual(error('events must hold 1 to 100 events'));
  });
});

describe('400', () => {
  test('1 to 100 events, in an array', async () => {
    for (const body of [{}, '[]', 'null', '"x"', '7', { events: null }]) {
      expect(exact(await track(body))).toEqual(error('events is required'));
    }
    for (const value of [{}, 'x', 7, true, { length: 1 }]) {
      await refused({ events: value }, 'events must be an array');
    }
    const many = Array.from({ length: 101 }, () => ({ event_type: 'a' }));
    for (const events of [[], many]) await refused({ events }, 'events must hold 1 to 100 events');
  });

  test('the index of what is wrong is named, and nothing of the call is kept', async () => {
    const good = { event_type: 'a' };
    for (const bad of [null, 'x', 7, [], true]) {
      await refused({ events: [good, bad] }, 'events[1] must be an object');
    }
    for (const type of [undefined, null, '']) {
      await refused(
        { events: [good, good, { event_type: type }] },
        'events[2].event_type is required',
      );
    }
    await refused(
      { events: [good, { event_type: 'a', metadata: { a: 'x'.repeat(9_993) } }] },
      'events[1].metadata exceeds 10000 bytes',
    );
    await refused(
      { events: [good, { event_type: 'a', metadata: { a: 'é'.repeat(4_997) } }] },
      'events[1].metadata exceeds 10000 bytes',
    );
  });

  test.each(['event_type', 'occurred_at', 'event_id', 'element_selector', 'page_url'])(
    '%s must be a string',
    async (name) => {
      for (const value of [7, 0, true, false, [], {}]) {
        await refused(
          { events: [{ event_type: 'a', [name]: value }] },
          `events[0].${name} must be a string`,
        );
      }
    },
  );

  test('metadata must be an object', async () => {
    for (const value of [7, 'x', true, [], 0, '']) {
      await refused(
        { events: [{ event_type: 'a', metadata: value }] },
        'events[0].metadata must be an object',
      );
    }
  });

  test('session_id and user_token must be strings, user_id a good one', async () => {
    for (const value of [7, true, [], {}]) {
      await refused({ session_id: value }, 'session_id must be a string');
      await refused({ user_token: value }, 'user_token must be a string');
      expect(exact(await track({ user_id: value, events: [{ event_type: 'a' }] }))).toEqual(
        error('user_id must be a string'),
      );
    }
    const long = await track({ user_id: 'x'.repeat(256), events: [{ event_type: 'a' }] });
    expect(exact(long)).toEqual(error('user_id must be at most 255 characters'));
  });

  test.each([
    'yesterday',
    '2025-02-30',
    '2025-01-01 10:00',
    '1735700000',
    '+275760-09-13T00:00:00Z',
    '0001-01-01',
  ])('occurred_at is no date: %s', async (value) => {
    await refused(
      { events: [{ event_type: 'a', occurred_at: value }] },
      'events[0].occurred_at must be an ISO 8601 date between 1900 and 2200',
    );
  });

  test('what cannot be stored is refused, wherever it is', async () => {
    const text = 'must not contain NUL or unpaired surrogates';
    for (const bad of ['a\0b', '\ud800', 'x\udfff', `${'x'.repeat(3_000)}\ud83d`]) {
      for (const name of ['event_type', 'element_selector', 'page_url']) {
        await refused({ events: [{ event_type: 'a', [name]: bad }] }, `events[0].${name} ${text}`);
      }
      await refused(
        { events: [{ event_type: 'a', metadata: { a: [{ b: bad }] } }] },
        `events[0].metadata ${text}`,
      );
      await refused(
        { events: [{ event_type: 'a', metadata: { [bad]: 1 } }] },
        `events[0].metadata ${text}`,
      );
      await refused({ session_id: bad }, `session_id ${text}`);
    }
    for (const bad of ['a\0b', '\ud800']) {
      await refused({ events: [{ event_type: 'a', event_id: bad }] }, `events[0].event_id ${text}`);
      expect(exact(await track({ user_id: bad, events: [{ event_type: 'a' }] }))).toEqual(
        error(`user_id ${text}`),
      );
    }
    const infinite = await track('{"events":[{"event_type":"a","metadata":{"n":1e999}}]}');
    expect(exact(infinite)).toEqual(
      error('events[0].metadata must not be a number that no JSON reader holds'),
    );
  });

  test('32 levels of metadata are enough', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
    expect(
      exact(await track({ user_id: newId(), events: [{ event_type: 'a', metadata: nested(32) }] })),
    ).toEqual([200, DONE]);
    await refused(
      { events: [{ event_type: 'a', metadata: nested(33) }] },
      'events[0].metadata must not nest deeper than 32 levels',
    );
    const deep = `{"events":[{"event_type":"a","metadata":${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}}]}`;
    expect(exact(await track(deep))).toEqual(
      error('events[0].metadata must not nest deeper than 32 levels'),
    );
  });

  test('keys that would change what an object is', async () => {
    for (const body of [
      '{"__proto__":{"a":1},"events":[{"event_type":"a"}]}',
      '{"events":[{"event_type":"a","metadata":{"__proto__":{"b":1}}}]}',
      '{"events":[{"event_type":"a","metadata":{"constructor":{"prototype":{"b":1}}}}]}',
    ]) {
      expect(exact(await track(body))).toEqual([400, '{"error":"Request body is not valid JSON"}']);
    }
  });
});

test('413: 2 MiB are read, and one byte more is not', async () => {
  const body = JSON.stringify({ user_id: newId(), events: [{ event_type: 'a' }] });
  expect(exact(await track(body.padEnd(2_097_152)))).toEqual([200, DONE]);
  expect(exact(await track(body.padEnd(2_097_153)))).toEqual([
    413,
    '{"error":"Request body is too large"}',
  ]);
});

describe('GET /api/v1/events', () => {
  test('the last that came first, page by page, by user and by type', async () => {
    const { test: side } = await server.newWorkspace();
    const [key, secret] = [{ key: side.widgetKey }, { key: side.secretKey }];
    for (let i = 0; i < 6; i += 1) {
      const events = [{ event_type: i % 3 === 0 ? 'bought' : 'viewed', metadata: { i } }];
      await track({ user_id: i % 2 === 0 ? 'ada' : 'bob', events }, key);
    }
    const list = async (query: string): Promise<number[]> => {
      const seen: number[] = [];
      let cursor = '';
      for (let pages = 0; pages < 10; pages += 1) {
        const { body } = await server.v1(
          'GET',
          `/events?limit=2${query}${cursor}`,
          undefined,
          secret,
        );
        seen.push(...body.data.map((each: { metadata: { i: number } }) => each.metadata.i));
        if (body.next_cursor === null) break;
        cursor = `&cursor=${body.next_cursor}`;
      }
      return seen;
    };
    expect(await list('')).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await list('&user_id=ada')).toEqual([4, 2, 0]);
    expect(await list('&event_type=bought')).toEqual([3, 0]);
    expect(await list('&user_id=bob&event_type=bought')).toEqual([3]);
    expect(await list('&user_id=nobody')).toEqual([]);
    expect(await list('&event_type=')).toEqual([]);
  });

  test('needs a secret key', async () => {
    expect(
      (await server.v1('GET', '/events', undefined, { key: server.test.widgetKey })).status,
    ).toBe(403);
  });
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, createMilepost, UnreachableError } from './index.ts';
import { waitMsAfter } from './retry.ts';

/** Goal: a call counts once, however often it is made. Method: a server of one line, false time. */
interface Seen {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Record<string, string> };
}
type Say = () => Response | Promise<Response>;

let seen: Seen[];
let answers: Say[];

beforeEach(() => {
  [seen, answers] = [[], []];
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const fetch = ((url: string, init: Seen['init']) => {
  seen.push({ url, init });
  return Promise.resolve((answers.shift() ?? (() => Response.json({ success: true })))());
}) as typeof globalThis.fetch;

const milepost = createMilepost({
  url: 'https://m.example/',
  secretKey: 'mp_sk_test_x',
  timeoutMs: 5_000,
  fetch,
});

const status =
  (code: number, headers: HeadersInit = {}): Say =>
  () =>
    Response.json({ error: 'no' }, { status: code, headers });
const noAnswer: Say = () => Promise.reject(new TypeError('fetch failed'));
const keys = () => seen.map(({ init }) => init.headers['Idempotency-Key']);

/** Lets all rests pass. */
async function after<Answer>(call: Promise<Answer>): Promise<Answer> {
  call.catch(() => {});
  await vi.runAllTimersAsync();
  return call;
}

test('what changes something carries one key over all attempts, and each call another', async () => {
  answers = [noAnswer, status(503), status(429)];
  expect(await after(milepost.enroll('ada', 's-1'))).toEqual({ success: true });
  expect(seen).toHaveLength(4);
  expect(new Set(keys()).size).toBe(1);
  expect(new Set(seen.map(({ init }) => init.body)).size).toBe(1);
  await milepost.enroll('ada', 's-1');
  expect(new Set(keys()).size).toBe(2);
  await milepost.enroll('ada', 's-1', { idempotencyKey: 'mine' });
  expect(keys().at(-1)).toBe('mine');
  await milepost.call('DELETE /series/{id}', { path: { id: 's-1' } });
  expect(keys().at(-1)).toMatch(/^[0-9a-f-]{36}$/);
});

test('what only reads carries none, and is repeated all the same', async () => {
  answers = [status(502)];
  await after(milepost.call('GET /series'));
  expect(keys()).toEqual([undefined, undefined]);
  expect(seen[0]?.init.headers['Authorization']).toBe('Bearer mp_sk_test_x');
});

test('a refusal is not asked again', async () => {
  for (const code of [400, 401, 403, 404, 409, 413, 422]) {
    answers = [status(code)];
    seen = [];
    await expect(milepost.identify('ada')).rejects.toMatchObject({ status: code });
    expect(seen).toHaveLength(1);
  }
});

test('an attempt that is worked still is waited for', async () => {
  const code = 'workspace.idempotency_key_busy';
  answers = [() => Response.json({ error: 'busy', code }, { status: 409 })];
  await after(milepost.call('POST /series/{id}/pause', { path: { id: 's-1' } }));
  expect(seen).toHaveLength(2);
});

test('after the last attempt the last fault is told', async () => {
  answers = Array.from({ length: 9 }, () => status(500));
  await expect(after(milepost.identify('ada'))).rejects.toMatchObject({ status: 500 });
  expect(seen).toHaveLength(5);
  seen = [];
  await expect(after(milepost.identify('ada', {}, { retryMax: 0 }))).rejects.toBeInstanceOf(
    ApiError,
  );
  expect(seen).toHaveLength(1);
});

test('rests grow, are never the same for all, and keep to what the server asks', () => {
  const rests = [1, 2, 3, 4, 5, 9].map((attempt) => [
    waitMsAfter(new UnreachableError(null), attempt, () => 0),
    waitMsAfter(new UnreachableError(null), attempt, () => 1),
  ]);
  expect(rests).toEqual([
    [250, 500],
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [4_000, 8_000],
    [4_000, 8_000],
  ]);
  const asking = (retryAfterMs: number) => new ApiError(429, null, '', undefined, { retryAfterMs });
  expect(waitMsAfter(asking(30_000), 1)).toBe(30_000);
  expect(waitMsAfter(asking(3_600_000), 1)).toBeNull();
  expect(waitMsAfter(new TypeError('a mistake of ours'), 1)).toBeNull();
});

test('Retry-After is read from the answer', async () => {
  answers = [status(429, { 'Retry-After': '7' })];
  const enrolled = milepost.enroll('ada', 's-1');
  await vi.advanceTimersByTimeAsync(6_900);
  expect(seen).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  await enrolled;
  expect(seen).toHaveLength(2);
});

/** A server that never answers, until whoever asked hangs up. */
const silent = ((_url: string, { signal }: RequestInit) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  })) as typeof globalThis.fetch;

test('silence ends when the time is up, and says so', async () => {
  const patient = createMilepost({
    url: 'https://m.example',
    secretKey: 'x',
    fetch: silent,
    timeoutMs: 100,
  });
  const call = patient.call('GET /series', {}, { retryMax: 1 });
  await expect(after(call)).rejects.toMatchObject({ name: 'UnreachableError', isTimeout: true });
});

test('who gives up gets their own reason, also in a rest', async () => {
  const giveUp = new AbortController();
  const waiting = createMilepost({ url: 'https://m.example', secretKey: 'x', fetch: silent });
  const call = waiting.call('GET /series', {}, { signal: giveUp.signal });
  giveUp.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');

  answers = [noAnswer];
  const later = new AbortController();
  const resting = milepost.identify('ada', {}, { signal: later.signal });
  resting.catch(() => {});
  await vi.advanceTimersByTimeAsync(10);
  later.abort(new Error('enough'));
  await expect(resting).rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
});

test('a list comes page by page, and no page before it is wanted', async () => {
  const page =
    (ids: string[], next_cursor: string | null): Say =>
    () =>
      Response.json({ data: ids.map((id) => ({ id })), next_cursor });
  answers = [page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'], null)];
  const got: string[] = [];
  for await (const { id } of milepost.list('GET /series', { query: { limit: 2 } })) {
    got.push(id);
    if (id === 'b') expect(seen).toHaveLength(1);
  }
  expect(got).toEqual(['a', 'b', 'c']);
  expect(seen.map(({ url }) => new URL(url).search)).toEqual([
    '?limit=2',
    '?limit=2&cursor=c1',
    '?limit=2&cursor=c2',
  ]);

  [seen, answers] = [[], [page(['a'], 'c1'), page(['b'], null)]];
  const found: unknown[] = [];
  for await (const user of milepost.list('POST /users/search', { body: { q: 'a' } })) {
    found.push(user);
  }
  expect(found).toHaveLength(2);
  expect(seen.map(({ init }) => JSON.parse(init.body as string) as unknown)).toEqual([
    { q: 'a' },
    { q: 'a', cursor: 'c1' },
  ]);
  expect(new Set(keys()).size).toBe(2);
});

test('a fault of a body is told field by field', async () => {
  const details = [{ path: 'steps/0/subject', message: 'must be a string' }];
  const body = { error: 'steps/0/subject …', code: 'request.invalid', details, request_id: 'r-1' };
  answers = [() => Response.json(body, { status: 400 })];
  const refusal = await milepost
    .call('POST /series', { body: { name: 'x', steps: [] } })
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'request.invalid', faults: details, requestId: 'r-1' });
  expect(new ApiError(404, null, 'Not found').faults).toEqual([]);
});

test('an event has an id, so that a repeat of your own does not count either', async () => {
  await milepost.track('ada', 'bought', { sku: 'A' }, { occurredAt: new Date(0) });
  await milepost.track('ada', 'bought', {}, { eventId: 'order-1' });
  const [first, second] = seen.map(
    ({ init }) => (JSON.parse(init.body as string) as { events: [object] }).events[0],
  );
  expect(first).toEqual({
    event_type: 'bought',
    event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    metadata: { sku: 'A' },
    occurred_at: '1970-01-01T00:00:00.000Z',
  });
  expect(second).toMatchObject({ event_id: 'order-1' });
});

test('a file is sent as it is, and once', async () => {
  answers = [status(503)];
  const file = { type: 'text/csv', content: 'user_id\nada\n' };
  const importing = milepost.startImport({ kind: 'users', dry_run: true }, file);
  await expect(after(importing)).rejects.toMatchObject({ status: 503 });
  expect(seen).toHaveLength(1);
  expect(seen[0]?.url).toBe('https://m.example/api/v1/imports?kind=users&dry_run=true');
  expect(seen[0]?.init.body).toBe(file.content);
  expect(seen[0]?.init.headers['Content-Type']).toBe('text/csv');
});

test('an address that is none is a mistake, and no server that is silent', () => {
  for (const url of [
    '',
    'milepost.example.com',
    'localhost:4400',
    '/milepost',
    'ftp://m.example',
  ]) {
    expect(() => createMilepost({ url, secretKey: 'x' }), url).toThrow(TypeError);
  }
});

test('a server below a path is reached there', async () => {
  const below = createMilepost({ url: 'https://m.example/mail/?x=1#y', secretKey: 'x', fetch });
  await below.call('GET /series');
  expect(seen[0]?.url).toBe('https://m.example/mail/api/v1/series');
});

test.each(['', '.', '..', undefined])('an id that is %j makes no other call', async (id) => {
  const path = { user_id: id as string };
  await expect(milepost.call('DELETE /users/{user_id}', { path })).rejects.toThrow(
    /^user_id may not be/,
  );
  expect(seen).toEqual([]);
});

test('what no header can hold is a mistake that is told at once', async () => {
  const own = { idempotencyKey: 'signup-of-Žofie' };
  await expect(after(milepost.enroll('Žofie', 's-1', own))).rejects.toThrow(TypeError);
  expect(seen).toEqual([]);
});

test('a redirect is not followed, for it may make a question of what was told', async () => {
  const Location = 'https://m.example/api/sdk/series';
  answers = [() => new Response(null, { status: 301, headers: { Location } })];
  await expect(after(milepost.enroll('ada', 's-1'))).rejects.toMatchObject({
    status: 301,
    message: expect.stringContaining(Location),
  });
  expect(seen.map(({ init }) => init.redirect)).toEqual(['manual']);
});

test('a date in Retry-After is read, too', async () => {
  vi.setSystemTime(new Date('2026-03-02T09:00:00Z'));
  answers = [status(503, { 'Retry-After': 'Mon, 02 Mar 2026 09:00:20 GMT' }), status(503)];
  const enrolled = after(milepost.enroll('ada', 's-1', { retryMax: 0 }));
  await expect(enrolled).rejects.toMatchObject({ retryAfterMs: 20_000 });
  answers = [status(503, { 'Retry-After': 'soon' })];
  await expect(milepost.enroll('ada', 's-1', { retryMax: 0 })).rejects.toMatchObject({
    retryAfterMs: null,
  });
});

test('a page of a proxy is a refusal like any other, and a passing one is asked again', async () => {
  const html =
    (code: number): Say =>
    () =>
      new Response('<html>nginx', { status: code, headers: { 'Content-Type': 'text/html' } });
  answers = [html(502)];
  expect(await after(milepost.identify('ada'))).toEqual({ success: true });
  answers = [html(413)];
  await expect(milepost.identify('ada')).rejects.toMatchObject({
    name: 'ApiError',
    status: 413,
    message: 'The server answered 413.',
  });
  answers = [html(200)];
  await expect(milepost.identify('ada')).rejects.toMatchObject({ name: 'ApiError', status: 200 });
});

test('no time limit is one, however long', async () => {
  const patient = createMilepost({ url: 'https://m.example', secretKey: 'x', fetch: silent });
  for (const timeoutMs of [Infinity, 2 ** 40]) {
    const giveUp = new AbortController();
    const call = patient.call('GET /series', {}, { timeoutMs, signal: giveUp.signal });
    call.catch(() => {});
    await vi.advanceTimersByTimeAsync(60_000);
    giveUp.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  }
});

test('who gives up gets their own reason, whatever the runtime makes of it', async () => {
  const rude = ((_url: string, { signal }: RequestInit) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new TypeError('connection reset')));
    })) as typeof globalThis.fetch;
  const giveUp = new AbortController();
  const waiting = createMilepost({ url: 'https://m.example', secretKey: 'x', fetch: rude });
  const call = waiting.call('GET /series', {}, { signal: giveUp.signal });
  giveUp.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test('a list whose cursor is broken ends, and is not read for ever', async () => {
  const all = async () => {
    const got: unknown[] = [];
    for await (const each of milepost.list('GET /series')) got.push(each);
    return got;
  };
  const page =
    (more: object): Say =>
    () =>
      Response.json({ data: [{ id: 'a' }], ...more });
  answers = [page({})];
  expect(await all()).toHaveLength(1);
  answers = [page({ next_cursor: 'c1' }), page({ next_cursor: 'c1' })];
  await expect(all()).rejects.toThrow('does not go on');
  answers = [page({ next_cursor: 'c1' }), status(400)];
  await expect(all()).rejects.toMatchObject({ status: 400 });
});

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
  const patient = createMilepost({ url: '', secretKey: 'x', fetch: silent, timeoutMs: 100 });
  const call = patient.call('GET /series', {}, { retryMax: 1 });
  await expect(after(call)).rejects.toMatchObject({ name: 'UnreachableError', isTimeout: true });
});

test('who gives up gets their own reason, also in a rest', async () => {
  const giveUp = new AbortController();
  const waiting = createMilepost({ url: '', secretKey: 'x', fetch: silent });
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

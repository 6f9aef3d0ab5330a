import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMilepost, type EntryStorage, type MilepostOptions } from './index.ts';

/** Goal: nothing that a page says is lost or counted twice. Method: a server of a few lines, false time. */
interface Said {
  readonly path: string;
  readonly key: string;
  readonly body: Record<string, unknown> & { readonly events?: readonly Told[] };
}
type Told = Record<string, unknown>;

let said: Said[];
/** What the server answers, call by call; then 200 for ever. A string is no answer at all. */
let answers: (readonly [status: number, body?: object | string, headers?: HeadersInit] | string)[];
let beacons: { url: string; calls: { path: string; idempotency_key: string; body: Told }[] }[];
let pages: { close: () => void }[];
let listeners: Map<string, (event?: unknown) => void>;

const NO_NETWORK = 'no network';
const WIDGET_KEY = 'mp_wk_test_abcdefgh';

beforeEach(() => {
  [said, answers, beacons, pages, listeners] = [[], [], [], [], new Map()];
  vi.useFakeTimers({ now: new Date('2026-03-02T09:00:00Z') });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    const body = JSON.parse(init.body as string) as Said['body'];
    said.push({
      path: url.replace('https://m.example/api/sdk', ''),
      key: headers['Idempotency-Key'] ?? '',
      body,
    });
    const answer = answers.shift() ?? [200, { success: true }];
    if (typeof answer === 'string') return Promise.reject(new TypeError(answer));
    const [status, content = {}, more] = answer;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return Promise.resolve(new Response(text, { status, ...(more ? { headers: more } : {}) }));
  });
  vi.stubGlobal('navigator', {
    onLine: true,
    sendBeacon: (url: string, text: string) => {
      beacons.push({ url, ...(JSON.parse(text) as { calls: [] }) });
      return true;
    },
  });
  vi.stubGlobal('addEventListener', (name: string, hear: () => void, ...more: unknown[]) => {
    // Runtimes of workers throw where a listener would capture.
    expect(more).toEqual([]);
    listeners.set(name, hear);
  });
});

afterEach(() => {
  for (const page of pages) page.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function memory(): EntryStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    get length() {
      return items.size;
    },
    key: (at) => [...items.keys()][at] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function open(options: Partial<MilepostOptions> = {}) {
  const page = createMilepost({
    url: 'https://m.example/',
    widgetKey: WIDGET_KEY,
    storage: memory(),
    ...options,
  });
  pages.push(page);
  return page;
}

const paths = (): string[] => said.map(({ path }) => path);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** The outcome of a call, once there was time to gather events. */
async function of<Answer>(call: Promise<Answer>): Promise<Answer> {
  await pass(1_000);
  return call;
}
const DAY_MS = 24 * 3_600_000;

test('calls go one after the other, in the order in which they were made', async () => {
  const page = open();
  void page.identify('ada', { plan: 'pro' });
  void page.enroll('s-1');
  void page.track('opened');
  void page.remove('s-1');
  await page.flush();
  expect(paths()).toEqual(['/users/identify', '/series', '/events', '/series']);
  expect(said[0]?.body).toEqual({ user_id: 'ada', traits: { plan: 'pro' }, context: {} });
  expect(said[1]?.body).toEqual({ action: 'enroll', user_id: 'ada', series_id: 's-1' });
  expect(said[3]?.body).toMatchObject({ action: 'remove' });
});

test('what is called in the moment of an answer goes too', async () => {
  const page = open();
  await page.identify('ada');
  await page.enroll('s-1');
  await page.enroll('s-2');
  expect(said).toHaveLength(3);
});

test('events that come together are one call, and each has an id of its own', async () => {
  const page = open();
  await page.identify('ada');
  for (let i = 0; i < 150; i += 1) void page.track('clicked', { i });
  await pass(1_000);
  const events = said.slice(1).map(({ body }) => body.events ?? []);
  expect(events.map((each) => each.length)).toEqual([100, 50]);
  expect(new Set(events.flat().map((event) => event['event_id'])).size).toBe(150);
  expect(events[0]?.[0]).toMatchObject({ occurred_at: '2026-03-02T09:00:00.000Z' });
});

test('a repeat is the same call under the same key, after a rest that grows', async () => {
  answers = [NO_NETWORK, [503], [429, {}, { 'Retry-After': '60' }], [200, { created: true }]];
  const page = open();
  const identified = page.identify('ada');
  await pass(0);
  await pass(1_000);
  await pass(2_000);
  expect(said).toHaveLength(3);
  await pass(55_000);
  expect(said).toHaveLength(3);
  await pass(6_000);
  expect(await identified).toEqual({ created: true });
  expect(new Set(said.map((each) => JSON.stringify(each))).size).toBe(1);
});

test('what was not answered outlives the page, and so does who the user is', async () => {
  const storage = memory();
  answers = [NO_NETWORK];
  const before = open({ storage });
  void before.identify('ada');
  void before.track('opened');
  await before.flush();
  before.close();
  const first = said[0];
  said = [];

  const after = open({ storage });
  void after.enroll('s-1');
  await after.flush();
  expect(paths()).toEqual(['/users/identify', '/events', '/series']);
  expect(said[0]).toEqual(first);
  expect(said[2]?.body).toMatchObject({ user_id: 'ada' });
  expect([...storage.items.keys()].filter((key) => key.includes(':call:'))).toEqual([]);
});

test('what was tried a day ago is given up, for the server no longer knows whether it came', async () => {
  const storage = memory();
  answers = [NO_NETWORK];
  const before = open({ storage });
  void before.identify('ada');
  await before.flush();
  before.close();
  vi.setSystemTime(Date.now() + DAY_MS);
  const errors: string[] = [];
  const after = open({ storage, onError: ({ message }) => errors.push(message) });
  await after.flush();
  expect(errors).toEqual(['The server did not answer for a day.']);
  expect(said).toHaveLength(1);
});

test('what was said offline was not tried, and goes days later', async () => {
  const storage = memory();
  Object.assign(navigator, { onLine: false });
  const before = open({ storage });
  void before.identify('ada');
  await before.flush();
  before.close();
  expect(said).toEqual([]);
  vi.setSystemTime(Date.now() + 3 * DAY_MS);
  Object.assign(navigator, { onLine: true });
  await open({ storage }).flush();
  expect(paths()).toEqual(['/users/identify']);
});

test('when the network comes back nobody waits for the rest to end', async () => {
  answers = [NO_NETWORK, NO_NETWORK];
  const page = open();
  void page.identify('ada');
  await pass(0);
  await pass(1_000);
  expect(said).toHaveLength(2);
  listeners.get('online')?.();
  await pass(0);
  expect(said).toHaveLength(3);
});

test('without a storage that works, the page remembers by itself', async () => {
  const broken = () => {
    throw new Error('full');
  };
  const storage = { ...memory(), setItem: broken, getItem: broken, key: broken, length: 3 };
  answers = [NO_NETWORK];
  const page = open({ storage });
  const identified = page.identify('ada');
  await page.flush();
  await pass(2_000);
  await identified;
  expect(said).toHaveLength(2);
});

test('the queue has an end, and says so', async () => {
  Object.assign(navigator, { onLine: false });
  const page = open();
  for (let i = 0; i < 500; i += 1) void page.identify(`user-${i}`);
  await expect(page.identify('one more')).rejects.toThrow('Too many calls');
});

test('a refusal ends one call and not those behind it', async () => {
  answers = [[404, { error: 'Series not found' }]];
  const errors: Error[] = [];
  const page = open({ onError: (error) => errors.push(error) });
  const identified = page.identify('ada');
  await expect(identified).rejects.toMatchObject({ status: 404, message: 'Series not found' });
  await of(page.track('opened'));
  expect(errors).toHaveLength(1);
  expect(paths()).toEqual(['/users/identify', '/events']);
});

test('one event that the server refuses does not take the others with it', async () => {
  answers = [[200], [400, { error: 'events[1].metadata …' }], [200], [400, { error: 'no' }]];
  const page = open();
  await page.identify('ada');
  const tracked = Promise.allSettled(['a', 'b', 'c'].map((name) => page.track(name)));
  await pass(1_000);
  expect((await tracked).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(said.map(({ body }) => body.events?.length)).toEqual([undefined, 3, 1, 1, 1]);
});

test('a refused token is asked for again, once, and the call gets another key', async () => {
  answers = [[403, { error: 'Invalid user_token' }]];
  let tokens = 0;
  const getUserToken = vi.fn<(userId: string) => string>((userId) => `${userId}-${(tokens += 1)}`);
  const page = open({ getUserToken });
  await page.identify('ada');
  await of(page.track('opened'));
  expect(said.map(({ body }) => body['user_token'])).toEqual(['ada-1', 'ada-2', 'ada-2']);
  expect(said[0]?.key).not.toBe(said[1]?.key);
  answers = [
    [403, { error: 'Invalid user_token' }],
    [403, { error: 'Invalid user_token' }],
  ];
  await expect(page.enroll('s-1')).rejects.toMatchObject({ status: 403 });
  expect(getUserToken).toHaveBeenCalledTimes(3);
});

test('a token that cannot be had now is asked for later', async () => {
  const getUserToken = vi.fn<(userId: string) => Promise<string>>();
  getUserToken.mockRejectedValueOnce(new Error('no network')).mockResolvedValue('token');
  const page = open({ getUserToken });
  const identified = page.identify('ada');
  await pass(2_000);
  await identified;
  expect(said.map(({ body }) => body['user_token'])).toEqual(['token']);
});

test('a page that is left gives a beacon all that waits, in its order, each call under its key', async () => {
  answers = [NO_NETWORK];
  const page = open({ userToken: 'token' });
  void page.identify('ada');
  await page.flush();
  void page.track('left');
  void page.enroll('s-1');
  listeners.get('pagehide')?.();
  expect(beacons.map(({ url }) => url)).toEqual([
    `https://m.example/api/sdk/beacon?key=${WIDGET_KEY}`,
  ]);
  const calls = beacons[0]?.calls ?? [];
  expect(calls.map(({ path }) => path)).toEqual(['/users/identify', '/events', '/series']);
  expect(calls[0]?.idempotency_key).toBe(said[0]?.key);
  expect(calls.map(({ body }) => body['user_token'])).toEqual(['token', 'token', 'token']);
  // Nobody knows whether it arrived: the page, if it lives on, says the same once more.
  await pass(2_000);
  expect(said.slice(1).map(({ key, body }) => ({ key, body }))).toEqual(
    calls.map(({ idempotency_key: key, body }) => ({ key, body })),
  );
});

test('a beacon takes no call whose token would have to be waited for, and none behind it', () => {
  const page = open({ getUserToken: () => new Promise<string>(() => {}) });
  void page.track('seen');
  void page.identify('ada');
  void page.track('left');
  page.reset();
  void page.track('nobody knows who');
  listeners.get('pagehide')?.();
  expect(beacons[0]?.calls.map(({ path }) => path)).toEqual(['/events']);
});

test('a beacon is no longer than a browser takes along', () => {
  const page = open();
  for (let i = 0; i < 30; i += 1) void page.identify(`user-${i}`, { text: 'ä'.repeat(2_000) });
  listeners.get('pagehide')?.();
  const [beacon] = beacons;
  expect(beacon?.calls.length).toBeGreaterThan(5);
  expect(new TextEncoder().encode(JSON.stringify(beacon)).length).toBeLessThan(65_536);
});

test('nothing that waits means no beacon', async () => {
  const page = open();
  await page.identify('ada');
  listeners.get('pagehide')?.();
  expect(beacons).toEqual([]);
});

test('before anybody is known events are of a session, and after signing out of another', async () => {
  const page = open();
  await of(page.track('seen'));
  await of(page.track('seen again'));
  expect(() => page.enroll('s-1')).toThrow('Call identify first');
  await page.identify('ada');
  page.reset();
  await of(page.track('back'));
  const [first, second, , third] = said.map(({ body }) => body['session_id']);
  expect(first).toEqual(expect.any(String));
  expect(second).toBe(first);
  expect(third).toEqual(expect.any(String));
  expect(third).not.toBe(first);
});

test('who does not wait for an answer hears of no refusal but by onError', async () => {
  // A rejection that nobody handles would fail this run.
  answers = [
    [400, { error: 'no' }],
    [404, { error: 'no' }],
    [404, { error: 'no' }],
  ];
  const errors: string[] = [];
  const page = open({
    onError: ({ message }) => {
      errors.push(message);
    },
  });
  void page.track('a');
  await pass(1_000);
  void page.identify('ada');
  void page.enroll('s-1');
  await pass(1_000);
  expect(errors).toEqual(['no', 'no', 'no']);
});

test('a call is what it was when it was made, and what is no JSON stops nothing', async () => {
  const errors: string[] = [];
  const page = open({ onError: ({ name }) => errors.push(name) });
  const traits: Record<string, unknown> = { plan: 'trial' };
  answers = [NO_NETWORK];
  void page.identify('ada', traits);
  traits['plan'] = 'changed later';
  await page.flush();
  await expect(page.identify('ada', { seats: 3n })).rejects.toThrow(TypeError);
  void page.enroll('s-1');
  await page.flush();
  expect(errors).toEqual(['TypeError']);
  expect(paths()).toEqual(['/users/identify', '/users/identify', '/series']);
  expect(said[1]).toEqual(said[0]);
  expect(said[0]?.body).toMatchObject({ traits: { plan: 'trial' } });
});

test('the queue that is full tells onError, for nobody waits for what is only tracked', async () => {
  Object.assign(navigator, { onLine: false });
  const errors: string[] = [];
  const page = open({ onError: ({ message }) => errors.push(message) });
  for (let i = 0; i < 501; i += 1) void page.identify(`user-${i}`);
  await pass(0);
  expect(errors).toEqual(['Too many calls wait for the network.']);
});

test('an answer that is no JSON is of a proxy: a refusal is one, and a welcome is none', async () => {
  answers = [[200, '<html>Sign in to the hotel'], [200], [413, '<html>Too large'], [200]];
  const page = open();
  const identified = page.identify('ada');
  await pass(2_000);
  expect(await identified).toEqual({});
  await expect(page.enroll('s-1')).rejects.toMatchObject({ status: 413, message: 'Status 413' });
  await page.enroll('s-2');
  expect(said).toHaveLength(4);
});

const TOKENS = ['T-0', 'T-1', 'T-2', 'T-3', 'T-4', 'T-5'];
const refusedToken = [403, { error: 'Invalid user_token' }] as const;

test('many calls whose token has expired ask for one between them', async () => {
  const storage = memory();
  answers = [NO_NETWORK];
  const before = open({ storage, userToken: 'expired' });
  void before.identify('ada');
  await before.flush();
  for (const series of ['s-1', 's-2', 's-3']) void before.enroll(series);
  // All of them are tried, and so keep the token that they have.
  listeners.get('pagehide')?.();
  before.close();
  [said, answers] = [[], []];
  const tokens = [...TOKENS];
  const getUserToken = vi.fn<() => string>(() => tokens.shift() ?? '');
  for (let i = 0; i < 4; i += 1) answers.push(refusedToken, [200]);
  await open({ storage, getUserToken }).flush();
  expect(getUserToken).toHaveBeenCalledTimes(1);
  expect(said.map(({ body }) => body['user_token'])).toEqual(
    Array.from({ length: 4 }, () => ['expired', 'T-0']).flat(),
  );
});

test('what an earlier page signed goes with the token of this page when its own has expired', async () => {
  const storage = memory();
  answers = [NO_NETWORK];
  const before = open({ storage, userToken: 'expired' });
  void before.identify('ada');
  await before.flush();
  before.close();
  [said, answers] = [[], [refusedToken, [200]]];
  await open({ storage, userToken: 'fresh' }).flush();
  expect(said.map(({ body }) => body['user_token'])).toEqual(['expired', 'fresh']);
});

test('where no new token helps, tokens are left alone for a minute', async () => {
  const tokens = [...TOKENS];
  const getUserToken = vi.fn<() => string>(() => tokens.shift() ?? '');
  const page = open({ getUserToken });
  answers = Array.from({ length: 9 }, () => refusedToken);
  await page.identify('ada').catch(() => {});
  for (const series of ['s-1', 's-2', 's-3']) await page.enroll(series).catch(() => {});
  expect(getUserToken).toHaveBeenCalledTimes(2);
  expect(said).toHaveLength(5);
  await pass(60_000);
  await page.enroll('s-4').catch(() => {});
  expect(getUserToken).toHaveBeenCalledTimes(3);
});

test('a new token that cannot be had now is asked for later, and the call goes then', async () => {
  const getUserToken = vi.fn<() => Promise<string>>();
  getUserToken.mockResolvedValueOnce('old').mockRejectedValueOnce(new Error('no network'));
  getUserToken.mockResolvedValue('new');
  answers = [refusedToken, refusedToken, [200]];
  const page = open({ getUserToken });
  const identified = page.identify('ada');
  await pass(2_000);
  await identified;
  expect(said.map(({ body }) => body['user_token'])).toEqual(['old', 'old', 'new']);
});

/** What a browser tells the other tabs when one changes the storage that they share. */
function shared(storage = memory()): EntryStorage {
  const tell = (key: string, newValue: string | null) =>
    queueMicrotask(() => {
      for (const hear of hearing) hear({ key, newValue });
    });
  return {
    ...storage,
    get length() {
      return storage.length;
    },
    setItem: (key, value) => {
      storage.setItem(key, value);
      tell(key, value);
    },
    removeItem: (key) => {
      storage.removeItem(key);
      tell(key, null);
    },
  };
}
let hearing: ((event: unknown) => void)[] = [];

/** Two tabs, of which the second was opened while something waited in the first. */
function openTabs(tokens: readonly string[]) {
  const storage = shared();
  hearing = [];
  const [first, second] = tokens.map((token) => () => {
    const page = open({ storage, getUserToken: () => Promise.resolve(token) });
    const hear = listeners.get('storage');
    hearing.push((event) => hear?.(event));
    return page;
  });
  return { first: first!, second: second! };
}

test('of two tabs one tells what both have, and both hear the answer', async () => {
  const { first, second } = openTabs(['token of one', 'token of two']);
  Object.assign(navigator, { onLine: false });
  const one = first();
  const identified = one.identify('ada');
  const enrolled = one.enroll('s-1');
  const two = second();
  await pass(1_000);
  Object.assign(navigator, { onLine: true });
  answers = [
    [200, { created: true }],
    [200, { enrolled: true }],
  ];
  await two.flush();
  await pass(10);
  expect(await identified).toEqual({ created: true });
  expect(await enrolled).toEqual({ enrolled: true });
  await one.flush();
  expect(said).toHaveLength(2);
});

test('what one tab has begun the other repeats byte for byte', async () => {
  const { first, second } = openTabs(['token of one', 'token of two']);
  Object.assign(navigator, { onLine: false });
  const one = first();
  void one.identify('ada');
  const two = second();
  await pass(1_000);
  Object.assign(navigator, { onLine: true });
  answers = [NO_NETWORK];
  await two.flush();
  await one.flush();
  expect(said).toHaveLength(2);
  expect(said[1]).toEqual(said[0]);
});

test('no tab puts its events to what another began, for it may be going at this moment', async () => {
  const { first, second } = openTabs(['', '']);
  Object.assign(navigator, { onLine: false });
  const one = first();
  void one.track('a');
  const two = second();
  void two.track('b');
  void one.track('c');
  await pass(1_000);
  Object.assign(navigator, { onLine: true });
  await Promise.all([one.flush(), two.flush()]);
  const bodies = new Map<string, Set<string>>();
  for (const { key, body } of said) {
    bodies.set(key, (bodies.get(key) ?? new Set()).add(JSON.stringify(body)));
  }
  expect([...bodies.values()].map(({ size }) => size)).toEqual([1, 1]);
  const told = said.flatMap(({ body }) => (body.events ?? []).map((event) => event['event_type']));
  expect([...new Set(told)].toSorted()).toEqual(['a', 'b', 'c']);
});

test('events under a key that another tab used go again, each by itself', async () => {
  answers = [[200], [422, { error: 'Idempotency-Key was used with a different request' }]];
  const page = open();
  await page.identify('ada');
  const told = Promise.all([page.track('a'), page.track('b')]);
  await pass(1_000);
  await told;
  expect(said.map(({ body }) => body.events?.length)).toEqual([undefined, 2, 1, 1]);
  expect(new Set(said.map(({ key }) => key)).size).toBe(4);
});

test('a call whose key another tab used with its own token goes as that tab made it', async () => {
  const storage = memory();
  answers = [[422, { error: 'Idempotency-Key was used with a different request' }]];
  const page = open({ storage, userToken: 'ours' });
  const identified = page.identify('ada');
  await pass(0);
  const [place = ''] = [...storage.items.keys()].filter((key) => key.includes(':call:'));
  const theirs = (storage.getItem(place) ?? '').replace('ours', 'theirs');
  storage.setItem(place, theirs);
  await pass(2_000);
  await identified;
  expect(said.map(({ body }) => body['user_token'])).toEqual(['ours', 'theirs']);
  expect(said[1]?.key).toBe(said[0]?.key);
});

test('what another tab was refused with its token goes once more, with our own', async () => {
  const reused = [422, { error: 'Idempotency-Key was used with a different request' }] as const;
  const { first, second } = openTabs(['good token', 'bad token']);
  Object.assign(navigator, { onLine: false });
  const one = first();
  const enrolled = one.identify('ada');
  const two = second();
  await pass(1_000);
  Object.assign(navigator, { onLine: true });
  answers = [refusedToken, reused, reused, [200, { created: true }]];
  await two.flush();
  await one.flush();
  await pass(30_000);
  expect(await enrolled).toEqual({ created: true });
  expect(said[0]?.body['user_token']).toBe('bad token');
  expect(said.at(-1)?.body['user_token']).toBe('good token');
  const keys = said.map(({ key }) => key);
  expect(keys.map((key) => keys.indexOf(key))).toEqual([0, 0, 0, 3]);
});

test('what is in the storage and is no call is left alone', async () => {
  const storage = memory();
  for (const [at, text] of ['null', '"x"', '{"path":"/events"}', '{', '{"id":"5"}'].entries()) {
    storage.setItem(`milepost:abcdefgh:call:${at}`, text);
  }
  const page = open({ storage });
  void page.identify('ada');
  await page.flush();
  expect(paths()).toEqual(['/users/identify']);
});

test('what is too large for a beacon waits for the next page, and so does what is behind it', async () => {
  const page = open();
  void page.track('first');
  void page.identify('ada', { text: 'x'.repeat(70_000) });
  void page.enroll('s-1');
  listeners.get('pagehide')?.();
  expect(beacons[0]?.calls.map(({ path }) => path)).toEqual(['/events']);
});

test('a server below a path is reached there, and a secret key is refused on a page', async () => {
  const page = open({ url: 'https://m.example/mail//' });
  void page.identify('ada');
  await page.flush();
  expect(paths()).toEqual(['https://m.example/mail/api/sdk/users/identify']);
  expect(() => open({ widgetKey: 'mp_sk_live_abc' })).toThrow('A secret key may not be on a page');
});

test('without a page there is no storage that everybody would share', async () => {
  const items = memory();
  vi.stubGlobal('localStorage', items);
  const page = createMilepost({ url: 'https://m.example', widgetKey: WIDGET_KEY });
  pages.push(page);
  await page.identify('ada');
  expect(items.items.size).toBe(0);
});

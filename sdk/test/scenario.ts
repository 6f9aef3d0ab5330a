import {
  ApiError,
  createMilepost as createServerFace,
  signUserToken,
  UnreachableError,
  verifyWebhook,
  WebhookError,
} from '@milepost/sdk';
import { createMilepost, type EntryStorage } from '@milepost/sdk/browser';

/** One server, one side of a workspace with identity verification, and one active series. */
export interface Setting {
  /** Of the server, as pages reach it. */
  readonly url: string;
  /** Of the server, as backends reach it. */
  readonly apiUrl: string;
  /** Nobody listens there. */
  readonly deadUrl: string;
  /** Below it calls are never answered (`silent`), by a proxy (`proxy`), or redirected (`moved`). */
  readonly oddUrl: string;
  readonly widgetKey: string;
  readonly secretKey: string;
  readonly identitySecret: string;
  readonly seriesId: string;
  readonly userId: string;
  /** One that the server sent, and the secret of its endpoint. */
  readonly webhook: {
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly secret: string;
  };
  /** Instead of `localStorage`, where there is none. */
  readonly storage?: EntryStorage;
}

/** The face of a page, and for whom tokens were asked. */
function pageOf(setting: Setting, { url, expiresInSeconds }: PageOptions) {
  const { widgetKey, identitySecret, storage } = setting;
  const asked: string[] = [];
  const errors: string[] = [];
  const page = createMilepost({
    url,
    widgetKey,
    getUserToken: (userId) => {
      asked.push(userId);
      return signUserToken({ identitySecret, userId, expiresInSeconds });
    },
    onError: ({ message }) => errors.push(message),
    ...(storage === undefined ? {} : { storage }),
  });
  return { page, asked, errors };
}

interface PageOptions {
  readonly url: string;
  /** Of the tokens that the page is given. */
  readonly expiresInSeconds: number;
}

/** A visit during which the server cannot be reached, and whose token has expired by the next. */
export async function visitInVain(setting: Setting) {
  const { page, asked } = pageOf(setting, { url: setting.deadUrl, expiresInSeconds: -3_600 });
  const { userId, seriesId } = setting;
  void page.identify(userId, { email: 'ada@example.com', plan: 'trial' });
  void page.track('opened', { page: 'pricing' });
  void page.track('scrolled');
  void page.enroll(seriesId);
  await page.flush();
  page.close();
  return { asked };
}

/** The next visit, when the server is there: everything waits still, and goes first. */
export async function visit(setting: Setting) {
  const { seriesId } = setting;
  const { page, asked, errors } = pageOf(setting, {
    url: setting.url,
    expiresInSeconds: 3_600,
  });
  await page.flush();
  // Nobody says again who it is: the page before did.
  await page.track('bought', { sku: 'A-1' });
  const again = await page.enroll(seriesId);
  const nowhere = await page.enroll('no-such-series').catch(refusalOf);
  const removed = await page.remove(seriesId);
  const removedAgain = await page.remove(seriesId);
  const identified = await page.identify(setting.userId, { plan: 'pro', timezone: 'Mars/Base' });
  page.close();
  return { again, nowhere, removed, removedAgain, identified, asked, errors };
}

/** What a backend sees of it, and does. */
export async function backend(setting: Setting) {
  const { userId, seriesId } = setting;
  const milepost = createServerFace({ url: setting.apiUrl, secretKey: setting.secretKey });
  const events: string[] = [];
  const query = { user_id: userId, limit: 2 };
  for await (const event of milepost.list('GET /events', { query })) events.push(event.event_type);

  await milepost.track(userId, 'renewed', {}, { eventId: 'renewal-1' });
  await milepost.track(userId, 'renewed', {}, { eventId: 'renewal-1' });
  const renewed = { user_id: userId, event_type: 'renewed' };
  const renewals = await milepost.call('GET /events', { query: renewed });

  const once = { idempotencyKey: `enroll-${userId}` };
  const enrolled = await milepost.enroll(userId, seriesId, once);
  const same = await milepost.enroll(userId, seriesId, once);
  const runs: string[] = [];
  const enrollments = { path: { user_id: userId } };
  for await (const run of milepost.list('GET /users/{user_id}/enrollments', enrollments)) {
    runs.push(run.state);
  }
  const explained = await milepost.call('GET /users/{user_id}/explain', {
    path: { user_id: userId },
    query: { series_id: seriesId },
  });
  const user = await milepost.call('GET /users/{user_id}', { path: { user_id: userId } });
  const faulty = { name: 'Faulty', steps: [{ id: 'a', type: 'email', subject: '' }] } as const;
  const refused = await milepost.call('POST /series', { body: faulty }).catch(refusalOf);
  const unknown = await milepost.enroll('nobody', seriesId).catch(refusalOf);
  const updated = await milepost.updateUsers([{ user_id: userId, traits: { seats: 3 } }]);
  const company = await milepost.identifyCompany(`company-of-${userId}`, {}, { userId });
  return {
    events: events.toSorted(),
    renewals: renewals.data.length,
    enrolled: 'enrolled' in enrolled,
    isSame: JSON.stringify(enrolled) === JSON.stringify(same),
    runs: runs.toSorted(),
    explained: 'state' in explained ? explained.state : null,
    user: { email: user.email, plan: user.traits['plan'] },
    refused,
    unknown,
    updated,
    company,
  };
}

/** Servers that are not there, are slow or are not Milepost, and a caller who waits no longer. */
export async function faults({ deadUrl, oddUrl, secretKey }: Setting) {
  const ask = (url: string, own: { timeoutMs?: number; signal?: AbortSignal } = {}) => {
    const milepost = createServerFace({ url, secretKey, retryMax: 0 });
    return milepost.call('GET /series', {}, own).then(told, wordsOf);
  };
  const giveUp = new AbortController();
  const givenUp = ask(`${oddUrl}/silent`, { signal: giveUp.signal });
  giveUp.abort(new Error('enough'));
  return {
    dead: await ask(deadUrl),
    slow: await ask(`${oddUrl}/silent`, { timeoutMs: 200 }),
    givenUp: await givenUp,
    proxy: await ask(`${oddUrl}/proxy`),
    // Where it leads to is not told to pages.
    moved: (await ask(`${oddUrl}/moved`)).slice(0, 37),
  };
}

/** What goes up and comes down as a file. */
export async function files({ apiUrl, secretKey }: Setting) {
  const milepost = createServerFace({ url: apiUrl, secretKey });
  const csv = 'user_id\nZoë\n';
  const kinds: string[] = [];
  for (const content of [csv, new Blob([csv]), new TextEncoder().encode(csv)]) {
    const file = { type: 'text/csv', content };
    const { kind } = await milepost.startImport({ kind: 'users', dry_run: true }, file);
    kinds.push(kind);
  }
  return { kinds, suppressions: await milepost.call('GET /suppressions/export') };
}

/** What is signed, and what is found to be. */
export async function signatures({ webhook, userId }: Setting) {
  // On a busy machine it may have come a while ago.
  const lately = { ...webhook, toleranceSeconds: 3_600 };
  const verify = (change: object) =>
    verifyWebhook({ ...lately, ...change }).then(({ type }) => type, wordsOf);
  const { headers, secret } = webhook;
  const other = `whsec_${btoa('a secret of somebody else')}`;
  const short = { ...headers, 'webhook-signature': 'v1,AAAA' };
  return {
    right: await verify({}),
    bytes: await verify({ body: new TextEncoder().encode(webhook.body) }),
    headers: await verify({ headers: new Headers(headers) }),
    rotated: await verify({ secret: [other, secret] }),
    changed: await verify({ body: `${webhook.body} ` }),
    stranger: await verify({ secret: other }),
    short: await verify({ headers: short }),
    late: await verify({ now: new Date(0) }),
    // As where a variable of the environment was forgotten.
    withoutSecret: await verify({ secret: '' }),
    token: await signUserToken({ identitySecret: 'mp_is_test_x', userId, now: new Date(0) }),
    withoutIdentity: await signUserToken({ identitySecret: '', userId }).then(told, wordsOf),
  };
}

/** All of it, in a runtime that has no pages. */
export async function play(given: Setting) {
  const setting = { ...given, storage: memory() };
  return {
    inVain: await visitInVain(setting),
    visit: await visit(setting),
    backend: await backend(setting),
    faults: await faults(setting),
    files: await files(setting),
    signatures: await signatures(setting),
  };
}

/** One of two tabs: the first says something, and the second finds it waiting. */
export async function openTab(setting: Setting, isFirst: boolean): Promise<unknown> {
  // No two tokens are the same, as of two visits to a server.
  const expiresInSeconds = isFirst ? 3_600 : 3_000;
  const { page } = pageOf(setting, { url: setting.url, expiresInSeconds });
  const { userId, seriesId } = setting;
  return isFirst ? Promise.all([page.identify(userId), page.enroll(seriesId)]) : null;
}

/** A page that is left before anything could go the usual way. */
export function leave(setting: Setting, token: string): void {
  const { url, widgetKey, userId } = setting;
  const page = createMilepost({ url, widgetKey, userToken: token });
  void page.identify(userId);
  void page.track('left');
  location.href = '/elsewhere';
}

function refusalOf(error: unknown) {
  if (!(error instanceof ApiError)) throw error;
  const { status, code, message, faults } = error;
  return { status, code, message, faults: faults.map(({ path }) => path) };
}

const told = (): string => 'no error';

function wordsOf(error: unknown): string {
  if (error instanceof UnreachableError) return error.isTimeout ? 'time is up' : 'no answer';
  if (error instanceof WebhookError) return error.reason;
  return String(error);
}

/** A storage like a browser's. */
function memory(): EntryStorage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (at) => [...items.keys()][at] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

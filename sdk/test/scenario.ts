import { ApiError, createMilepost as createServerFace, signUserToken } from '@milepost/sdk';
import { createMilepost, type EntryStorage } from '@milepost/sdk/browser';

/** One server, one side of a workspace with identity verification, and one active series. */
export interface Setting {
  /** Of the server, as pages reach it. */
  readonly url: string;
  /** Of the server, as backends reach it. */
  readonly apiUrl: string;
  /** Nobody listens there. */
  readonly deadUrl: string;
  readonly widgetKey: string;
  readonly secretKey: string;
  readonly identitySecret: string;
  readonly seriesId: string;
  readonly userId: string;
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

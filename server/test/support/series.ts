import { expect } from 'vitest';
import type { Answer, CallOptions, TestServer } from './server.ts';

/** Fixtures of what most tests over HTTP need: steps, active series, users, and calls about them. */

export const email = (id: string, more: object = {}) => ({
  id,
  type: 'email',
  subject: `Subject of ${id}`,
  html: `<p>Body of ${id}</p>`,
  ...more,
});

export const wait = (id: string, amount: number, unit: string, more: object = {}) => ({
  id,
  type: 'wait',
  delay: { amount, unit },
  ...more,
});

interface SeriesOptions extends Pick<CallOptions, 'key'> {
  readonly settings?: object;
  readonly steps?: readonly object[];
  readonly name?: string;
}

/** An email at once and one a day later: whoever enters is in it until the clock is moved. */
export const TWO_EMAILS = [email('welcome'), wait('day', 1, 'days'), email('second')];

/** A draft of `TWO_EMAILS`, unless it is told otherwise. The key is the test side's secret one. */
export async function draftSeries(
  server: TestServer,
  { settings = {}, steps = TWO_EMAILS, name = 'Welcome', ...who }: SeriesOptions = {},
): Promise<string> {
  const made = await server.v1('POST', '/series', { name, settings, steps }, who);
  expect(made.status, made.text).toBe(201);
  return made.body.id as string;
}

/** The same, active. */
export async function activeSeries(
  server: TestServer,
  options: SeriesOptions = {},
): Promise<string> {
  const id = await draftSeries(server, options);
  const { key } = options;
  await move(server, id, 'activate', key === undefined ? {} : { key });
  return id;
}

/** Moves a series to another status. */
export async function move(
  server: TestServer,
  id: string,
  transition: string,
  who: Pick<CallOptions, 'key'> = {},
): Promise<Answer> {
  const moved = await server.v1('POST', `/series/${id}/${transition}`, undefined, who);
  expect(moved.status, moved.text).toBe(200);
  return moved;
}

let userCount = 0;

/** A user with an address of their own, called by an id that no other test has. */
export async function newUser(
  server: TestServer,
  traits: object = {},
  options: CallOptions = {},
): Promise<string> {
  const userId = `user-${(userCount += 1)}`;
  const body = { user_id: userId, traits: { email: `${userId}@example.com`, ...traits } };
  const answer = await server.sdk('/users/identify', body, options);
  expect(answer.status, answer.text).toBe(200);
  return userId;
}

/** `POST /api/sdk/series` with the test side's widget key. */
export const seriesCall = (
  server: TestServer,
  action: string,
  { userId, seriesId }: { userId: string; seriesId: string },
  options: CallOptions = {},
): Promise<Answer> =>
  server.sdk('/series', { action, user_id: userId, series_id: seriesId }, options);

/** Enrolls and gives the time that the answer promises. */
export async function enroll(
  server: TestServer,
  who: { userId: string; seriesId: string },
  options: CallOptions = {},
): Promise<string> {
  const answer = await seriesCall(server, 'enroll', who, options);
  expect(answer.body, answer.text).toMatchObject({ enrolled: true });
  return answer.body.scheduled_for as string;
}

/** Moves the clock of a test side to an instant, or to the `end` of all that waits. */
export async function advance(
  server: TestServer,
  to: string,
  who: Pick<CallOptions, 'key'> = {},
): Promise<Answer> {
  const body = to === 'end' ? { to_end: true } : { to };
  const advanced = await server.v1('POST', '/test_clock/advance', body, who);
  expect(advanced.status, advanced.text).toBe(200);
  return advanced;
}

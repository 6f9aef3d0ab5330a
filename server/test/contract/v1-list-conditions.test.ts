import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/** Goal: filters that ask for lists follow what people choose, where they stand in series. */
const server = await startServer();
afterAll(server.close);

async function newList(kind: string): Promise<string> {
  const made = await server.v1('POST', '/lists', { name: 'News', kind });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
}
const choose = async (userId: string, body: object): Promise<void> => {
  const answer = await server.v1('PUT', `/users/${userId}/preferences`, body);
  expect(answer.status, answer.text).toBe(200);
};
const statesOf = async (userId: string, seriesId: string) => {
  const path = `/series/${seriesId}/enrollments?user_id=${userId}`;
  return (await server.v1('GET', path)).body.data.map(
    ({ state, end_reason: reason }: { state: string; end_reason: string | null }) =>
      `${state} ${reason ?? ''}`.trim(),
  );
};
const now = async (): Promise<string> => (await server.v1('GET', '/test_clock')).body.now;

test('joining a list is how people enter its audience, and leaving everything how they go', async () => {
  const list = await newList('opt_in');
  const on = { list, operator: 'subscribed' };
  const seriesId = await activeSeries(server, {
    settings: {
      entry_trigger: 'segment_match',
      audience: on,
      exit: [{ filter: { list, operator: 'unsubscribed' } }],
    },
    steps: [wait('long', 30, 'days'), email('after')],
  });
  const [joins, stays] = [await newUser(server), await newUser(server)];
  await advance(server, await now());
  expect(await statesOf(joins, seriesId)).toEqual([]);
  await choose(joins, { lists: [{ id: list, state: 'subscribed' }] });
  await advance(server, await now());
  expect(await statesOf(joins, seriesId)).toEqual(['active']);
  expect(await statesOf(stays, seriesId)).toEqual([]);
  await choose(joins, { all: 'unsubscribed' });
  await advance(server, await now());
  expect(await statesOf(joins, seriesId)).toEqual(['exited filter']);
});

test('a condition tells those on a list from others, in truth and in a simulation', async () => {
  const list = await newList('opt_out');
  const steps = [
    { id: 'on', type: 'condition', filter: { list, operator: 'subscribed' }, yes: 'in', no: 'out' },
    email('in', { purpose: 'transactional', next: null }),
    email('out', { purpose: 'transactional' }),
  ];
  const seriesId = await activeSeries(server, { steps });
  const [silent, left] = [await newUser(server), await newUser(server)];
  await choose(left, { lists: [{ id: list, state: 'unsubscribed' }] });
  for (const userId of [silent, left]) {
    const people = { user_ids: [userId] };
    const simulated = await server.v1('POST', `/series/${seriesId}/simulate`, { people });
    await enroll(server, { userId, seriesId });
    await advance(server, 'end');
    const sent = (await server.v1('GET', `/messages?series_id=${seriesId}&user_id=${userId}`)).body;
    const expected = userId === silent ? 'in' : 'out';
    expect(sent.data.map(({ step_id: id }: { step_id: string }) => id)).toEqual([expected]);
    const told = simulated.body.timeline.filter(({ what }: { what: string }) => what === 'sent');
    expect(told, simulated.text).toMatchObject([{ step_id: expected }]);
  }
  const madeUp = await server.v1('POST', `/series/${seriesId}/simulate`, { people: { count: 2 } });
  expect(madeUp.body.totals.steps[0].branches).toEqual({ yes: 2 });
});

test('a list is named by its id, and nothing else', async () => {
  const settings = { entry_trigger: 'segment_match', audience: { list: 'news', operator: 'on' } };
  const refused = await server.v1('POST', '/series', { name: 'x', settings, steps: [email('a')] });
  expect(refused.body.details).toEqual([
    { path: 'settings/audience/list', message: 'must be the id of a list' },
    {
      path: 'settings/audience/operator',
      message: 'must be one of subscribed, not_subscribed, unsubscribed',
    },
  ]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { changePreferences, readPreferences } from '../../src/consent/index.ts';
import { personOf, startPages, type TestPages } from '../support/consent-pages.ts';
import { activeSeries, advance, enroll, newUser, seriesCall } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: nobody gets a list with double opt-in who has not pressed the button in an email that came to
 * their own address. Method: the whole way, from the wish over the captured email to the button.
 */
let server: TestServer;
let pages: TestPages;

beforeAll(async () => {
  server = await startServer({ transport: null });
  pages = await startPages(server);
});

afterAll(async () => {
  await pages.close();
  await server.close();
});

const join = (userId: string, listId: string) =>
  changePreferences(pages.consent, {
    ...personOf(server, userId),
    changes: [{ listId, to: 'subscribed' }],
    source: 'api',
    now: new Date(),
  });

const leave = (userId: string, listId: string | null) =>
  changePreferences(pages.consent, {
    ...personOf(server, userId),
    changes: [{ listId, to: 'unsubscribed' }],
    source: 'api',
    now: new Date(),
  });

const stateOf = async (userId: string, list: string) => {
  const { all, lists } = await readPreferences(server.db, personOf(server, userId));
  return { all, list: lists.find(({ id }) => id === list)?.state };
};

interface Mail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly automation_id: string;
}

/** What a user has been sent, oldest first, once everything due has been sent. */
async function mailOf(userId: string): Promise<Mail[]> {
  await advance(server, 'end');
  const listed = await server.v1('GET', `/messages?user_id=${userId}`);
  const full = (listed.body.data as { id: string }[]).map(({ id }) =>
    server.v1('GET', `/messages/${id}`),
  );
  return (await Promise.all(full)).map(({ body }) => body as Mail).toReversed();
}

const confirmPathIn = ({ html }: Mail): string => {
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/confirm\/[\w-]+/.exec(html) ?? [];
  return url.slice(pages.url.length);
};

const doubleOptIn = (name: string) => pages.newList({ name, kind: 'opt_in', doubleOptIn: true });

test('who joins is asked by email, is on the list once the button is pressed, and not before', async () => {
  const user = await newUser(server, { name: 'Ada' });
  const list = await doubleOptIn('Monthly letter');
  await join(user, list);
  expect(await stateOf(user, list)).toEqual({ all: 'subscribed', list: 'pending' });
  const [mail, ...more] = await mailOf(user);
  if (mail === undefined) throw new Error('no email came');
  expect(more).toEqual([]);
  expect(mail.subject).toBe('Please confirm: Monthly letter');
  // Whoever typed the address in has typed the name in, too.
  expect(mail.html).not.toContain('Ada');

  const path = confirmPathIn(mail);
  expect((await pages.send({ path })).text).toContain('Yes, subscribe me');
  expect((await stateOf(user, list)).list).toBe('pending');
  for (let times = 0; times < 2; times += 1) {
    const confirmed = await pages.form(path, [['action', 'confirm']]);
    expect(confirmed.text).toContain('You are subscribed');
    expect((await stateOf(user, list)).list).toBe('subscribed');
  }
});

test('the email is a message like any other: it is accounted for, and tells why', async () => {
  const user = await newUser(server);
  const list = await doubleOptIn('Accounted');
  await join(user, list);
  const [mail] = await mailOf(user);
  const automation = mail?.automation_id ?? '';
  const ledger = await server.db`
    select planned::int, passed::int, unaccounted::int from ledger
     where automation_id = ${automation}
  `;
  expect(ledger[0]).toEqual({ planned: 1, passed: 1, unaccounted: 0 });
  // It is none of the series that a member sees.
  const { body } = await server.v1('GET', '/series?limit=100');
  expect((body.data as { id: string }[]).map(({ id }) => id)).not.toContain(automation);
  expect((await server.v1('GET', `/series/${automation}`)).status).toBe(400);
});

test('the list has its own email, and a change of it holds for the next one who joins', async () => {
  const list = await doubleOptIn('Own words');
  const path = `/api/v1/lists/${list}/confirmation`;
  const put = (content: object) =>
    pages.send({
      method: 'PUT',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    });
  const html = '<p>First: <a href="{{ event.confirm_url }}">yes</a></p>';
  expect((await pages.send({ path })).body).toMatchObject({ is_default: true });
  const content = { subject: 'Really {{ event.list }}?', html };
  expect(await put(content)).toMatchObject({
    status: 200,
    body: { ...content, is_default: false },
  });

  const [one, two, three] = [await newUser(server), await newUser(server), await newUser(server)];
  await join(one, list);
  expect(await mailOf(one)).toMatchObject([{ subject: 'Really Own words?' }]);
  await put({ subject: 'Anew', html });
  await join(two, list);
  const mails = await mailOf(two);
  expect(mails).toMatchObject([{ subject: 'Anew' }]);
  expect(mails.map(confirmPathIn)).not.toEqual(['']);

  const refused = await put({ subject: 'No way to answer', html: '<p>Hello</p>' });
  expect([refused.status, refused.body.code]).toEqual([400, 'series.invalid']);
  expect(refused.body.details).toMatchObject([{ path: 'html' }]);
  expect((await pages.send({ path: path.replace(list, server.test.id) })).status).toBe(404);
  await pages.send({ method: 'DELETE', path });
  await join(three, list);
  expect(await mailOf(three)).toMatchObject([{ subject: 'Please confirm: Own words' }]);
});

test('unsubscribed from everything: the email comes, and confirming brings this list alone', async () => {
  const user = await newUser(server);
  const [list, other] = [await doubleOptIn('Only this'), await pages.newList({ name: 'Other' })];
  await leave(user, null);
  await join(user, list);
  const [mail] = await mailOf(user);
  if (mail === undefined) throw new Error('no email came');
  await pages.form(confirmPathIn(mail), []);
  expect(await stateOf(user, list)).toEqual({ all: 'subscribed', list: 'subscribed' });
  expect((await stateOf(user, other)).list).toBe('unsubscribed');
});

test('a link that has been overtaken confirms nothing', async () => {
  const user = await newUser(server);
  const list = await doubleOptIn('Overtaken');
  await join(user, list);
  const [mail] = await mailOf(user);
  if (mail === undefined) throw new Error('no email came');
  const path = confirmPathIn(mail);

  // The address has changed since: only the old mailbox has this link.
  const traits = { email: 'somebody-else@example.com' };
  await server.sdk('/users/identify', { user_id: user, traits });
  expect((await pages.form(path, [])).text).toContain('Nothing to confirm');
  expect((await stateOf(user, list)).list).toBe('pending');
  await server.sdk('/users/identify', {
    user_id: user,
    traits: { email: `${user}@example.com` },
  });

  await pages.form(path, []);
  await leave(user, list);
  expect((await pages.form(path, [])).text).toContain('Nothing to confirm');
  expect((await stateOf(user, list)).list).toBe('unsubscribed');
});

test('one address is asked five times a day at most, whoever names it and for whichever list', async () => {
  const traits = { email: 'victim@example.com' };
  const users: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const user = await newUser(server, traits);
    users.push(user);
    for (const list of [await doubleOptIn(`A ${n}`), await doubleOptIn(`B ${n}`)]) {
      await join(user, list);
    }
  }
  const mails: Mail[][] = [];
  for (const user of users) mails.push(await mailOf(user));
  expect(mails.flat()).toHaveLength(5);
  await server.db`update confirmation_counts set since = since - interval '25 hours'`;
  const [again] = users;
  const list = await doubleOptIn('Tomorrow');
  await join(again ?? '', list);
  expect(await mailOf(again ?? '')).toHaveLength(3);
  const kept = await server.db`select count from confirmation_counts`;
  expect([...kept]).toEqual([{ count: 1 }]);
});

test('who asks once more, because the email was lost, gets another', async () => {
  const user = await newUser(server);
  const list = await doubleOptIn('Lost and found');
  await join(user, list);
  expect(await mailOf(user)).toHaveLength(1);
  await join(user, list);
  const mails = await mailOf(user);
  expect(mails).toHaveLength(2);
  for (const mail of mails) await pages.form(confirmPathIn(mail), []);
  expect((await stateOf(user, list)).list).toBe('subscribed');
  await join(user, list);
  expect(await mailOf(user)).toHaveLength(2);
});

test('when the email cannot be put on its way, the wish fails with it, and can be made again', async () => {
  const user = await newUser(server);
  const list = await doubleOptIn('All or nothing');
  const failing = {
    ...pages.consent,
    onPending: async () => {
      throw new Error('out of order');
    },
  };
  const wish = {
    ...personOf(server, user),
    changes: [{ listId: list, to: 'subscribed' as const }],
    source: 'api',
    now: new Date(),
  };
  await expect(changePreferences(failing, wish)).rejects.toThrow('out of order');
  expect((await stateOf(user, list)).list).toBe('unsubscribed');
  await changePreferences(pages.consent, wish);
  expect(await mailOf(user)).toHaveLength(1);
});

test('a limit of series at once and a cap on emails are for other mail', async () => {
  const limits = { series_at_once: 1, emails: { count: 1, days: 7 } };
  expect((await server.v1('PATCH', '/settings', { limits })).status).toBe(200);
  const user = await newUser(server);
  const series = [await activeSeries(server), await activeSeries(server)] as const;
  const soon = () => server.v1('POST', '/test_clock/advance', { by: { minutes: 1 } });
  const subjects = async (): Promise<string[]> => {
    const { body } = await server.v1('GET', `/messages?user_id=${user}`);
    return (body.data as Mail[]).map(({ subject }) => subject).toSorted();
  };
  // Sent before the series begins: of two emails that are due at one instant either may be first.
  await join(user, await doubleOptIn('Zero'));
  await soon();
  // One confirmation is on its way, and takes no place among the series.
  await join(user, await doubleOptIn('One'));
  await enroll(server, { userId: user, seriesId: series[0] });
  await soon();
  const confirmations = ['Please confirm: One', 'Please confirm: Zero'];
  expect(await subjects()).toEqual(confirmations);
  await join(user, await doubleOptIn('Two'));
  await soon();
  expect(await subjects()).toEqual([...confirmations, 'Please confirm: Two'].toSorted());
  const second = await seriesCall(server, 'enroll', { userId: user, seriesId: series[1] });
  expect(second.body.enrolled).toBe(false);
  const off = { limits: { series_at_once: null, emails: null } };
  expect((await server.v1('PATCH', '/settings', off)).status).toBe(200);
});

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changePreferences, readPreferences } from '../../src/consent/index.ts';
import { personOf, startPages, type TestPages } from '../support/consent-pages.ts';
import { newUser } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: a person gets out, and back, by the links of any email they ever got; nobody and nothing else
 * does. Method: the pages over real sockets and a real database.
 */
let server: TestServer;
let pages: TestPages;

const ONE_CLICK = [['List-Unsubscribe', 'One-Click']] as const;
const SETTINGS = {
  brand: { logo_url: 'https://cdn.example/logo.png', colour: '#7a1fa2', website_url: null },
  postal_address: '1 Harbour <Way>\nBerlin',
};

beforeAll(async () => {
  server = await startServer({ transport: null, settings: SETTINGS });
  pages = await startPages(server);
});

afterAll(async () => {
  await pages.close();
  await server.close();
});

const stateOf = async (userId: string, list: string | null = null) => {
  const { all, lists } = await readPreferences(server.db, personOf(server, userId));
  return list === null ? all : lists.find(({ id }) => id === list)?.state;
};

/** Everything that could have been changed by a look. */
async function traces(): Promise<unknown> {
  const rows = await server.db`
    select (select count(*) from preferences) as preferences,
           (select count(*) from consent_changes) as changes,
           (select count(*) from suppressions) as suppressions,
           (select count(*) from enrollments) as enrollments
  `;
  return rows[0];
}

const titleOf = (text: string): string => /<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? '';

test('looking changes nothing, however often and by whomever', async () => {
  const user = await newUser(server);
  const list = await pages.newList({ name: 'Looked at' });
  const { unsubscribe, preferences } = pages.linksOf(user, list);
  const confirm = pages.confirmPath(user, list, 'ab'.repeat(32));
  const before = await traces();
  const kinds = [
    { method: 'GET' },
    { method: 'HEAD' },
    { method: 'GET', headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender' } },
    { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (compatible; link scanner)' } },
  ];
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const path = [unsubscribe, unsubscribe, preferences, confirm][n % 4] ?? unsubscribe;
        return pages.send({ path, ...kinds[(n + round) % kinds.length] });
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
  expect(await traces()).toEqual(before);
  expect(await stateOf(user, list)).toBe('subscribed');
});

test('one click unsubscribes: 200, no redirect, no cookie, a hundred times with one effect', async () => {
  const user = await newUser(server);
  const list = await pages.newList({ name: 'Clicked away' });
  const { unsubscribe } = pages.linksOf(user, list);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => pages.form(unsubscribe, ONE_CLICK)),
  );
  for (const { status, headers, text } of answers) {
    expect({ status, text }).toEqual({ status: 200, text: 'You are unsubscribed.\n' });
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['location']).toBeUndefined();
  }
  expect(await stateOf(user, list)).toBe('unsubscribed');
  expect(await stateOf(user)).toBe('subscribed');
  const { userId, bucket } = personOf(server, user);
  const changes = await server.db`
    select before, after, source, detail from consent_changes
     where bucket = ${bucket} and user_id = ${userId}
  `;
  expect([...changes]).toEqual([
    {
      before: null,
      after: 'unsubscribed',
      source: 'one_click',
      detail: { message_id: '018f0000-0000-5000-8000-000000000001' },
    },
  ]);
});

test.each([
  [
    'multipart',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
  ],
  ['without a type', undefined, 'List-Unsubscribe=One-Click'],
  ['with a broken type', 'nonsense', 'List-Unsubscribe=One-Click'],
  ['as JSON, by mistake', 'application/json', 'List-Unsubscribe=One-Click'],
])('one click comes through %s', async (_how, type, body) => {
  const user = await newUser(server);
  const { unsubscribe } = pages.linksOf(user);
  const headers = type === undefined ? {} : { 'content-type': type };
  const answer = await pages.send({ method: 'POST', path: unsubscribe, headers, body });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.text).toBe('You are unsubscribed.\n');
  expect(await stateOf(user)).toBe('unsubscribed');
});

test('a POST without a body, from anywhere, with cookies and all, unsubscribes as well', async () => {
  const user = await newUser(server);
  const { unsubscribe } = pages.linksOf(user);
  const headers = { origin: 'null', cookie: 'a=b', 'sec-fetch-site': 'cross-site' };
  const answer = await pages.send({ method: 'POST', path: unsubscribe, headers });
  expect(answer.status).toBe(200);
  expect(await stateOf(user)).toBe('unsubscribed');
});

test('the token of the path counts, whatever the body says', async () => {
  const [user, other] = [await newUser(server), await newUser(server)];
  const token = pages.linksOf(other).unsubscribe.split('/').at(-1) ?? '';
  const { unsubscribe } = pages.linksOf(user);
  const fields = [...ONE_CLICK, ['token', token], ['user_id', other]] as const;
  await pages.form(`${unsubscribe}?token=${token}`, fields);
  expect(await stateOf(user)).toBe('unsubscribed');
  expect(await stateOf(other)).toBe('subscribed');
});

test('whatever is wrong with a link, the answer is the same to the byte', async () => {
  const user = await newUser(server);
  const list = await pages.newList({ name: 'Secret list' });
  const links = pages.linksOf(user, list);
  const token = links.unsubscribe.slice('/u/'.length);
  const tampered = fc.sample(
    fc
      .tuple(fc.nat(token.length - 1), fc.constantFrom('A', 'a', '0', '-', '_', 'Z', 'z', '9'))
      .map(([at, character]) =>
        token[at] === character
          ? `${token.slice(0, at)}${token.slice(at + 1)}`
          : `${token.slice(0, at)}${character}${token.slice(at + 1)}`,
      ),
    300,
  );
  const others = [
    'x',
    token.slice(0, -1),
    `${token}A`,
    'A'.repeat(107),
    'A'.repeat(1_500),
    links.preferences.slice('/p/'.length),
    pages.confirmPath(user, list, 'ab'.repeat(32)).slice('/confirm/'.length),
    pages.signer.sign('click', Buffer.alloc(64, 1)),
    // Signed, but of a workspace that is gone.
    pages.signer.sign('unsubscribe', Buffer.alloc(64, 1)),
  ];
  const calls = [...tampered, ...others].map((wrong, n) => ({
    path: `/u/${wrong}`,
    method: n % 2 === 0 ? 'GET' : 'POST',
  }));
  calls.push(
    { path: `/p/${token}`, method: 'GET' },
    { path: `/p/${token}`, method: 'POST' },
    { path: `/confirm/${token}`, method: 'GET' },
    { path: `/confirm/${token}`, method: 'POST' },
  );
  const answers = await Promise.all(calls.map((call) => pages.send(call)));
  const seen = new Set(
    answers.map(({ status, text, headers }) =>
      JSON.stringify({ status, text, headers: { ...headers, date: null, connection: null } }),
    ),
  );
  expect(seen.size).toBe(1);
  expect(answers[0]?.status).toBe(404);
  expect(answers[0]?.headers['location']).toBeUndefined();
  expect(answers[0]?.text).not.toContain('Secret list');
  expect(await stateOf(user, list)).toBe('subscribed');
});

test('links work for an erased person, an archived list and a list that is gone', async () => {
  const user = await newUser(server);
  const [archived, gone] = [
    await pages.newList({ name: 'Old news' }),
    await pages.newList({ name: 'Gone' }),
  ];
  await server.db`update lists set archived_at = now() where id = ${archived}`;
  await server.db`delete from lists where id = ${gone}`;
  const { bucket, userId } = personOf(server, user);
  await server.db`delete from users where bucket = ${bucket} and id = ${userId}`;
  for (const list of [archived, gone, null]) {
    const { unsubscribe, preferences } = pages.linksOf(user, list);
    for (const path of [unsubscribe, preferences]) {
      expect((await pages.send({ path })).status, path).toBe(200);
    }
    expect((await pages.form(unsubscribe, ONE_CLICK)).status).toBe(200);
    const done = await pages.form(unsubscribe, [['action', 'unsubscribe']]);
    expect([done.status, titleOf(done.text)]).toEqual([200, 'You are unsubscribed']);
    expect((await pages.form(unsubscribe, [['action', 'undo']])).status).toBe(200);
    expect((await pages.form(unsubscribe, ONE_CLICK)).status).toBe(200);
  }
  const rows = await server.db`
    select list_id as list, state from preferences where bucket = ${bucket} and user_id = ${userId}
  `;
  expect(rows.find(({ list }) => list === archived)?.['state']).toBe('unsubscribed');
  expect(await stateOf(user)).toBe('unsubscribed');
});

test('the button unsubscribes, and its undo brings back what was, without asking again', async () => {
  const user = await newUser(server);
  const list = await pages.newList({ name: 'Twice', kind: 'opt_in', doubleOptIn: true });
  const person = personOf(server, user);
  const changes = [{ listId: list, to: 'subscribed' as const }];
  const now = new Date();
  await changePreferences(pages.consent, { ...person, changes, source: 'confirmed', now });
  const { unsubscribe } = pages.linksOf(user, list);

  const shown = await pages.send({ path: unsubscribe });
  expect(titleOf(shown.text)).toBe('Unsubscribe from Twice?');
  const done = await pages.form(unsubscribe, [['action', 'unsubscribe']]);
  expect(titleOf(done.text)).toBe('You are unsubscribed');
  expect(await stateOf(user, list)).toBe('unsubscribed');
  const undone = await pages.form(unsubscribe, [['action', 'undo']]);
  expect(titleOf(undone.text)).toBe('Nothing has changed');
  expect(await stateOf(user, list)).toBe('subscribed');
});

test('an undo puts nobody on a list who was not on it', async () => {
  const user = await newUser(server);
  const list = await pages.newList({ name: 'Never joined', kind: 'opt_in' });
  const { unsubscribe } = pages.linksOf(user, list);
  await pages.form(unsubscribe, [['action', 'undo']]);
  expect(await stateOf(user, list)).toBe('unsubscribed');
  await pages.form(unsubscribe, ONE_CLICK);
  await pages.form(unsubscribe, [['action', 'undo']]);
  expect(await stateOf(user, list)).toBe('unsubscribed');
});

test('the preference page saves what it shows, and nothing about what it does not', async () => {
  const user = await newUser(server);
  const [on, off, hidden] = [
    await pages.newList({ name: 'Stays <on>' }),
    await pages.newList({ name: 'Goes off' }),
    await pages.newList({ name: 'Not on the page' }),
  ];
  const { preferences } = pages.linksOf(user);
  const shown = await pages.send({ path: preferences });
  expect(shown.text).toContain('Stays &lt;on&gt;');
  expect(shown.text).toContain('u•••@example.com');
  expect(shown.text).not.toContain(`${user}@example.com`);
  const fields = [
    ['shown', on],
    ['shown', off],
    ['on', on],
    ['action', 'save'],
  ] as const;
  const saved = await pages.form(preferences, fields);
  expect(saved.text).toContain('Saved.');
  expect([await stateOf(user, on), await stateOf(user, off), await stateOf(user, hidden)]).toEqual([
    'subscribed',
    'unsubscribed',
    'subscribed',
  ]);

  const none = await pages.form(preferences, [['action', 'none']]);
  expect(none.text).toContain('You are unsubscribed from everything.');
  expect(await stateOf(user)).toBe('unsubscribed');
  await pages.form(preferences, [...fields, ['on', off]]);
  expect(await stateOf(user)).toBe('subscribed');
  expect(await stateOf(user, off)).toBe('subscribed');
});

test('a page runs nothing, loads the logo alone, and is neither framed, kept nor found', async () => {
  const user = await newUser(server);
  const { unsubscribe } = pages.linksOf(user);
  const { headers, text } = await pages.send({ path: unsubscribe });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain('img-src https://cdn.example;');
  expect(policy).not.toMatch(/unsafe|script-src/);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex, nofollow',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  });
  expect(text).not.toContain('<script');
  expect(text).toContain('1 Harbour &lt;Way&gt;<br>Berlin');
});

test('forms are limited by address, one click never is', async () => {
  const user = await newUser(server);
  const { unsubscribe, preferences } = pages.linksOf(user);
  const statuses: number[] = [];
  for (let n = 0; n < 130; n += 1) {
    statuses.push((await pages.form(preferences, [['action', 'save']])).status);
  }
  expect(statuses.at(-1)).toBe(429);
  const clicks = await Promise.all(
    Array.from({ length: 50 }, () => pages.form(unsubscribe, ONE_CLICK)),
  );
  expect(clicks.every(({ status }) => status === 200)).toBe(true);
  expect((await pages.send({ path: preferences })).status).toBe(200);
});

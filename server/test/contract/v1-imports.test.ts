import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { until } from '../support/until.ts';

/**
 * Goal: files of other systems, and of spreadsheets, come out as the people they are about, with the
 * consent that they had; what cannot be read is refused in words. Method: files with the columns that
 * those systems document, written by hand.
 */
const server = await startServer();
afterAll(server.close);

const send = (query: string, file: string | Buffer, type = 'text/csv') =>
  server.v1('POST', `/imports?${query}`, file, { headers: { 'content-type': type } });

const imported = async (query: string, file: string) => {
  const answer = await send(query, file);
  expect(answer.status, answer.text).toBe(201);
  return until(async () => {
    const { body } = await server.v1('GET', `/imports/${answer.body.id}`);
    expect(body.state).toBe('done');
    return body;
  });
};

const user = async (id: string) => (await server.v1('GET', `/users/${id}`)).body;
const allOf = async (id: string) =>
  (await server.v1('GET', `/users/${id}/preferences`)).body.all as string;
const reasonsOf = async (email: string) => {
  const answer = await server.v1('GET', `/suppressions?email=${encodeURIComponent(email)}`);
  return answer.body.data.map(({ reason }: { reason: string }) => reason) as string[];
};

describe('a file of another system', () => {
  test('Customer.io: ids, seconds since 1970, and who is unsubscribed', async () => {
    const file = `id,email,cio_id,created_at,unsubscribed,timezone,first_name,plan
cio-1,ann@cio.example,a3000001,1577836800,false,Europe/Berlin,Ann,pro
cio-2,bob@cio.example,a3000002,1577836800,true,,Bob,
,cleo@cio.example,a3000003,,,,Cleo,
`;
    const { progress } = await imported('kind=users&source=customerio', file);
    expect(progress).toMatchObject({ created: 3, bad: 0 });
    expect(await user('cio-1')).toMatchObject({
      email: 'ann@cio.example',
      signed_up_at: '2020-01-01T00:00:00.000Z',
      timezone: 'Europe/Berlin',
      traits: { first_name: 'Ann', plan: 'pro' },
    });
    expect([await allOf('cio-1'), await allOf('cio-2')]).toEqual(['subscribed', 'unsubscribed']);
    expect(await user('cleo@cio.example')).toMatchObject({ name: 'Cleo' });
  });

  test('Mailchimp: who has unsubscribed or was cleaned, by the columns of its files', async () => {
    const base = 'Email Address,First Name,Last Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP';
    const subscribed = `${base},CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS
dan@mc.example,Dan,Dot,"Acme, Inc.",2,2021-02-03 04:05:06,192.0.2.1,2021-02-03 04:05:06,192.0.2.1,2021-02-03 04:05:06,1,ab12,,"""VIP"",""Beta"""
`;
    const left = `${base},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID,EUID
eve@mc.example,Eve,,,2,,,2022-01-02 03:04:05,News,NORMAL,2,cd34
`;
    const cleaned = `${base},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID
fay@mc.example,,,,2,,,2022-01-02 03:04:05,News,3,ef56
`;
    for (const file of [subscribed, left, cleaned]) {
      const { progress } = await imported('kind=users&source=mailchimp', file);
      expect(progress).toMatchObject({ created: 1, bad: 0 });
    }
    expect(await user('dan@mc.example')).toMatchObject({
      name: 'Dan Dot',
      signed_up_at: '2021-02-03T04:05:06.000Z',
      traits: { first_name: 'Dan', last_name: 'Dot', company: 'Acme, Inc.', tags: ['VIP', 'Beta'] },
    });
    expect(await allOf('dan@mc.example')).toBe('subscribed');
    expect(await allOf('eve@mc.example')).toBe('unsubscribed');
    expect(await reasonsOf('fay@mc.example')).toEqual(['hard_bounce']);
    // The fourth file looks like the first; a mapping says what its name does.
    const never = `${base},CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS
gus@mc.example,Gus,,,2,,,,,2021-02-03 04:05:06,4,gh78,,
`;
    const mapping = encodeURIComponent('{"LEID":"consent:unsubscribed"}');
    await imported(`kind=users&source=mailchimp&mapping=${mapping}`, never);
    expect(await allOf('gus@mc.example')).toBe('unsubscribed');
  });

  test('Loops: its default properties, under both of their names', async () => {
    // The properties of loops.so/docs/contacts/properties.
    const file = `email,firstName,lastName,notes,source,subscribed,userGroup,userId,favouriteColour
gil@loops.example,Gil,Green,,Form,true,Investors,loops-1,red
hal@loops.example,Hal,,,API,false,,,blue
`;
    await imported('kind=users&source=loops', file);
    expect(await user('loops-1')).toMatchObject({
      name: 'Gil Green',
      traits: {
        first_name: 'Gil',
        source: 'Form',
        user_group: 'Investors',
        favouritecolour: 'red',
      },
    });
    expect(await allOf('hal@loops.example')).toBe('unsubscribed');
    const shown = 'Email,First Name,Last Name,User Group,Source\nida@loops.example,Ida,,,\n';
    await imported('kind=users&source=loops', shown);
    expect((await user('ida@loops.example')).name).toBe('Ida');
  });

  test('listmonk: attributes, and the three states of a subscriber', async () => {
    // The columns that cmd/subscribers.go of github.com/knadh/listmonk writes.
    const file = `uuid,email,name,attributes,status,created_at,updated_at
7c1a,jan@lm.example,Jan,"{""city"": ""Bonn"", ""n"": [1]}",enabled,2023-04-05 06:07:08.123456 +0000 UTC,2023-04-05 06:07:08
7c1b,kim@lm.example,Kim,{},disabled,2023-04-05T06:07:08.123456Z,
7c1c,lou@lm.example,Lou,{},blocklisted,,
7c1d,max@lm.example,Max,{},unheard-of,,
`;
    const { id, progress } = await imported('kind=users&source=listmonk', file);
    expect(progress).toMatchObject({ created: 3, bad: 1 });
    expect(await user('jan@lm.example')).toMatchObject({
      name: 'Jan',
      traits: { city: 'Bonn', n: [1], listmonk_uuid: '7c1a' },
    });
    expect(await allOf('jan@lm.example')).toBe('subscribed');
    expect(await allOf('kim@lm.example')).toBe('unsubscribed');
    expect(await reasonsOf('lou@lm.example')).toEqual(['import']);
    const { text } = await server.v1('GET', `/imports/${id}/report`);
    expect(text).toContain('5,error,consent,is a status that is not known');
  });
});

describe('consent', () => {
  test('of somebody who has left here is not brought back by a file', async () => {
    const { body: list } = await server.v1('POST', '/lists', { name: 'Offers', kind: 'opt_in' });
    const people = 'user_id,email,consent\nback-1,b1@x.example,subscribed\nback-2,b2@x.example,\n';
    await imported(`kind=users&list_id=${list.id}`, people);
    const states = async () => {
      const { body } = await server.v1('GET', `/lists/${list.id}/subscribers?state=subscribed`);
      return body.data.map(({ user_id: id }: { user_id: string }) => id).toSorted();
    };
    expect(await states()).toEqual(['back-1', 'back-2']);
    await server.v1('PUT', '/users/back-1/preferences', {
      all: 'unsubscribed',
      lists: [{ id: list.id, state: 'unsubscribed' }],
    });
    await imported(`kind=users&list_id=${list.id}`, people);
    expect(await states()).toEqual(['back-2']);
    expect(await allOf('back-1')).toBe('unsubscribed');
    // Nor by a file of the list itself, which tells it, nor by one of everything.
    const members =
      'user_id,state\nback-1,subscribed\nback-1,pending\nback-1,\nback-2,subscribed\n';
    const { progress } = await imported(`kind=list_members&list_id=${list.id}`, members);
    expect(progress).toMatchObject({ changed: 0, unchanged: 4, bad: 0, warned: 3 });
    const line = { type: 'list_member', user_id: 'back-1', list: 'Offers', state: 'subscribed' };
    await imported('kind=everything&format=jsonl', `${JSON.stringify(line)}\n`);
    expect(await states()).toEqual(['back-2']);
  });
});

describe('columns', () => {
  test('are read as their names say, or as the mapping does', async () => {
    const file = 'ID;E-Mail;Favourite Colour;Seats;Beta;Secret\nmap-1;m@x.example;red;7;yes;x\n';
    const mapping = {
      'E-Mail': 'email',
      Seats: 'traits.seats:number',
      Beta: 'traits.beta:boolean',
      Secret: null,
    };
    const query = `kind=users&mapping=${encodeURIComponent(JSON.stringify(mapping))}`;
    await imported(query, file);
    expect(await user('map-1')).toMatchObject({
      email: 'm@x.example',
      traits: { favourite_colour: 'red', seats: 7, beta: true },
    });
    expect((await user('map-1')).traits).not.toHaveProperty('secret');
  });

  test('are told before anything is imported', async () => {
    const look = { kind: 'users', head: 'id,mail,Plan\n1,a@x.example,pro\n' };
    const { body } = await server.v1('POST', '/imports/look', look);
    expect(body.fault).toBeNull();
    expect(body.columns).toEqual([
      { name: 'id', target: 'user_id', example: '1' },
      { name: 'mail', target: 'email', example: 'a@x.example' },
      { name: 'Plan', target: 'traits.plan', example: 'pro' },
    ]);
  });
});

describe('a file is refused', () => {
  test.each([
    ['that is empty', 'kind=users', '', 'data.file_invalid'],
    ['that has no line but the first', 'kind=users', 'user_id,email\n', 'data.file_invalid'],
    ['whose columns name nobody', 'kind=users', 'a,b\n1,2\n', 'data.mapping_invalid'],
    ['with a column twice', 'kind=users', 'user_id,a,a\n1,2,3\n', 'data.file_invalid'],
    [
      'with a quote that is never closed',
      'kind=users',
      `user_id,a\n"${'x'.repeat(300_000)}`,
      'data.file_invalid',
    ],
    ['of everything as CSV', 'kind=everything&format=csv', 'type\nuser\n', 'data.file_invalid'],
    ['with a mapping that is none', 'kind=users&mapping=x', 'user_id\n1\n', 'data.mapping_invalid'],
    [
      'for a list that is not there',
      'kind=users&list_id=x',
      'user_id\n1\n',
      'consent.list_not_found',
    ],
  ])('%s', async (_what, query, file, code) => {
    const answer = await send(query, file);
    expect([answer.status >= 400 && answer.status < 500, answer.body.code]).toEqual([true, code]);
    expect((await server.db`select 1 from imports where state = 'receiving'`).length).toBe(0);
  });

  test.each([
    ['of another encoding', Buffer.from([0x75, 0x73, 0xe4, 0x0a])],
    ['with NUL', Buffer.from('user_id\na\0b\n')],
  ])('%s', async (_what, file) => {
    const answer = await send('kind=users', file);
    expect([answer.status, answer.body.code]).toEqual([400, 'data.file_invalid']);
  });

  test('while five others have not ended', async () => {
    const { test: side } = await server.newWorkspace();
    const key = side.secretKey;
    const file = `user_id\n${Array.from({ length: 20_000 }, (_, at) => `q${at}`).join('\n')}`;
    const begin = () => server.v1('POST', '/imports?kind=users&dry_run=true', file, { key });
    for (let at = 0; at < 5; at += 1) {
      const { body } = await begin();
      const held = await server.v1('POST', `/imports/${body.id}/pause`, undefined, { key });
      expect(held.body.state).toBe('paused');
    }
    const refused = await begin();
    expect([refused.status, refused.body.code]).toEqual([409, 'data.too_many_imports']);
    const { body } = await server.v1('GET', '/imports', undefined, { key });
    for (const { id } of body.data) {
      const ended = await server.v1('POST', `/imports/${id}/cancel`, undefined, { key });
      expect(ended.body.state).toBe('cancelled');
      const again = await server.v1('POST', `/imports/${id}/resume`, undefined, { key });
      expect([again.status, again.body.code]).toEqual([409, 'data.import_state']);
    }
  });
});

test('everything of a side comes as one file, which another side imports', async () => {
  const viewer = await signIn(server, { role: 'editor' });
  expect((await viewer.call('GET', '/export')).status).toBe(403);
  const { text, headers } = await server.v1('GET', '/export');
  expect(headers['content-type']).toBe('application/jsonl; charset=utf-8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ type: 'manifest', workspace: { id: server.test.id } });
  const end = lines.at(-1);
  const users = lines.filter(({ type }) => type === 'user').length;
  expect(end).toMatchObject({ type: 'end', counts: { user: users } });
  expect(users).toBeGreaterThan(10);
  expect(text).not.toMatch(/mp_(wk|sk|is)_/);
  const { test: other } = await server.newWorkspace();
  const key = other.secretKey;
  const made = await server.v1('POST', '/imports?kind=everything', text, { key });
  expect(made.status, made.text).toBe(201);
  await until(async () => {
    const { body } = await server.v1('GET', `/imports/${made.body.id}`, undefined, { key });
    expect(body).toMatchObject({ state: 'done', progress: { bad: 0 } });
  });
  const there = await server.v1('GET', '/export', undefined, { key });
  const counts = JSON.parse(there.text.trimEnd().split('\n').at(-1) ?? '').counts;
  for (const type of ['user', 'list', 'list_member', 'suppression', 'company', 'event']) {
    expect([type, counts[type]]).toEqual([type, end.counts[type]]);
  }
});

test('the same file with the same Idempotency-Key is imported once', async () => {
  const headers = { 'content-type': 'text/csv', 'idempotency-key': 'once-only' };
  const file = 'user_id\nonce\n';
  const [one, two] = [
    await server.v1('POST', '/imports?kind=users', file, { headers }),
    await server.v1('POST', '/imports?kind=users', file, { headers }),
  ];
  expect([one.status, two.status]).toEqual([201, 201]);
  expect(two.body.id).toBe(one.body.id);
});

import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { ACTION_OF, UNAUDITED } from '../../src/workspace/audit/actions.ts';
import { newQuestion } from '../support/assistant.ts';
import { startServer, type Answer } from '../support/server.ts';
import { activeSeries, advance, draftSeries, email, enroll, newUser } from '../support/series.ts';
import { addMember, signIn } from '../support/sign-in.ts';
import { until } from '../support/until.ts';

/**
 * Goal: no call changes anything without an entry in the audit log that says what it was and who made
 * it. Method: every call of the OpenAPI document that is no GET; it is made, and exactly one entry about
 * what it is for must be there, or it is named as one that writes none, and then there is none.
 */
const server = await startServer();
afterAll(server.close);

const owner = await signIn(server, { role: 'owner', name: 'Ada' });
const editor = await signIn(server, { role: 'editor' });
const viewer = await signIn(server, { role: 'viewer' });

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly side: string;
  readonly action: string;
  readonly actor: { kind: string; id: string | null; name: string | null };
  readonly target: { kind: string; id: string; name: string | null };
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly request_id: string | null;
  readonly address: string | null;
}

const entries = async (query = 'limit=200'): Promise<Entry[]> => {
  const answer = await server.v1('GET', `/audit?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.data as Entry[];
};

const { body: document } = await server.send({ path: '/api/openapi.json' });
const operations = Object.entries(document.paths as Record<string, object>)
  .filter(([path]) => path.startsWith('/api/v1/'))
  .flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get' && method !== 'head')
      .map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );

test('every call that changes something has an action, or a reason to have none', () => {
  const known = [...Object.keys(ACTION_OF), ...Object.keys(UNAUDITED)];
  expect(operations.filter((operation) => !known.includes(operation))).toEqual([]);
  expect(known.filter((operation) => !operations.includes(operation))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

const NEWS = {
  name: 'News',
  email: { subject: 'News', html: '<p>News</p>' },
  audience: { everybody: true },
};
const TEMPLATE = { kind: 'template', name: 'Frame', html: '<p>Hello</p>' };
const SMTP = {
  kind: 'smtp',
  settings: { url: 'smtp://ada:hunter2@127.0.0.1:1' },
  is_enabled: false,
};
const CONFIRM = { subject: 'Join?', html: '<a href="{{ event.confirm_url }}">Yes</a>' };

let count = 0;
const made = async (path: string, body: object): Promise<string> => {
  const answer = await server.v1('POST', path, body);
  expect([200, 201], answer.text).toContain(answer.status);
  return answer.body.id as string;
};
const domain = () => made('/sender_domains', { domain: `d${(count += 1)}.invalid` });
const list = () => made('/lists', { name: `List ${(count += 1)}`, kind: 'opt_in' });
const sender = () => made('/senders', { address: `s${(count += 1)}@tidewater.example` });
const inbox = () => made('/inboxes', { address: `i${(count += 1)}@tidewater.example` });
const webhook = () =>
  made('/webhooks', { url: 'https://x.example/', event_types: ['sending.paused'] });
const broadcast = async (...acts: string[]): Promise<string> => {
  const id = await made('/broadcasts', NEWS);
  for (const act of acts) {
    const body = act === 'schedule' ? { at: '2025-06-01T09:00:00Z' } : undefined;
    expect((await server.v1('POST', `/broadcasts/${id}/${act}`, body)).status).toBe(200);
  }
  return id;
};
const paused = async (): Promise<string> => {
  const id = await activeSeries(server);
  await server.v1('POST', `/series/${id}/pause`);
  return id;
};
const archivedList = async (): Promise<string> => {
  const id = await list();
  await server.v1('POST', `/lists/${id}/archive`);
  return id;
};
const company = async (): Promise<string> => {
  const id = `company-${(count += 1)}`;
  await server.sdk('/companies/identify', { company_id: id, user_id: await newUser(server) });
  return id;
};
const inDoubt = async (): Promise<string> => {
  const seriesId = await activeSeries(server, { steps: [email('only')] });
  const userId = await newUser(server);
  await enroll(server, { userId, seriesId });
  await advance(server, '2025-03-24T08:00:00.000Z');
  const messages = await server.v1('GET', `/messages?user_id=${userId}`);
  const { id } = messages.body.data[0];
  // As if it had not been known whether it left.
  await server.db`
    with doubted as (
      update messages set state = 'in_doubt', sent_at = null where id = ${id} returning *
    )
    delete from step_log l using doubted m
     where l.bucket = m.bucket and l.enrollment_id = m.enrollment_id and l.seq = m.seq
  `;
  return id as string;
};
const stopped = async (): Promise<string> => {
  await server.db`
    insert into sending_pauses (id, workspace_id, rule, figures, paused_at)
    values (${randomUUID()}, ${server.test.id}, 'bounces', '{}', db_now())
  `;
  return server.test.id;
};
const person = async (): Promise<string> =>
  (await addMember(server.db, { workspaceId: server.test.id, role: 'viewer' })).id;
const invitation = async (): Promise<string> => {
  const address = { email: `new${(count += 1)}@tidewater.example`, role: 'viewer' };
  return (await owner.call('POST', '/invitations', address)).body.id as string;
};

/** Long enough to be met while it runs. */
const LINES = 30_000;
const longImport = async (...acts: string[]): Promise<string> => {
  const line = (_: unknown, at: number) => `{"user_id":"imported-${at}"}`;
  const file = Array.from({ length: LINES }, line).join('\n');
  const { body } = await server.v1('POST', '/imports?kind=users&format=jsonl&dry_run=true', file);
  for (const act of acts) {
    expect((await server.v1('POST', `/imports/${body.id}/${act}`)).status).toBe(200);
  }
  return body.id as string;
};

/** Of each call: what it is about, made before; and the body. */
const CALLS: Record<
  keyof typeof ACTION_OF,
  readonly [(() => Promise<string>) | null, (object | ((id: string) => object))?]
> = {
  'POST /series': [null, { name: 'x', steps: [email('a')] }],
  'PUT /series/{id}': [() => draftSeries(server), { name: 'Changed', steps: [email('a')] }],
  'DELETE /series/{id}': [() => draftSeries(server)],
  'POST /series/{id}/activate': [() => draftSeries(server)],
  'POST /series/{id}/pause': [() => activeSeries(server)],
  'POST /series/{id}/resume': [paused],
  'POST /series/{id}/archive': [paused],
  'POST /series/{id}/publish': [() => activeSeries(server)],
  'POST /series/{id}/duplicate': [() => draftSeries(server)],
  'POST /series/code/apply': [
    null,
    { slug: 'welcome', series: { name: 'Welcome', steps: [email('a')] } },
  ],
  'DELETE /series/code/{slug}': [inFile],
  'POST /series/{id}/content_update': [
    () => activeSeries(server),
    { steps: { welcome: { subject: 'Hi' } } },
  ],
  'POST /broadcasts': [null, NEWS],
  'PUT /broadcasts/{id}': [() => broadcast(), { ...NEWS, name: 'Changed' }],
  'DELETE /broadcasts/{id}': [() => broadcast()],
  'POST /broadcasts/{id}/duplicate': [() => broadcast()],
  'POST /broadcasts/{id}/send': [() => broadcast()],
  'POST /broadcasts/{id}/schedule': [() => broadcast(), { at: '2025-06-01T09:00:00Z' }],
  'POST /broadcasts/{id}/pause': [() => broadcast('schedule')],
  'POST /broadcasts/{id}/resume': [() => broadcast('schedule', 'pause')],
  'POST /broadcasts/{id}/cancel': [() => broadcast('schedule')],
  'POST /templates': [null, { ...TEMPLATE, name: 'Another' }],
  'PATCH /templates/{id}': [
    () => made('/templates', { ...TEMPLATE, name: `T${(count += 1)}` }),
    { name: 'Renamed' },
  ],
  'POST /templates/{id}/versions': [
    () => made('/templates', { ...TEMPLATE, name: `T${(count += 1)}` }),
    { html: '<p>Again</p>' },
  ],
  'POST /templates/{id}/archive': [
    () => made('/templates', { ...TEMPLATE, name: `T${(count += 1)}` }),
  ],
  'POST /lists': [null, { name: 'Offers', kind: 'opt_out' }],
  'PATCH /lists/{id}': [list, { name: 'Letters' }],
  'DELETE /lists/{id}': [archivedList],
  'POST /lists/{id}/archive': [list],
  'POST /lists/{id}/unarchive': [archivedList],
  'PUT /lists/{id}/confirmation': [list, CONFIRM],
  'DELETE /lists/{id}/confirmation': [
    async () => {
      const id = await list();
      await server.v1('PUT', `/lists/${id}/confirmation`, CONFIRM);
      return id;
    },
  ],
  'POST /suppressions': [null, { email: 'gone@example.com' }],
  'DELETE /suppressions/{id}': [() => made('/suppressions', { email: 'back@example.com' })],
  'POST /suppressions/import': [null, { csv: 'one@example.com\ntwo@example.com' }],
  'POST /messages/{id}/resolve': [inDoubt, { decision: 'mark_sent' }],
  'POST /messages/resolve': [inDoubt, (id: string) => ({ ids: [id], decision: 'mark_sent' })],
  'POST /sending/resume': [stopped],
  'POST /transports': [null, SMTP],
  'PATCH /transports/{id}': [() => made('/transports', SMTP), { share: 50 }],
  'DELETE /transports/{id}': [() => made('/transports', SMTP)],
  'POST /senders': [null, { address: 'new@tidewater.example' }],
  'PATCH /senders/{id}': [sender, { name: 'Ada' }],
  'DELETE /senders/{id}': [sender],
  'POST /sender_domains': [null, { domain: 'new.invalid' }],
  'PATCH /sender_domains/{id}': [domain, { spf_mechanisms: ['ip4:192.0.2.1'] }],
  'DELETE /sender_domains/{id}': [domain],
  'POST /sender_domains/{id}/rotate': [
    async () => {
      const id = await domain();
      // Keys that wait to be seen are not made anew.
      await server.db`update dkim_keys set state = 'active', seen_at = db_now() where domain_id = ${id}`;
      return id;
    },
    {},
  ],
  'POST /inboxes': [null, { address: 'new@tidewater.example' }],
  'PATCH /inboxes/{id}': [inbox, { handled: 'keep' }],
  'DELETE /inboxes/{id}': [inbox],
  'POST /inboxes/{id}/rotate_post_url': [inbox],
  'POST /webhook_secret/rotate': [null],
  'POST /webhooks': [null, { url: 'https://x.example/', event_types: ['sending.paused'] }],
  'PATCH /webhooks/{id}': [webhook, { description: 'For the warehouse' }],
  'DELETE /webhooks/{id}': [webhook],
  'POST /webhooks/{id}/rotate_secret': [webhook],
  'POST /keys': [null, { kind: 'widget' }],
  'POST /keys/{id}/rotate': [() => made('/keys', { kind: 'widget' })],
  'POST /keys/{id}/revoke': [() => made('/keys', { kind: 'widget' })],
  'PATCH /settings': [null, { timezone: 'Europe/Berlin' }],
  'PATCH /members/{id}': [person, { role: 'editor' }],
  'DELETE /members/{id}': [person],
  'POST /invitations': [null, { email: 'new@tidewater.example', role: 'viewer' }],
  'POST /invitations/{id}/revoke': [invitation],
  'POST /filters': [null, { name: 'All', kind: 'users' }],
  'PATCH /filters/{id}': [() => made('/filters', { name: 'A', kind: 'users' }), { name: 'B' }],
  'DELETE /filters/{id}': [() => made('/filters', { name: 'A', kind: 'users' })],
  'PATCH /users/{user_id}': [() => newUser(server), { traits: { plan: 'pro' } }],
  'DELETE /users/{user_id}': [() => newUser(server)],
  'PATCH /companies/{company_id}': [company, { traits: { plan: 'pro' } }],
  'DELETE /companies/{company_id}': [company],
  'POST /imports': [null, { user_id: 'imported' }],
  'POST /imports/{id}/pause': [() => longImport()],
  'POST /imports/{id}/resume': [() => longImport('pause')],
  'POST /imports/{id}/cancel': [() => longImport()],
  'POST /test_clock/advance': [null, { by: { hours: 1 } }],
  'POST /confirmations/{id}/issue': [() => newQuestion(server, server.test.secretKey)],
  'POST /confirmations/{id}/refuse': [() => newQuestion(server, server.test.secretKey)],
};

/** Users are named by their internal id, which outlives them; a new key or copy by its own. */
const IS_OF_ANOTHER = /^user\.|^key\.rotate$|\.duplicate$|\.unmanage$/;

const QUERY: Readonly<Record<string, string>> = {
  'DELETE /suppressions/{id}': '?note=asked',
  'POST /imports': '?kind=users&format=jsonl',
};
/** Only somebody who is signed in may make these. */
const isForMembers = (operation: string): boolean =>
  /\/(members|invitations|confirmations)\b/.test(operation);

function perform(operation: string, id: string, body: object | undefined): Promise<Answer> {
  const [method = '', path = ''] = operation.split(' ');
  const query = QUERY[operation] ?? '';
  const place = path.replace(/\{\w+\}/, id) + query;
  return isForMembers(operation) ? owner.call(method, place, body) : server.v1(method, place, body);
}

async function inFile(): Promise<string> {
  const body = { slug: 'kept', series: { name: 'Kept', steps: [email('a')] } };
  const { status, text } = await server.v1('POST', '/series/code/apply', body);
  expect(status, text).toBe(200);
  return 'kept';
}

describe('a change has one entry, with its cause:', () => {
  test.each(Object.entries(CALLS))('%s', async (operation, [prepare, body]) => {
    const id = prepare === null ? '' : await prepare();
    const before = new Set((await entries()).map((entry) => entry.id));
    const sent = typeof body === 'function' ? (body as (id: string) => object)(id) : body;
    const answer = await perform(operation, id, sent);
    expect(answer.status, answer.text).toBeLessThan(300);
    const action: string = ACTION_OF[operation as keyof typeof ACTION_OF];
    const noun = action.split('.')[0];
    const fresh = (await entries()).filter((entry) => !before.has(entry.id));
    // What follows from it by itself is the system's.
    const own = fresh.filter(({ actor }) => actor.kind !== 'system');
    expect(own).toHaveLength(1);
    const [entry] = own;
    expect(entry).toMatchObject({
      action,
      side: 'test',
      target: { kind: noun },
      actor: isForMembers(operation)
        ? { kind: 'member', id: owner.id, name: owner.email }
        : operation === 'POST /series/code/apply'
          ? { kind: 'code', id: expect.any(String), name: 'milepost apply' }
          : { kind: 'key', id: expect.any(String), name: server.test.secretKey.slice(-4) },
      request_id: expect.stringMatching(/^[\da-f-]{36}$/),
      address: expect.stringMatching(/127\.0\.0\.1$/),
    });
    if (id !== '' && !IS_OF_ANOTHER.test(action)) {
      expect(entry?.target.id).toBe(id);
    }
    expect(entry?.before !== null || entry?.after !== null).toBe(true);
    expect(entry?.before).not.toEqual(entry?.after);
    expect(JSON.stringify(fresh)).not.toContain('hunter2');
  });
});

describe('what an entry tells', () => {
  test('of a publishing is how the version differs from the one before', async () => {
    const id = await activeSeries(server, { steps: [email('a'), email('b')] });
    await server.v1('PUT', `/series/${id}`, { name: 'Welcome', steps: [email('a')] });
    await server.v1('POST', `/series/${id}/publish`);
    const [published, changed, activated, created, more] = await entries(`target_id=${id}`);
    expect(more).toBeUndefined();
    expect([published, changed, activated, created].map((entry) => entry?.action)).toEqual([
      'series.publish',
      'series.change',
      'series.activate',
      'series.create',
    ]);
    expect(published?.before).toMatchObject({ version: 1, steps: { b: { id: 'b' } } });
    expect(published?.after).toMatchObject({ version: 2 });
    expect(changed?.before).toMatchObject({ draft: { steps: { b: { subject: 'Subject of b' } } } });
    expect(created?.before).toBeNull();
  });

  test('of settings is only what was set', async () => {
    await server.v1('PATCH', '/settings', { from: 'Ada <ada@tidewater.example>' });
    await server.v1('PATCH', '/settings', { from: 'Grace <grace@tidewater.example>' });
    await server.v1('PATCH', '/settings', { from: 'Grace <grace@tidewater.example>' });
    const [last, first] = await entries('action=settings.change&limit=2');
    expect(last?.before).toEqual({ settings: { from: 'Ada <ada@tidewater.example>' } });
    expect(last?.after).toEqual({ settings: { from: 'Grace <grace@tidewater.example>' } });
    expect(first?.after).toEqual({ settings: { from: 'Ada <ada@tidewater.example>' } });
  });

  test('of a refusal is nothing, nor of a request that is answered again', async () => {
    const before = await entries();
    expect((await server.v1('POST', '/lists', { name: '', kind: 'opt_in' })).status).toBe(400);
    expect((await server.v1('DELETE', `/series/${randomUUID()}`)).status).toBe(404);
    expect(await entries()).toEqual(before);
    const once = { headers: { 'idempotency-key': randomUUID() } };
    for (let times = 0; times < 2; times += 1) {
      await server.v1('POST', '/lists', { name: 'Once', kind: 'opt_in' }, once);
    }
    const after = await entries();
    expect(after.filter(({ target }) => target.name === 'Once')).toHaveLength(1);
  });

  test('of a member is their address, and of each change the right one, at once', async () => {
    // More than there are connections: some wait for those of others.
    const calls = Array.from({ length: 24 }, (_, at) => {
      const who = at % 2 === 0 ? owner : editor;
      const name = `parallel-${at}@example.com`;
      return at % 4 < 2
        ? who.call('POST', '/suppressions', { email: name })
        : who.call('POST', '/lists', { name, kind: 'opt_in' });
    });
    for (const { status } of await Promise.all(calls)) expect(status).toBe(201);
    const found = (await entries()).filter(({ target }) => target.name?.startsWith('parallel-'));
    expect(found).toHaveLength(calls.length);
    for (const { target, actor } of found) {
      const at = Number(/\d+/.exec(target.name ?? '')?.[0]);
      const { id, email: address } = at % 2 === 0 ? owner : editor;
      expect(actor).toEqual({ kind: 'member', id, name: address });
      expect(target.kind).toBe(at % 4 < 2 ? 'suppression' : 'list');
    }
  });
});

test('what people do, and what is asked, writes no entry', async () => {
  const seriesId = await activeSeries(server);
  const userId = await newUser(server);
  const before = await entries();
  await enroll(server, { userId, seriesId });
  await server.sdk('/events', { user_id: userId, events: [{ event_type: 'bought' }] });
  await server.v1('POST', `/series/${seriesId}/enroll`, { users: [await newUser(server)] });
  await server.v1('PUT', `/users/${userId}/preferences`, { all: 'unsubscribed' });
  await server.v1('POST', `/series/${seriesId}/preview`, { step_id: 'welcome', user_id: userId });
  expect(await entries()).toEqual(before);
});

test('of what is changed by hand about a person the names are kept, until they are erased', async () => {
  const externalId = `p${(count += 1)}`;
  await server.sdk('/users/identify', { user_id: externalId });
  const changed = { name: 'Grace Hopper', traits: { plan: 'pro' } };
  expect((await server.v1('PATCH', `/users/${externalId}`, changed)).status).toBe(200);
  const [entry] = await entries('action=user.change&limit=1');
  expect(entry).toMatchObject({
    target: { kind: 'user', name: externalId },
    before: null,
    after: { changed: ['name', 'traits.plan'] },
  });
  expect((await server.v1('DELETE', `/users/${externalId}`)).status).toBe(200);
  expect(await entries(`target_id=${entry?.target.id}`)).toEqual([]);
  const [erasure] = await entries('action=user.erase&limit=1');
  const [, left] = await entries(`target_id=${erasure?.target.id}`);
  expect(left).toEqual({
    ...entry,
    target: { kind: 'user', id: erasure?.target.id, name: '•••' },
  });
});

describe('the log is read', () => {
  test('by owners and editors, not by viewers', async () => {
    for (const path of ['/audit', '/audit/export']) {
      expect((await owner.call('GET', path)).status).toBe(200);
      expect((await editor.call('GET', path)).status).toBe(200);
      expect((await viewer.call('GET', path)).status).toBe(403);
    }
  });

  test('by side: the other one and other workspaces see nothing of it', async () => {
    const id = await list();
    const other = await server.newWorkspace();
    for (const key of [server.live.secretKey, other.test.secretKey]) {
      for (const query of [
        `target_id=${id}`,
        'action=list.create',
        `actor=${owner.id}&target_kind=list`,
      ]) {
        const answer = await server.v1('GET', `/audit?${query}`, undefined, { key });
        expect([query, answer.body.data]).toEqual([query, []]);
      }
      const file = await server.v1('GET', '/audit/export', undefined, { key });
      expect(file.text).not.toContain(id);
    }
    expect(await entries(`target_id=${id}`)).toHaveLength(1);
  });

  test('by who, what, which and when', async () => {
    const made = await owner.call('POST', '/lists', { name: 'Found', kind: 'opt_in' });
    const { id } = made.body;
    const [entry] = await entries(`target_id=${id}`);
    const at = entry?.at ?? '';
    const later = new Date(Date.parse(at) + 1).toISOString();
    const finds = async (query: string) =>
      (await entries(query)).some(({ target }) => target.id === id);
    for (const query of [
      `actor=${owner.id}`,
      `actor=${encodeURIComponent(owner.email)}`,
      'action=list.create&target_kind=list',
      `from=${at}&to=${later}&actor=${owner.id}`,
    ]) {
      expect([query, await finds(query)]).toEqual([query, true]);
    }
    for (const query of [
      `actor=${editor.id}&target_id=${id}`,
      `action=list.delete&target_id=${id}`,
      `target_kind=series&target_id=${id}`,
      `target_id=${id}&to=${at}`,
      `target_id=${id}&from=${later}`,
    ]) {
      expect([query, await finds(query)]).toEqual([query, false]);
    }
  });

  test('a page at a time, and as a whole in one file', async () => {
    const pages: Entry[] = [];
    let cursor = '';
    do {
      const answer = await server.v1('GET', `/audit?limit=50${cursor}`);
      pages.push(...answer.body.data);
      cursor = answer.body.next_cursor === null ? '' : `&cursor=${answer.body.next_cursor}`;
    } while (cursor !== '');
    expect(pages.length).toBeGreaterThan(100);
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
    const file = await server.v1('GET', '/audit/export');
    expect(file.headers['content-type']).toBe('application/jsonl; charset=utf-8');
    const lines = file.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Entry)).toEqual(pages);
    const some = await server.v1('GET', '/audit/export?action=series.publish');
    const published = pages.filter(({ action }) => action === 'series.publish');
    expect(some.text.trimEnd().split('\n')).toHaveLength(published.length);
  });

  test('with filters that mean something', async () => {
    for (const query of ['from=yesterday', 'to=2025-02-30', 'action=', 'actor=%00', 'cursor=x']) {
      const answer = await server.v1('GET', `/audit?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
  });
});

test('who joins by an invitation is named as having joined, on both sides', async () => {
  const address = `joins${(count += 1)}@tidewater.example`;
  const invited = await owner.call('POST', '/invitations', { email: address, role: 'viewer' });
  const token = String(invited.body.link).split('#token=')[1];
  const joined = await server.send({
    method: 'POST',
    path: '/api/v1/invitations/accept',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ token, name: 'Alan', password: 'correct horse battery' }),
  });
  expect(joined.status, joined.text).toBe(200);
  await until(async () => {
    for (const key of [server.test.secretKey, server.live.secretKey]) {
      const path = `/audit?actor=${encodeURIComponent(address)}`;
      const answer = await server.v1('GET', path, undefined, { key });
      expect(answer.body.data).toMatchObject([
        {
          action: 'member.join',
          actor: { kind: 'member', name: address },
          target: { kind: 'member', name: address },
          after: { role: 'viewer' },
        },
      ]);
    }
  });
  expect(JSON.stringify(await entries('target_kind=invitation'))).not.toContain(String(token));
});

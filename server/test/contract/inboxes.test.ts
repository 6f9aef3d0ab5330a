import { fastify, type FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { errorHandler } from '../../src/app/error-handler.ts';
import { readBodies } from '../../src/app/request-body.ts';
import { createLog } from '../../src/platform/log.ts';
import { createLinkSigner } from '../../src/platform/link-token.ts';
import {
  createHostResolver,
  createInboxReader,
  createReturnPaths,
  findReturnInbox,
  inboxRoutes,
  postRoutes,
} from '../../src/tracking/inbound/index.ts';
import { parsePrivateHosts, type Returned } from '../../src/transport/index.ts';
import { createSecretBox, createWorkspace } from '../../src/workspace/index.ts';
import { samplesFor } from '../fixtures/inbound/samples.ts';
import { testDatabase } from '../support/database.ts';
import { imapServer, type ImapServer } from '../support/imap-server.ts';

/**
 * Goal: what comes back to an inbox is recorded once, whoever reads it, and a fault is said in words.
 * Method: the routes and the reader over a real database and a real IMAP server in another process.
 */
const { db, drop } = await testDatabase();
const KEY = Buffer.alloc(32, 3);
const box = createSecretBox(KEY);
const signer = createLinkSigner(KEY);
const paths = createReturnPaths(KEY);
const resolve = createHostResolver(parsePrivateHosts('true'));
const start = new Date('2026-03-02T09:00:00Z').getTime();

let now = start;
let workspaceId = '';
let server: ImapServer;
let app: FastifyInstance;
let told: Returned[] = [];
let wishes: string[] = [];
let fails = false;

const receivers = {
  onReturned: async (id: string, source: string, returned: readonly Returned[]) => {
    expect([id, source]).toEqual([workspaceId, 'inbox']);
    if (fails) throw new Error('the database is away');
    told.push(...returned);
  },
  onUnsubscribe: async (wish: { workspaceId: string; messageId: string }) => {
    expect(wish.workspaceId).toBe(workspaceId);
    wishes.push(wish.messageId);
  },
};
const clock = (): Date => new Date(now);
/** Whether an inbox may get more just now. */
let isOpen = true;
const limiter = {
  take: () => (isOpen ? { ok: true as const } : { ok: false as const, retryAfterSeconds: 3 }),
  peek: () => ({ ok: true as const }),
  add: () => {},
};
const deps = { db, box, paths, resolve, now: clock, ...receivers };
const reader = createInboxReader(deps);

beforeAll(async () => {
  server = await imapServer();
  app = fastify();
  app.setErrorHandler(errorHandler(createLog({ level: 'error', sink: { write: () => {} } }), 'v1'));
  await app.register(
    async (scope) => {
      scope.decorateRequest('actor');
      readBodies(scope, { bytesMax: 100_000, mayBeEmpty: true });
      scope.addHook('onRequest', async (request) => {
        request.actor = { workspaceId } as never;
      });
      await scope.register(inboxRoutes, {
        ...deps,
        signer,
        publicUrl: () => 'https://milepost.example.com',
        onChanged: reader.wake,
      });
    },
    { prefix: '/api/v1' },
  );
  await app.register(postRoutes, { ...deps, signer, limiter, clock: { now: clock } });
});
afterAll(async () => {
  await app.close();
  server.close();
  await drop();
});
beforeEach(async () => {
  await db`delete from inboxes`;
  workspaceId = (await createWorkspace({ pool: db, box }, { name: 'Acme', now: clock() })).live.id;
  [now, told, wishes, fails] = [start, [], [], false];
});

const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) => {
  const answer = await app.inject({
    method,
    url: `/api/v1${url}`,
    ...(body ? { payload: body } : {}),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
const imap = (over: object = {}) => ({
  host: '127.0.0.1',
  port: server.port,
  tls: 'none',
  username: 'testuser',
  password: 'testpass',
  ...over,
});
const address = 'bounces@mail.example.com';
const pathOf = (messageId: string) => paths.returnPathOf({ inboxAddress: address, messageId });
const bounceTo = (path: string, at = 0) => samplesFor(path)[at]?.raw ?? Buffer.alloc(0);

test('an inbox is read, its mails are marked, and reading again changes nothing', async () => {
  const created = await call('POST', '/inboxes', { address, imap: imap() });
  expect(created.status).toBe(201);
  const messageId = randomUUID();
  await server.append(bounceTo(pathOf(messageId)));
  const out = paths.unsubscribeAddressOf({ inboxAddress: address, messageId });
  await server.append(Buffer.from(`From: a@b.example\r\nTo: ${out}\r\nSubject: x\r\n\r\n`));
  await server.append(Buffer.from('From: a@b.example\r\nSubject: not for us\r\n\r\n'));

  expect(await reader.tick()).toBe(1);
  expect(told).toMatchObject([{ kind: 'bounced', messageId, bounce: { class: 'hard' } }]);
  expect(wishes).toEqual([messageId]);
  expect((await server.count()).unseen).toBe(0);
  const { body } = await call('GET', `/inboxes/${created.body.id}`);
  expect(body).toMatchObject({ state: 'working', read_count: 3, fault: null });

  now += 61_000;
  expect(await reader.tick()).toBe(1);
  expect([told.length, wishes.length]).toEqual([1, 1]);

  // From the beginning: the same keys come again, which the receiver knows.
  await db`update inboxes set uid_validity = 99`;
  now += 61_000;
  await reader.tick();
  expect(told[1]?.key).toBe(told[0]?.key);
  expect(told.length).toBe(2);
});

test('what could not be recorded is read again, and nothing is marked before', async () => {
  const fresh = await imapServer();
  try {
    await call('POST', '/inboxes', { address, imap: imap({ port: fresh.port }) });
    await fresh.append(bounceTo(pathOf(randomUUID())));
    fails = true;
    await expect(reader.tick()).rejects.toThrow('away');
    expect(await fresh.count()).toEqual({ all: 1, unseen: 1 });
    fails = false;
    now += 61_000;
    reader.wake();
    await reader.tick();
    expect(told.length).toBe(1);
  } finally {
    fresh.close();
  }
});

test('many mails are read in batches, and can be moved', async () => {
  const fresh = await imapServer();
  try {
    const more = { handled: 'move', move_to: 'Done' };
    await call('POST', '/inboxes', { address, imap: imap({ port: fresh.port }), ...more });
    for (let count = 0; count < 55; count += 1) await fresh.append(bounceTo(pathOf(randomUUID())));
    expect(await reader.tick()).toBe(1);
    expect(told.length).toBe(50);
    expect(await reader.tick()).toBe(1);
    expect(told.length).toBe(55);
    expect(await reader.tick()).toBe(0);
    expect(await fresh.count()).toEqual({ all: 0, unseen: 0 });
    expect((await fresh.count('Done')).all).toBe(55);
  } finally {
    fresh.close();
  }
});

test('a mailbox of which much was removed is read without asking for all of it at once', async () => {
  const fresh = await imapServer({ uidNext: 24_000 });
  try {
    await call('POST', '/inboxes', { address, imap: imap({ port: fresh.port }) });
    await fresh.append(bounceTo(pathOf(randomUUID())));
    expect(await reader.tick()).toBe(1);
    expect(told.length).toBe(1);
    const [row] = await db`select last_uid, next_read_at from inboxes`;
    expect(row).toEqual({ last_uid: 24_000, next_read_at: new Date(start + 60_000) });
    expect(await reader.tick()).toBe(0);
  } finally {
    fresh.close();
  }
});

test('one worker reads an inbox at a time; one that died loses its turn', async () => {
  await call('POST', '/inboxes', { address, imap: imap() });
  const others = [1, 2, 3].map(() => createInboxReader(deps));
  const ticks = await Promise.all(others.map((other) => other.tick()));
  expect(ticks.toSorted()).toEqual([0, 0, 1]);
  now += 61_000;
  await db`update inboxes set lease_token = ${randomUUID()},
           leased_until = ${new Date(now + 1_000)}, next_read_at = ${clock()}`;
  reader.wake();
  expect(await reader.tick()).toBe(0);
  now += 61_000;
  expect(await reader.tick()).toBe(1);
});

test('without inboxes the table is asked once a minute', async () => {
  let asked = 0;
  const counting = new Proxy(db, {
    apply: (target, self, args: never[]) => {
      asked += 1;
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  const idle = createInboxReader({ ...deps, db: counting });
  for (let second = 0; second < 600; second += 1) {
    now += 1_000;
    expect(await idle.tick()).toBe(0);
  }
  expect(asked).toBe(10);
});

test('a test says in words what is wrong, and so does the inbox after a reading', async () => {
  const { body } = await call('POST', '/inboxes', { address, imap: imap() });
  const said = async (over: object) => {
    await call('PATCH', `/inboxes/${body.id}`, { imap: imap(over) });
    return (await call('POST', `/inboxes/${body.id}/test`)).body;
  };
  expect(await said({})).toMatchObject({ ok: true });
  expect((await said({ password: 'no' })).message).toContain('does not let testuser in');
  expect((await said({ mailbox: 'Nope' })).message).toBe(
    'there is no mailbox Nope; there are: INBOX, Done',
  );
  expect((await said({ tls: 'tls' })).message).toContain('does not speak TLS from the first byte');
  expect((await said({ tls: 'starttls' })).message).toContain('certificate');
  expect((await said({ host: 'nobody.invalid' })).message).toBe(
    'the host nobody.invalid is not known',
  );
  expect((await said({ port: 1 })).message).toBe('nobody answers at 127.0.0.1:1');
  await reader.tick();
  const read = await call('GET', `/inboxes/${body.id}`);
  expect(read.body).toMatchObject({ state: 'failing', fault: 'nobody answers at 127.0.0.1:1' });
});

test('a member cannot look around in the operator’s network', async () => {
  const closed = createHostResolver(parsePrivateHosts('false'));
  expect(await closed('127.0.0.1')).toEqual({ refused: 'the host is a loopback address' });
  expect(await closed('localhost')).toMatchObject({ refused: expect.stringContaining('loopback') });
});

test('inboxes are added, changed, listed and removed; the password is never shown nor sent elsewhere', async () => {
  const { body } = await call('POST', '/inboxes', {
    address: 'Bounces@Mail.Example.com',
    imap: imap(),
  });
  expect(body).toMatchObject({ address, state: 'new', handled: 'mark_seen', enabled: true });
  expect(JSON.stringify(body)).not.toContain('testpass');
  expect((await call('POST', '/inboxes', { address })).body.code).toBe(
    'tracking.inbox_address_taken',
  );
  const { password: _, ...same } = imap();
  expect((await call('PATCH', `/inboxes/${body.id}`, { imap: same })).status).toBe(200);
  const elsewhere = await call('PATCH', `/inboxes/${body.id}`, {
    imap: { ...same, host: 'evil.example' },
  });
  expect(elsewhere).toMatchObject({ status: 400, body: { code: 'tracking.inbox_invalid' } });
  for (const wrong of ['bounces', 'x@y', `${'b'.repeat(19)}@example.com`, 'A <a@example.com>']) {
    expect((await call('POST', '/inboxes', { address: wrong })).status, wrong).toBe(400);
  }
  const off = await call('PATCH', `/inboxes/${body.id}`, { enabled: false });
  expect(off.body.state).toBe('off');
  expect(await findReturnInbox(db, { workspaceId, domain: 'x.example' })).toBeNull();
  await call('PATCH', `/inboxes/${body.id}`, { enabled: true, imap: null });
  now += 1_000;
  await call('POST', '/inboxes', { address: 'b@other.example' });
  expect(await findReturnInbox(db, { workspaceId, domain: 'x.example' })).toBe(address);
  expect(await findReturnInbox(db, { workspaceId, domain: 'other.example' })).toBe(
    'b@other.example',
  );
  const { body: page } = await call('GET', '/inboxes?limit=1');
  expect(page.data).toHaveLength(1);
  expect((await call('GET', `/inboxes?cursor=${page.next_cursor}`)).body.data[0].id).toBe(body.id);
  const mine = workspaceId;
  workspaceId = randomUUID();
  for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
    const answer = await call(method, `/inboxes/${body.id}`, method === 'PATCH' ? {} : undefined);
    expect(answer).toMatchObject({ status: 404, body: { code: 'tracking.inbox_not_found' } });
  }
  workspaceId = mine;
  expect((await call('DELETE', `/inboxes/${body.id}`)).status).toBe(204);
  expect((await call('GET', `/inboxes/${body.id}`)).status).toBe(404);
});

const post = (url: string, body: Buffer | string, type?: string) =>
  app.inject({
    method: 'POST',
    url: new URL(url).pathname,
    payload: body,
    headers: type === undefined ? {} : { 'content-type': type },
  });

test('a posted mail is recorded, as it is or in a form, with the same key each way', async () => {
  const { body } = await call('POST', '/inboxes', { address });
  const messageId = randomUUID();
  const raw = bounceTo(pathOf(messageId));
  for (const type of ['message/rfc822', 'text/plain', 'message/rfc822; x=', undefined]) {
    const answer = await post(body.post_url, raw, type);
    expect([answer.statusCode, answer.json()]).toEqual([200, { taken_for: 'returned' }]);
  }
  const form = async (fields: Record<string, string | Blob>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    const request = new Request('http://x', { method: 'POST', body: data });
    const type = request.headers.get('content-type') ?? '';
    return post(body.post_url, Buffer.from(await request.arrayBuffer()), type);
  };
  expect((await form({ recipient: pathOf(messageId), 'body-mime': String(raw) })).statusCode).toBe(
    200,
  );
  expect(
    (await form({ email: String(raw), envelope: '{"to":["x@example.com"]}' })).statusCode,
  ).toBe(200);
  expect(new Set(told.map(({ key }) => key)).size).toBe(1);
  expect(told.length).toBe(6);

  const status =
    'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n';
  const pieces = await form({
    recipient: pathOf(messageId),
    'message-headers': JSON.stringify([
      ['From', 'mailer-daemon@x.example'],
      ['Subject', 'bounce\r\nEvil: 1'],
    ]),
    'body-plain': 'It could not be delivered.',
    'attachment-1': new Blob([status], { type: 'message/delivery-status' }),
  });
  expect(pieces.json()).toEqual({ taken_for: 'returned' });
  expect(told.at(-1)).toMatchObject({ kind: 'bounced', messageId, recipient: 'a@b.example' });
  const coded = new URLSearchParams({ recipient: pathOf(messageId), 'body-mime': String(raw) });
  const answer = await post(body.post_url, String(coded), 'application/x-www-form-urlencoded');
  expect(answer.json()).toEqual({ taken_for: 'returned' });
});

test('what is no address for posting has one answer, and what is no mail is refused', async () => {
  const { body } = await call('POST', '/inboxes', { address });
  const gone = await call('POST', '/inboxes', { address: 'gone@example.com' });
  await call('DELETE', `/inboxes/${gone.body.id}`);
  const rotated = await call('POST', `/inboxes/${body.id}/rotate_post_url`);
  expect(rotated.body.post_url).not.toBe(body.post_url);
  const base = 'https://milepost.example.com/inbound/mail/';
  const answers = [];
  for (const url of [gone.body.post_url, body.post_url, `${base}x`, `${base}${'A'.repeat(48)}`]) {
    const answer = await post(url, 'Subject: x\r\n\r\n', 'message/rfc822');
    answers.push([answer.statusCode, answer.json().error, answer.json().code]);
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]?.[0]).toBe(404);
  const url = rotated.body.post_url as string;
  expect((await post(url, '', 'message/rfc822')).statusCode).toBe(400);
  expect((await post(url, 'x', 'multipart/form-data; boundary=y')).statusCode).toBe(400);
  expect((await post(url, 'a=b', 'application/x-www-form-urlencoded')).statusCode).toBe(400);
  expect((await post(url, Buffer.alloc(1_048_577, 65), 'message/rfc822')).statusCode).toBe(413);
  isOpen = false;
  const over = await post(url, bounceTo(pathOf(randomUUID())), 'message/rfc822');
  expect([over.statusCode, over.headers['retry-after']]).toEqual([503, '3']);
  isOpen = true;
  fails = true;
  const later = await post(url, bounceTo(pathOf(randomUUID())), 'message/rfc822');
  expect(later.statusCode).toBe(500);
});

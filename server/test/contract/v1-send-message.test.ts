import { afterAll, expect, test } from 'vitest';
import { startReceiver } from '../support/webhook-receiver.ts';
import { startEmailWorld } from '../support/email-world.ts';
import { expectExactLedger } from '../support/ledger.ts';
import type { Answer } from '../support/server.ts';
import { newUser } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: one call sends one message, to a user or an address, on the way and by the rules of every email.
 * Method: a live side that sends to a real SMTP server, and a test side that keeps its mail.
 */
const world = await startEmailWorld();
const { server, sink, v1 } = world;
afterAll(world.close);

const LIVE = { key: server.live.secretKey };
const HELLO = {
  subject: 'Hello {{ user.name | default: "you" }}',
  html: '<p>{{ event.code }}</p>',
};
const post = (body: unknown, headers: Record<string, string> = {}) =>
  server.v1('POST', '/messages', body, { ...LIVE, headers });
const sent = async (body: object): Promise<Answer['body']> => {
  const answer = await post(body);
  expect(answer.status, answer.text).toBe(202);
  return answer.body;
};
const inState = (id: string, status: string) =>
  until(async () => {
    const message = await v1('GET', `/messages/${id}`);
    expect(message.status, JSON.stringify(message.events)).toBe(status);
    return message;
  });
const cameFor = (to: string) => sink.accepted.filter((one) => one.to === to);

test('a known user gets it at once, with their data, and their timeline tells of it', async () => {
  await world.identify('ada');
  const answer = await sent({
    ...HELLO,
    user_id: 'ada',
    properties: { code: '4711' },
    from: 'Shop <shop@tidewater.example>',
    reply_to: 'help@tidewater.example',
    headers: { 'X-Order': '17', References: '<order-17@tidewater.example>' },
  });
  expect(answer).toMatchObject({
    user_id: 'ada',
    status: 'scheduled',
    to: 'ada@tidewater.example',
    subject: 'Hello ada',
    attempts: 0,
  });
  const mail = await world.mailTo('ada', 'Hello ada');
  expect(mail.html).toContain('4711');
  expect(mail.from?.address).toBe('shop@tidewater.example');
  expect(mail.header('x-order')).toBe('17');
  expect(mail.header('references')).toBe('<order-17@tidewater.example>');
  expect(mail.headers.filter(({ key }) => key.startsWith('list-'))).toEqual([]);
  const message = await inState(answer.id, 'accepted');
  expect(message).toMatchObject({ purpose: 'transactional', list: null, attempts: 1 });
  expect(message.headers).toMatchObject({ 'X-Order': '17', 'Reply-To': 'help@tidewater.example' });
  const timeline = await v1('GET', '/users/ada/timeline');
  expect(JSON.stringify(timeline)).toContain(answer.id);
  expect((await v1('GET', '/messages?user_id=ada')).data).toHaveLength(1);
  // What carries it is nobody's configuration.
  expect((await v1('GET', '/series')).data).toEqual([]);
  expect(JSON.stringify(await v1('GET', '/audit'))).not.toContain('transactional');
});

test('a bare address gets it although nobody is known by it, and nobody is known by it afterwards', async () => {
  const to = 'Guest@elsewhere.example';
  const { id, user_id: userId } = await sent({ ...HELLO, to, properties: { code: '1' } });
  expect(userId).toBe(to);
  await inState(id, 'accepted');
  expect(cameFor('Guest@elsewhere.example')).toHaveLength(1);
  expect((await v1('GET', '/messages?user_id=guest@elsewhere.example')).data).toHaveLength(1);
  expect((await v1('GET', '/messages?q=guest@elsewhere.example')).data).toHaveLength(1);
  expect((await server.v1('GET', '/users/guest@elsewhere.example', undefined, LIVE)).status).toBe(
    404,
  );
});

test('a user may be written to at an address that is not theirs yet', async () => {
  await world.identify('bea');
  const { id } = await sent({ ...HELLO, user_id: 'bea', to: 'new-bea@elsewhere.example' });
  await inState(id, 'accepted');
  expect(cameFor('new-bea@elsewhere.example')).toHaveLength(1);
  expect((await v1('GET', '/users/bea')).email).toBe('bea@tidewater.example');
});

test('many to one person at once are many messages, and the books are exact', async () => {
  await world.identify('cleo');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => sent({ ...HELLO, user_id: 'cleo', subject: `No. ${n}` })),
  );
  expect(new Set(answers.map(({ id }) => id)).size).toBe(12);
  for (const { id } of answers) await inState(id, 'accepted');
  expect(cameFor('cleo@tidewater.example')).toHaveLength(12);
  await expectExactLedger(server.db);
});

test('under one key it is sent once, even when the answer was lost after the commit', async () => {
  const to = 'once@elsewhere.example';
  const headers = { 'idempotency-key': 'receipt-1' };
  const first = await post({ ...HELLO, to }, headers);
  expect(first.status, first.text).toBe(202);
  const again = await post({ ...HELLO, to }, headers);
  expect([again.body.id, again.headers['idempotent-replayed']]).toEqual([first.body.id, 'true']);
  // As it is when the process died between the commit and keeping its answer.
  await server.db`delete from idempotency where key = 'receipt-1'`;
  const third = await post({ ...HELLO, to }, headers);
  expect([third.status, third.body.id]).toEqual([202, first.body.id]);
  await inState(first.body.id, 'accepted');
  const other = await post({ ...HELLO, to, subject: 'Another' }, headers);
  expect(other.status).toBe(422);
  const at = { 'idempotency-key': 'receipt-2' };
  const many = await Promise.all(Array.from({ length: 6 }, () => post({ ...HELLO, to }, at)));
  expect(new Set(many.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  await inState(many[0]?.body.id, 'accepted');
  expect(cameFor(to)).toHaveLength(2);
  // A day later the key is free.
  await server.db`delete from idempotency where key = 'receipt-1'`;
  await server.db`update transactional_emails set created_at = created_at - interval '25 hours'`;
  const later = await post({ ...HELLO, to }, headers);
  expect(later.body.id).not.toBe(first.body.id);
  await inState(later.body.id, 'accepted');
  expect(cameFor(to)).toHaveLength(3);
});

test('who unsubscribed gets it; who must not be mailed does not, even if that comes later', async () => {
  await world.identify('dora');
  await v1('PUT', '/users/dora/preferences', { all: 'unsubscribed' });
  await inState((await sent({ ...HELLO, user_id: 'dora' })).id, 'accepted');
  await v1('POST', '/suppressions', { email: 'no@elsewhere.example' });
  const refused = await post({ ...HELLO, to: 'no@elsewhere.example' });
  expect([refused.status, refused.body]).toMatchObject([
    409,
    { code: 'enrollment.message_refused', reason: 'suppressed:manual' },
  ]);
  // The same mailbox, however it is written, and whoever is named beside it.
  for (const one of [
    { to: 'No@ELSEWHERE.example' },
    { user_id: 'dora', to: 'no@elsewhere.example' },
  ]) {
    expect((await post({ ...HELLO, ...one })).body.reason).toBe('suppressed:manual');
  }
  // Whose own address is gone may be asked to confirm a new one; who is suppressed as a person may not.
  await world.identify('dan');
  await v1('POST', '/suppressions', { email: 'dan@tidewater.example' });
  const fresh = { ...HELLO, user_id: 'dan', to: 'new-dan@elsewhere.example' };
  await inState((await sent(fresh)).id, 'accepted');
  await v1('POST', '/suppressions', { user_id: 'dan' });
  expect((await post(fresh)).body.reason).toBe('suppressed:manual');
  for (const [reason, status] of [
    ['unsubscribe', 202],
    ['complaint', 409],
    ['import', 409],
  ] as const) {
    const to = `${reason}@elsewhere.example`;
    await v1('POST', '/suppressions', { email: to });
    const changed = await server.db`
      update suppressions set reason = ${reason}
       where workspace_id = ${server.live.id} and address = ${to}`;
    expect(changed.count).toBe(1);
    const answer = await post({ ...HELLO, to });
    expect([reason, answer.status]).toEqual([reason, status]);
  }
  const gone = await sent({ ...HELLO, to: 'gone-1@elsewhere.example' });
  await inState(gone.id, 'rejected');
  const hard = await until(async () => {
    const answer = await post({ ...HELLO, to: 'gone-1@elsewhere.example' });
    expect(answer.status, answer.text).toBe(409);
    return answer.body;
  });
  expect(hard.reason).toBe('suppressed:hard_bounce');
});

test('a doubt is decided like any other', async () => {
  const to = 'fault.dot.close.x@elsewhere.example';
  const { id } = await sent({ ...HELLO, to, properties: { code: '9' } });
  await inState(id, 'in_doubt');
  await v1('POST', `/messages/${id}/resolve`, { decision: 'resend' });
  await until(() => expect(cameFor(to)).toHaveLength(2));
  await inState(id, 'in_doubt');
  const done = await v1('POST', `/messages/${id}/resolve`, { decision: 'mark_sent' });
  expect(done.status).toBe('accepted');
  await expectExactLedger(server.db);
});

test('templates and MJML are built, and every fault of a call is told with its path', async () => {
  const template = await v1('POST', '/templates', {
    kind: 'template',
    name: 'Reset',
    html: '<p>Reset: {{ event.url }}</p>',
  });
  await sent({
    to: 'template@elsewhere.example',
    subject: 'Reset',
    template_id: template.id,
    properties: { url: 'https://shop.example/r/1' },
  });
  const mail = await until(() => {
    const [one] = cameFor('template@elsewhere.example');
    expect(one).toBeDefined();
    return one?.raw?.toString() ?? '';
  });
  // Nothing is followed unless the call says so: the link may be a secret.
  expect(mail).toContain('https://shop.example/r/1');
  const mjml =
    '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';
  await sent({ to: 'mjml@elsewhere.example', subject: 'x', mjml });
  for (const [body, path] of [
    [{ subject: 'x', html: 'x' }, 'to'],
    [{ ...HELLO, to: 'nobody' }, 'to'],
    [{ ...HELLO, to: 'Ann <a@b.example>' }, 'to'],
    [{ ...HELLO, to: 'a@b.example', mjml }, 'mjml'],
    [{ ...HELLO, to: 'a@b.example', html: '<p>{{ x </p>' }, 'html'],
    [{ subject: 'x', to: 'a@b.example', template_id: server.live.id }, 'template_id'],
    [{ ...HELLO, to: 'a@b.example', headers: { Bcc: 'all@b.example' } }, 'headers/Bcc'],
    [{ ...HELLO, to: 'a@b.example', headers: { 'X-A': 'a\r\nBcc: b' } }, 'headers/X-A'],
    [{ ...HELLO, to: 'a@b.example', from: 'nobody' }, 'from'],
    [{ ...HELLO, to: 'a@b.example', properties: { big: 'x'.repeat(10_001) } }, 'properties'],
  ] as const) {
    const answer = await post(body);
    expect([answer.status, answer.body.code], answer.text).toEqual([400, 'series.invalid']);
    expect(answer.body.details[0].path).toBe(path);
  }
  expect((await post({ ...HELLO, user_id: 'nobody' })).status).toBe(404);
  for (const unknown of [{ attachments: [] }, { send_at: '2030-01-01T00:00:00Z' }]) {
    expect((await post({ ...HELLO, to: 'a@b.example', ...unknown })).status).toBe(400);
  }
  // A value cannot become a header of its own.
  const split = { ...HELLO, subject: '{{ event.x }}', properties: { x: 'a\r\nBcc: b@b.example' } };
  const answer = await post({ ...split, to: 'split@elsewhere.example' });
  expect([answer.status, answer.body.code]).toEqual([422, 'enrollment.message_faulty']);
  const strict = { ...HELLO, to: 'a@b.example', strict: true };
  expect((await post(strict)).body.code).toBe('enrollment.message_refused');
});

test('on a test side it is kept and shown', async () => {
  const user = await newUser(server, { name: 'Tess' });
  const made = await server.v1('POST', '/messages', { ...HELLO, user_id: user });
  expect(made.status, made.text).toBe(202);
  const message = await until(async () => {
    const { body } = await server.v1('GET', `/messages/${made.body.id}`);
    expect(body.status).toBe('accepted');
    return body;
  });
  expect(message).toMatchObject({ transport: 'capture', subject: 'Hello Tess' });
  expect(message.explanation.code).toBe('message_captured');
  const outside = { ...HELLO, to: 'test-side@elsewhere.example' };
  const bare = await server.v1('POST', '/messages', outside);
  await until(async () => {
    const { body } = await server.v1('GET', `/messages/${bare.body.id}`);
    expect(body).toMatchObject({ status: 'accepted', transport: 'capture' });
  });
  expect(cameFor('test-side@elsewhere.example')).toEqual([]);
});

test('webhooks and reports tell of it, and of its passage nothing', async () => {
  const receiver = await startReceiver();
  await v1('POST', '/webhooks', { url: receiver.url, event_types: ['*'] });
  await world.identify('eve');
  const { id } = await sent({ ...HELLO, user_id: 'eve' });
  const bare = await sent({ ...HELLO, to: 'hook@elsewhere.example' });
  await until(() => {
    const ids = receiver.taken.map(({ type, data }) => `${type} ${String(data['message_id'])}`);
    expect(ids).toEqual(expect.arrayContaining([`message.sent ${id}`, `message.sent ${bare.id}`]));
  });
  expect(receiver.seen.filter(({ type }) => type.startsWith('enrollment.'))).toEqual([]);
  await receiver.close();
  await until(async () => {
    const { groups } = await v1('GET', '/reports/messages?group=step');
    expect(groups[0].key).toMatchObject({ automation_type: 'transactional' });
    expect(groups[0].total.sent).toBeGreaterThan(10);
  });
});

test('what an erased person was sent under a bare address goes with them', async () => {
  await world.identify('frida');
  const to = 'frida@tidewater.example';
  const own = await sent({ ...HELLO, user_id: 'frida', properties: { code: 'secret-of-frida' } });
  const bare = await sent({ ...HELLO, to, properties: { code: 'secret-of-frida' } });
  for (const { id } of [own, bare]) await inState(id, 'accepted');
  const erased = await server.v1('DELETE', '/users/frida', undefined, LIVE);
  expect(erased.status, erased.text).toBeLessThan(300);
  for (const { id } of [own, bare]) {
    const message = await v1('GET', `/messages/${id}`);
    expect([message.to, message.html, message.user_id]).toEqual(['', '', '']);
  }
  const [left] = await server.db`
    select count(*)::int as count from transactional_emails t
     where t::text ilike '%frida%' or exists (
       select from enrollments e where e.id = t.enrollment_id and e::text ilike '%frida%')
  `;
  expect(left).toEqual({ count: 0 });
  await expectExactLedger(server.db);
});

test('whoever was only ever an address is erased by it', async () => {
  const to = 'stranger@elsewhere.example';
  const { id } = await sent({ ...HELLO, to, properties: { code: 'x' } });
  await inState(id, 'accepted');
  expect((await server.v1('DELETE', `/users/${to}`, undefined, LIVE)).status).toBeLessThan(300);
  expect((await v1('GET', `/messages/${id}`)).to).toBe('');
  expect((await server.v1('DELETE', `/users/${to}`, undefined, LIVE)).status).toBe(404);
});

test('what will not leave after all is told by webhooks; of whoever was erased, only that', async () => {
  const { db } = server;
  let isTaken = false;
  const receiver = await startReceiver(() => (isTaken ? 204 : 503));
  const hook = await v1('POST', '/webhooks', {
    url: receiver.url,
    event_types: ['message.cancelled', 'message.sent', 'user.suppressed'],
  });
  const [kept, erased] = ['fault.rcpt.451.kept', 'fault.rcpt.451.lost'];
  const stopped = await sent({ ...HELLO, to: `${kept}@elsewhere.example` });
  const lost = await sent({ ...HELLO, to: `${erased}@elsewhere.example` });
  for (const { id } of [stopped, lost]) await inState(id, 'scheduled');
  await until(async () => {
    const [row] =
      await db`select count(*)::int as count from recipients where status = 'processing'`;
    expect(row).toEqual({ count: 0 });
  });
  await v1('POST', '/suppressions', { email: `${kept}@elsewhere.example` });
  await v1('POST', '/suppressions', { email: `${erased}@elsewhere.example` });
  await db`
    update recipients set due_at = db_now()
     where enrollment_id = (select enrollment_id from messages where id = ${stopped.id})`;
  await inState(stopped.id, 'cancelled');
  const path = `/users/${erased}@elsewhere.example`;
  const file = JSON.parse((await server.v1('GET', `${path}/export`, undefined, LIVE)).text);
  expect(file).toMatchObject({
    user: null,
    addresses: [`${erased}@elsewhere.example`],
    suppressions: [{ change: 'added', reason: 'manual' }],
    messages: [{ id: lost.id, to: `${erased}@elsewhere.example` }],
  });
  expect((await server.v1('DELETE', path, undefined, LIVE)).status).toBe(200);
  const [left] = await db`
    select count(*)::int as count from outbox_events e
      left join webhook_deliveries d on d.event_id = e.id
     where strpos(e::text || coalesce(d::text, ''), ${erased}) > 0`;
  expect(left).toEqual({ count: 0 });
  isTaken = true;
  await until(async () => {
    await db`
      update webhook_deliveries set next_at = db_now()
       where webhook_id = ${hook.id} and status = 'pending' and lease_token is null`;
    expect(receiver.taken.map(({ type }) => type)).toContain('user.suppressed');
    const told = new Map(
      receiver.taken
        .filter(({ type }) => type === 'message.cancelled')
        .map(({ data }) => [data['message_id'], data]),
    );
    expect(told.get(stopped.id)).toMatchObject({
      to: `${kept}@elsewhere.example`,
      reason: 'suppressed:manual',
    });
    expect(told.get(lost.id)).toMatchObject({ user_id: '', to: '', subject: '', reason: 'erased' });
  });
  expect(JSON.stringify(receiver.taken)).not.toContain(erased);
  await v1('DELETE', `/webhooks/${hook.id}`);
  await receiver.close();
});

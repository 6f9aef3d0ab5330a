import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADA } from '../fixtures/inbound/sample.ts';
import { samplesFor } from '../fixtures/inbound/samples.ts';
import {
  startEmailWorld,
  startReceiver,
  type EmailWorld,
  type Mail,
} from '../support/email-world.ts';
import { email } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what comes back of an email ends where it must: in the message, in the suppressions, in the
 * series that listen, and in a pause of what draws too much. Method: the whole way over real sockets,
 * told in all ways: an answer of SMTP, a report by mail, a complaint, a provider's signed webhook.
 */
let world: EmailWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let inbox: { post_url: string };

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startEmailWorld({ alerts_url: receiver.url });
  inbox = await world.v1('POST', '/inboxes', { address: 'back@tidewater.example' });
});
afterAll(async () => {
  await world.close();
  receiver.close();
});

const bill = (id: string) => email(id, { purpose: 'transactional' });
const waitFor = (id: string, event: string) => ({
  id,
  type: 'wait_for_event',
  event_type: event,
  timeout: { amount: 9, unit: 'days' },
});

/** Hands a mail on to the inbox, as a mail server does. */
async function post(raw: Buffer): Promise<string> {
  const headers = { 'content-type': 'message/rfc822' };
  const { pathname } = new URL(inbox.post_url);
  const call = { method: 'POST', path: pathname, headers, body: raw };
  const answer = await world.server.send(call);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.taken_for;
}

/** A report about a mail to somebody, as some server writes it. */
function reportOn({ returnPath }: Mail, userId: string, verdict: string): Buffer {
  const found = samplesFor(returnPath).find(({ sample }) => sample.verdict === verdict);
  if (found === undefined) throw new Error(`no sample of ${verdict}`);
  const text = found.raw.toString('latin1').replaceAll(ADA, `${userId}@tidewater.example`);
  return Buffer.from(text, 'latin1');
}

/** Why an address gets no mail; null while it does. */
async function suppressionOf(userId: string): Promise<string | null> {
  const { data } = await world.v1('GET', `/suppressions?email=${userId}@tidewater.example`);
  return data[0]?.reason ?? null;
}

async function stepsOf(userId: string, seriesId: string): Promise<object[]> {
  return (await world.v1('GET', `/users/${userId}/explain?series_id=${seriesId}`)).steps;
}

const expectExited = (userId: string, seriesId: string) =>
  until(async () => {
    const { data } = await world.v1('GET', `/series/${seriesId}/enrollments?user_id=${userId}`);
    expect(data).toMatchObject([{ state: 'exited' }]);
  });

test('a report by mail of an address that is none: bounced, suppressed, out, and not even bills', async () => {
  const user = await world.identify('lost');
  const listening = await world.series([waitFor('long', 'never')], {
    exit: [{ on: 'hard_bounce' }],
  });
  await world.enroll(user, listening);
  const series = await world.series([email('offer'), waitFor('later', 'came back'), bill('bill')]);
  await world.enroll(user, series);
  const mail = await world.mailTo(user, 'Subject of offer');
  await world.message(user, 'offer', 'accepted');
  expect(await post(reportOn(mail, user, 'hard'))).toBe('returned');
  const { events } = await world.message(user, 'offer', 'bounced');
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'bounced',
      detail: expect.objectContaining({ class: 'hard' }),
    }),
  );
  expect(await suppressionOf(user)).toBe('hard_bounce');
  await expectExited(user, listening);
  await world.track(user, 'came back');
  await until(async () => {
    expect(await stepsOf(user, series)).toContainEqual(
      expect.objectContaining({ step_id: 'bill', code: 'skipped_suppressed' }),
    );
  });
  expect(await world.subjectsTo(user)).toEqual(['Subject of offer']);
  // Told again, nothing changes.
  await post(reportOn(mail, user, 'hard'));
  expect((await world.message(user, 'offer', 'bounced')).events).toHaveLength(events.length);
});

test('a server that refuses an address suppresses it; one that refuses by policy does not', async () => {
  const series = await world.series([bill('bill')]);
  for (const name of ['gone-1', 'policy-1']) {
    await world.enroll(await world.identify(name), series);
    await world.message(name, 'bill', 'rejected');
  }
  await until(async () => expect(await suppressionOf('gone-1')).toBe('hard_bounce'));
  expect(await suppressionOf('policy-1')).toBeNull();
});

test('a complaint: complained, suppressed, and out of what listens', async () => {
  const user = await world.identify('annoyed');
  const series = await world.series([email('offer'), waitFor('later', 'never')], {
    exit: [{ on: 'complaint' }],
  });
  await world.enroll(user, series);
  const mail = await world.mailTo(user, 'Subject of offer');
  await world.message(user, 'offer', 'accepted');
  expect(await post(reportOn(mail, user, 'complaint'))).toBe('returned');
  await world.message(user, 'offer', 'complained');
  expect(await suppressionOf(user)).toBe('complaint');
  await expectExited(user, series);
});

test('a mail to the address of the header unsubscribes', async () => {
  const user = await world.identify('writer');
  await world.enroll(user, await world.series([email('offer')]));
  const mail = await world.mailTo(user, 'Subject of offer');
  const [, to = ''] = /<mailto:([^?>]+)/.exec(mail.header('list-unsubscribe')) ?? [];
  const raw = `From: ${user}@tidewater.example\r\nTo: ${to}\r\nSubject: unsubscribe\r\n\r\n`;
  expect(await post(Buffer.from(raw))).toBe('unsubscribe');
  expect((await world.v1('GET', `/users/${user}/preferences`)).all).toBe('unsubscribed');
});

test('a mail that unsubscribes from a list that there is no longer does not hold the others up', async () => {
  const user = await world.identify('late');
  const list = await world.v1('POST', '/lists', { name: 'Old', kind: 'opt_out' });
  await world.enroll(user, await world.series([email('offer', { list_id: list.id })]));
  const mail = await world.mailTo(user, 'Subject of offer');
  await world.message(user, 'offer', 'accepted');
  await world.server.db`delete from lists where id = ${list.id}`;
  const [, to = ''] = /<mailto:([^?>]+)/.exec(mail.header('list-unsubscribe')) ?? [];
  const raw = `From: ${user}@tidewater.example\r\nTo: ${to}\r\nSubject: unsubscribe\r\n\r\n`;
  expect(await post(Buffer.from(raw))).toBe('unsubscribe');
  expect((await world.v1('GET', `/users/${user}/preferences`)).all).toBe('subscribed');
});

test("a provider's signed call changes the message, a forged one does not", async () => {
  const secret = Buffer.from('0123456789abcdef01234567');
  // Switched off, so that nothing leaves by it.
  const { events_url: url } = await world.v1('POST', '/transports', {
    kind: 'resend',
    settings: {
      api_key: 're_abcdefghijklmnop',
      webhook_secret: `whsec_${secret.toString('base64')}`,
    },
    is_enabled: false,
  });
  const tell = (type: string, id: string, more: object, key = secret) => {
    const at = new Date();
    const data = {
      email_id: id,
      to: ['told@tidewater.example'],
      tags: [{ name: 'milepost_id', value: id }],
      ...more,
    };
    const body = JSON.stringify({ type, created_at: at.toISOString(), data });
    const time = String(Math.floor(at.getTime() / 1_000));
    const mac = createHmac('sha256', key).update(`msg_${type}_${id}.${time}.${body}`);
    const headers = {
      'content-type': 'application/json',
      'svix-id': `msg_${type}_${id}`,
      'svix-timestamp': time,
      'svix-signature': `v1,${mac.digest('base64')}`,
    };
    return world.visit(url, { method: 'POST', headers, body });
  };
  const user = await world.identify('told');
  await world.enroll(user, await world.series([bill('bill')]));
  const { id } = await world.message(user, 'bill', 'accepted');
  const forged = await tell('email.delivered', id, {}, Buffer.from('another secret altogether'));
  expect(forged.status).toBe(400);
  await world.message(user, 'bill', 'accepted');
  expect((await tell('email.delivered', id, {})).status).toBe(200);
  await world.message(user, 'bill', 'delivered');
  const bounce = { type: 'Permanent', subType: 'General', message: 'no such user' };
  expect((await tell('email.bounced', id, { bounce })).status).toBe(200);
  await world.message(user, 'bill', 'bounced');
  expect(await suppressionOf(user)).toBe('hard_bounce');
  // In another order the end is the same.
  expect((await tell('email.delivered', id, {})).status).toBe(200);
  await world.message(user, 'bill', 'bounced');
});

test('what draws 9 hard bounces in 200 mails is paused, says why, and tells of it', async () => {
  const series = await world.series([bill('bill')]);
  const names = Array.from({ length: 200 }, (_, n) => (n < 9 ? `gone-of-${n}` : `many-${n}`));
  for (const part of [names.slice(0, 100), names.slice(100)]) {
    await Promise.all(part.map(async (name) => world.enroll(await world.identify(name), series)));
  }
  await until(() => {
    const count = world.sink.accepted.filter(({ to }) => to.startsWith('many-')).length;
    expect(count).toBe(191);
  });
  await until(async () => {
    expect((await world.v1('GET', `/series/${series}`)).status).toBe('paused');
  });
  const sending = await world.v1('GET', '/sending');
  expect(sending.paused).toBe(false);
  const figures = { rule: 'bounces', sent: 200, count: 9, percent: 4.5, limit_percent: 4 };
  expect(sending.series_pauses).toMatchObject([{ series_id: series, ...figures }]);
  const [alert] = await until(() => {
    expect(receiver.received).toHaveLength(1);
    return receiver.received;
  });
  expect(JSON.parse(alert?.body ?? '')).toMatchObject({
    type: 'sending.paused',
    scope: 'series',
    series_id: series,
    ...figures,
  });
  const { secret } = await world.v1('GET', '/webhook_secret');
  const { headers = {}, body = '' } = alert ?? {};
  const key = Buffer.from(String(secret).replace('whsec_', ''), 'base64');
  const mac = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
}, 300_000);

test('nothing is set going on a side that is paused as a whole, until it is resumed', async () => {
  const { db, live } = world.server;
  const { id: draft } = await world.v1('POST', '/series', { name: 'Later', steps: [bill('bill')] });
  const { id: letter } = await world.v1('POST', '/broadcasts', {
    name: 'Letter',
    email: { subject: 'Letter', html: '<p>Hello</p>' },
    audience: { everybody: true },
  });
  await db`
    insert into sending_pauses (id, workspace_id, rule, figures, paused_at)
    values (gen_random_uuid(), ${live.id}, 'complaints',
            '{"sent": 1000, "count": 2, "percent": 0.2, "limitPercent": 0.1, "days": 7}', now())
  `;
  const act = (path: string, body: object = {}) =>
    world.server.v1('POST', path, body, { key: live.secretKey });
  for (const path of [
    `/series/${draft}/activate`,
    `/broadcasts/${letter}/send`,
    `/broadcasts/${letter}/schedule`,
  ]) {
    const { status, body } = await act(path, { at: '2099-01-01T09:00:00Z' });
    expect([path, status, body.code]).toEqual([path, 409, 'tracking.sending_paused']);
  }
  expect((await world.v1('GET', '/sending')).pause).toMatchObject({ rule: 'complaints' });
  expect((await world.v1('POST', '/sending/resume')).paused).toBe(false);
  expect((await act(`/series/${draft}/activate`)).status).toBe(200);
});

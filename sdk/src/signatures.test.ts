import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { signUserToken, verifyWebhook } from './index.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = `whsec_${btoa('another secret of 24 bytes and more')}`;
const BODY = '{"id":"evt_1","type":"user.created","timestamp":"…","data":{"name":"Žofie"}}';

/** As another library signs it. */
const headersFor = (body: string, { secret = SECRET, at = NOW } = {}) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(at.getTime() / 1_000),
  'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
});

const received = { body: BODY, headers: headersFor(BODY), secret: SECRET, now: NOW };

test('what another library signed is given, whatever form it comes in', async () => {
  const event = JSON.parse(BODY) as object;
  expect(await verifyWebhook(received)).toEqual(event);
  const bytes = new TextEncoder().encode(BODY);
  expect(await verifyWebhook({ ...received, body: bytes })).toEqual(event);
  const headers = new Headers(received.headers);
  expect(await verifyWebhook({ ...received, headers })).toEqual(event);
  const bare = SECRET.replace('whsec_', '');
  expect(await verifyWebhook({ ...received, secret: bare })).toEqual(event);
});

test('during a rotation one good signature of one known secret is enough', async () => {
  const old = headersFor(BODY, { secret: OTHER_SECRET })['webhook-signature'];
  const both = `v1a,xyz ${old} ${received.headers['webhook-signature']}`;
  const headers = { ...received.headers, 'webhook-signature': both };
  for (const secret of [SECRET, OTHER_SECRET, [`whsec_${btoa('third')}`, SECRET]]) {
    await expect(verifyWebhook({ ...received, headers, secret })).resolves.toBeDefined();
  }
});

test.each([
  ['another body', { body: BODY.replace('evt_1', 'evt_2') }],
  ['the body with a blank more', { body: `${BODY} ` }],
  ['the body with a mark before it', { body: new TextEncoder().encode(`\ufeff${BODY}`) }],
  ['another secret', { secret: OTHER_SECRET }],
  ['no secret', { secret: [] }],
  ['another id', { headers: { ...received.headers, 'webhook-id': 'evt_2' } }],
  ['no base64', { headers: { ...received.headers, 'webhook-signature': 'v1,?' } }],
  [
    'a signature of another kind',
    { headers: { ...received.headers, 'webhook-signature': 'v1a,' } },
  ],
])('%s is refused', async (_name, change) => {
  await expect(verifyWebhook({ ...received, ...change })).rejects.toMatchObject({
    name: 'WebhookError',
    reason: 'signature',
  });
});

test('a call of another time is refused, on either side of now', async () => {
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
  for (const seconds of [-300, 0, 300]) {
    await expect(verifyWebhook({ ...received, now: later(seconds) })).resolves.toBeDefined();
  }
  for (const seconds of [-301, 301]) {
    await expect(verifyWebhook({ ...received, now: later(seconds) })).rejects.toMatchObject({
      reason: 'timestamp',
    });
  }
  const lax = { ...received, now: later(301), toleranceSeconds: 600 };
  await expect(verifyWebhook(lax)).resolves.toBeDefined();
  for (const timestamp of ['', 'soon', '1e9', '-1']) {
    const headers = { ...received.headers, 'webhook-timestamp': timestamp };
    await expect(verifyWebhook({ ...received, headers })).rejects.toMatchObject({
      reason: timestamp === '' ? 'headers' : 'timestamp',
    });
  }
});

test('headers of another library are read, and so are bytes however they are held', async () => {
  const own = new Map(Object.entries(received.headers));
  const headers = { get: (name: string) => own.get(name) ?? null } as unknown as Headers;
  await expect(verifyWebhook({ ...received, headers })).resolves.toBeDefined();
  const bytes = new TextEncoder().encode(BODY);
  await expect(verifyWebhook({ ...received, body: bytes.buffer })).resolves.toBeDefined();
  const view: Uint8Array = bytes;
  await expect(verifyWebhook({ ...received, body: view })).resolves.toBeDefined();
});

test('a body that was parsed already is a mistake of the caller', async () => {
  const body = JSON.parse(BODY) as string;
  await expect(verifyWebhook({ ...received, body })).rejects.toThrow('before anything parsed it');
});

test('without a secret nothing is signed, and nothing is found to be', async () => {
  for (const secret of ['', 'whsec_', [SECRET, '']]) {
    await expect(verifyWebhook({ ...received, secret })).rejects.toThrow('The secret is empty.');
  }
  const token = signUserToken({ identitySecret: '', userId: 'ada' });
  await expect(token).rejects.toThrow('The secret is empty.');
});

test('a secret that is none is a mistake of the caller', async () => {
  await expect(verifyWebhook({ ...received, secret: 'whsec_?' })).rejects.toThrow(TypeError);
});

test('a token says who the user is, since when and until when', async () => {
  const token = await signUserToken({
    identitySecret: 'mp_is_test_secret',
    userId: 'Žofie',
    now: NOW,
    claims: { scope: 'users.update', user_id: 'somebody else' },
  });
  const [header, payload] = token.split('.').slice(0, 2).map(fromBase64Url);
  expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
  const iat = NOW.getTime() / 1_000;
  expect(payload).toEqual({ scope: 'users.update', user_id: 'Žofie', iat, exp: iat + 3_600 });
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{43}$/);
});

const fromBase64Url = (part: string): unknown => {
  const bytes = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0))));
};

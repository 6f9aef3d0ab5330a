import { describe, expect, onTestFinished, test } from 'vitest';
import {
  settingFaults,
  TRANSPORT_KINDS,
  transportKindOf,
  type Handover,
  type OutgoingMessage,
  type Transport,
  type TransportOptions,
} from '../../src/transport/index.ts';
import { messageTo } from '../support/outgoing.ts';
import {
  FAKE_PROVIDERS,
  startProviderSink,
  type FakeProvider,
  type ProviderSink,
  type SinkAnswer,
} from '../support/provider-sink.ts';
import { TLS_CERTIFICATE } from '../support/tls-pair.ts';

const NOW = new Date('2026-11-23T14:00:00Z');
const NAMES = Object.keys(FAKE_PROVIDERS);

function fakeOf(name: string): FakeProvider {
  const fake = FAKE_PROVIDERS[name];
  if (fake === undefined) throw new Error(name);
  return fake;
}

function transportTo(name: string, options: Partial<TransportOptions> = {}): Transport {
  const kind = transportKindOf(name);
  if (kind === null) throw new Error(name);
  const transport = kind.create(fakeOf(name).settings, {
    now: () => NOW,
    connections: 2,
    ...options,
    timeouts: { reopenMs: 0, ...options.timeouts },
  });
  onTestFinished(() => transport.close());
  return transport;
}

async function sinkOf(name: string, options: { isTls?: boolean } = {}): Promise<ProviderSink> {
  const sink = await startProviderSink(fakeOf(name), options);
  onTestFinished(() => sink.close());
  return sink;
}

type Row = [
  title: string,
  answer: SinkAnswer | ((fake: FakeProvider) => SinkAnswer),
  handover: Partial<Handover> | Record<string, unknown>,
];

const SLOW_MS = 150;

/** What an answer means, whoever gives it. */
const ROWS: Row[] = [
  [
    'an address that cannot be one',
    (fake) => fake.badRecipient,
    { kind: 'rejected', phase: 'rcpt' },
  ],
  ['a key that is not valid', (fake) => fake.badKey, { kind: 'deferred', phase: 'auth' }],
  [
    'too many requests',
    { status: 429, headers: { 'retry-after': '7' } },
    { kind: 'deferred', phase: 'end', retryAfterMs: 7_000 },
  ],
  [
    'too many requests until a time',
    { status: 429, headers: { 'retry-after': 'Mon, 23 Nov 2026 14:01:00 GMT' } },
    { kind: 'deferred', retryAfterMs: 60_000 },
  ],
  ['no service', { status: 503 }, { kind: 'deferred', phase: 'end' }],
  ['a bill to be paid', { status: 402 }, { kind: 'deferred', phase: 'auth' }],
  ['a refusal', { status: 400, body: '{}' }, { kind: 'rejected', phase: 'end' }],
  ['too large', { status: 413 }, { kind: 'rejected' }],
  [
    'a redirect',
    { status: 307, headers: { location: '/elsewhere' } },
    { kind: 'deferred', phase: 'connect' },
  ],
  ['a failure without a body', { status: 500 }, { kind: 'in_doubt', phase: 'end' }],
  ['a gateway that waited for nothing', { status: 504 }, { kind: 'in_doubt' }],
  ['a connection reset after the body', { end: 'reset' }, { kind: 'in_doubt', phase: 'end' }],
  ['a connection closed after the body', { end: 'close' }, { kind: 'in_doubt' }],
  ['something that is not HTTP', { end: 'garbage' }, { kind: 'in_doubt' }],
  ['an answer after the time-out', { delayMs: SLOW_MS * 4 }, { kind: 'in_doubt' }],
  [
    'a yes that is not the provider’s',
    { status: 200, body: '<h1>Welcome</h1>' },
    { kind: 'in_doubt' },
  ],
  ['a yes that is too long', { status: 200, body: 'x'.repeat(70_000) }, { kind: 'in_doubt' }],
  ['a yes that breaks off', { status: 200, end: 'breakOff' }, { kind: 'in_doubt' }],
  ['a no that breaks off', { status: 429, end: 'breakOff' }, { kind: 'deferred' }],
  ['a switch of protocols', { status: 101, headers: { upgrade: 'x' } }, { kind: 'in_doubt' }],
];

describe.each(NAMES)('handing over to %s', (name) => {
  const fake = fakeOf(name);

  test('sends our id along, and everything the message says', async () => {
    const sink = await sinkOf(name);
    const transport = transportTo(name, { baseUrl: sink.url });
    const message = messageTo('ada@example.org', {
      headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
    });
    expect(await transport.send(message)).toMatchObject({ kind: 'accepted' });
    expect(sink.accepted).toEqual([message.id]);
    const [request] = sink.requests;
    const body = request?.body ?? '';
    const sent = name === 'ses' ? Buffer.from(rawIn(body), 'base64').toString('latin1') : body;
    for (const part of ['ada@example.org', 'hello@example.com', '<https://example.com/u/1>']) {
      expect(sent).toContain(part);
    }
    const keepsId = transportKindOf(name)?.keepsMessageId === true;
    if (keepsId) expect(sent).toContain(message.messageId);
    expect(request?.headers['user-agent']).toMatch(/\S/);
  });

  test.each(ROWS)('%s', async (_title, given, expected) => {
    const sink = await sinkOf(name);
    const answer = typeof given === 'function' ? given(fake) : given;
    sink.answer = () => answer;
    const isSlow = (answer.delayMs ?? 0) > 0;
    const transport = transportTo(name, {
      baseUrl: sink.url,
      timeouts: { answerMs: isSlow ? SLOW_MS : 5_000 },
    });
    const handover = await transport.send(messageTo('ada@example.org'));
    expect(handover).toMatchObject(expected);
    expect(handover.answer).not.toBe('');
    expect(handover.answer).not.toMatch(/[\r\n\0]/);
    expect(sink.requests).toHaveLength(1);

    // The next message goes out as if nothing had been.
    sink.answer = null;
    const next = messageTo('bob@example.org');
    expect(await transport.send(next)).toMatchObject({ kind: 'accepted' });
    expect(sink.accepted).toEqual([next.id]);
    expect(sink.requests).toHaveLength(2);
  });

  test('nothing leaves where nobody listens, and none is asked again at once', async () => {
    const sink = await sinkOf(name);
    await sink.close();
    const options = { baseUrl: sink.url, timeouts: { reopenMs: 60_000 } };
    const transport = transportTo(name, options);
    expect(await transport.send(messageTo('a@example.org'))).toMatchObject({
      kind: 'deferred',
      phase: 'connect',
      answer: 'the connection was refused',
    });
    const again = await transport.send(messageTo('b@example.org'));
    expect(again).toMatchObject({ kind: 'deferred', phase: 'connect' });
    expect(again.kind === 'deferred' && (again.retryAfterMs ?? 0)).toBeGreaterThan(50_000);
  });

  test('nothing leaves over TLS with a certificate that nobody vouches for', async () => {
    const sink = await sinkOf(name, { isTls: true });
    const refusing = transportTo(name, { baseUrl: sink.url });
    const refused = await refusing.send(messageTo('a@example.org'));
    expect(refused).toMatchObject({ kind: 'deferred', phase: 'tls' });
    expect(sink.requests).toEqual([]);
    const trusting = transportTo(name, { baseUrl: sink.url, ca: TLS_CERTIFICATE });
    expect(await trusting.send(messageTo('a@example.org'))).toMatchObject({ kind: 'accepted' });
    expect(sink.requests).toHaveLength(1);
  });

  test('nothing leaves once the message may have been taken over', async () => {
    const sink = await sinkOf(name);
    const transport = transportTo(name, { baseUrl: sink.url });
    const held = await transport.send(messageTo('a@example.org'), undefined, () => false);
    expect(held).toMatchObject({ kind: 'deferred', phase: 'content' });
    expect(sink.requests).toEqual([]);
  });

  test('stops soon when asked to, and says what it does not know', async () => {
    const sink = await sinkOf(name);
    sink.answer = () => ({ delayMs: 5_000 });
    const timeouts = { stopMs: 50 };
    const transport = transportTo(name, { baseUrl: sink.url, connections: 1, timeouts });
    const stopping = new AbortController();
    const under = transport.send(messageTo('a@example.org'), stopping.signal);
    const waiting = transport.send(messageTo('b@example.org'), stopping.signal);
    while (sink.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stopping.abort();
    expect(await under).toMatchObject({ kind: 'in_doubt' });
    expect(await waiting).toMatchObject({ kind: 'deferred' });
    expect(sink.requests).toHaveLength(1);
  });

  test('a kept connection that has ended meanwhile costs nothing', async () => {
    const sink = await sinkOf(name);
    const transport = transportTo(name, { baseUrl: sink.url, connections: 1 });
    for (let i = 0; i < 5; i += 1) {
      expect(await transport.send(messageTo('a@example.org'))).toMatchObject({ kind: 'accepted' });
      sink.hangUp();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sink.requests).toHaveLength(5);
  });

  test('a slow answer outlives the time after which an unused connection is ended', async () => {
    const sink = await sinkOf(name);
    sink.answer = () => ({ ...fake.yes(1), delayMs: 200 });
    const timeouts = { idleMs: 30, answerMs: 5_000 };
    const transport = transportTo(name, { baseUrl: sink.url, connections: 1, timeouts });
    for (let i = 0; i < 2; i += 1) {
      expect(await transport.send(messageTo('a@example.org'))).toMatchObject({ kind: 'accepted' });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(sink.requests).toHaveLength(2);
    expect(sink.connectionCount).toBe(2);
  });

  test('is verified without a message, by a key that is valid', async () => {
    const sink = await sinkOf(name);
    const transport = transportTo(name, { baseUrl: sink.url });
    expect(await transport.verify()).toMatchObject({ ok: true });
    sink.answer = () => fake.badKey;
    expect(await transport.verify()).toMatchObject({ ok: false, phase: 'auth' });
    await sink.close();
    expect(await transport.verify()).toMatchObject({ ok: false, phase: 'connect' });
    expect(sink.accepted).toEqual([]);
  });

  test('an envelope that could smuggle a field is never written', async () => {
    const sink = await sinkOf(name);
    const transport = transportTo(name, { baseUrl: sink.url });
    const good = messageTo('a@example.org');
    for (const to of [[], ['a@b.c\r\nBcc: eve@example.net'], ['a @b.c'], ['<a@b.c>']]) {
      const evil: OutgoingMessage = { ...good, envelope: { ...good.envelope, to } };
      expect(await transport.send(evil)).toMatchObject({ kind: 'rejected' });
    }
    expect(sink.requests).toEqual([]);
  });

  test('settings are checked, and no secret is told', () => {
    const kind = transportKindOf(name);
    if (kind === null) throw new Error(name);
    expect(settingFaults(kind.settings, fake.settings)).toEqual([]);
    const missing = kind.settings.filter((setting) => setting.isRequired).map((one) => one.name);
    expect(settingFaults(kind.settings, {}).map((fault) => fault.name)).toEqual(
      missing.filter(
        (one) => kind.settings.find(({ name: n }) => n === one)?.fallback === undefined,
      ),
    );
    const evil = Object.fromEntries(kind.settings.map((one) => [one.name, 's3cret\r\nX: y']));
    const faults = settingFaults(kind.settings, { ...evil, other: 'x' });
    expect(faults).toHaveLength(kind.settings.length + 1);
    expect(JSON.stringify(faults)).not.toContain('s3cret');
    expect(() => kind.create({}, { now: () => NOW })).toThrow(/is missing/);
  });
});

/** The raw message in a request to SES. */
function rawIn(body: string): string {
  const { Content } = JSON.parse(body) as { Content: { Raw: { Data: string } } };
  return Content.Raw.Data;
}

test('every kind says what it promises', () => {
  expect(TRANSPORT_KINDS.map((kind) => [kind.name, kind.idempotency?.header ?? null])).toEqual([
    ['smtp', null],
    ['ses', null],
    ['resend', 'Idempotency-Key'],
    ['postmark', null],
    ['mailgun', null],
    ['sendgrid', null],
    ['capture', null],
  ]);
  for (const { settings, limits } of TRANSPORT_KINDS) {
    expect(new Set(settings.map((setting) => setting.name)).size).toBe(settings.length);
    expect(limits.batchMax).toBeGreaterThan(0);
  }
});

describe('an idempotency key', () => {
  const DAY_MS = 24 * 60 * 60 * 1_000;
  const until = new Date(NOW.getTime() + DAY_MS - 60_000);

  test('lets a message in doubt be sent again, and there is still one', async () => {
    const sink = await sinkOf('resend');
    const transport = transportTo('resend', { baseUrl: sink.url });
    const message = messageTo('ada@example.org');
    // Taken, and the answer is lost.
    sink.answer = (request) => {
      sink.answer = null;
      void fetch(new URL(request.path, sink.url), {
        method: 'POST',
        headers: { 'idempotency-key': String(request.headers['idempotency-key']) },
        body: request.body,
      });
      return { end: 'reset', delayMs: 100 };
    };
    const first = await transport.send(message);
    expect(first).toMatchObject({ kind: 'in_doubt', retrySafeUntil: until });
    const again = await transport.send({ ...message, retrySafeUntil: until });
    expect(again).toMatchObject({ kind: 'accepted' });
    expect(sink.accepted).toEqual([message.id]);
    const keys = sink.requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys)).toEqual(new Set([message.idempotencyKey]));
  });

  test('counts from its first use', async () => {
    const sink = await sinkOf('resend');
    sink.answer = () => ({ end: 'reset' });
    const transport = transportTo('resend', { baseUrl: sink.url });
    const earlier = new Date(NOW.getTime() + 1_000);
    const handover = await transport.send({
      ...messageTo('ada@example.org'),
      retrySafeUntil: earlier,
    });
    expect(handover).toMatchObject({ kind: 'in_doubt', retrySafeUntil: earlier });
  });

  test('that may be forgotten is not used again', async () => {
    const sink = await sinkOf('resend');
    const transport = transportTo('resend', { baseUrl: sink.url });
    const handover = await transport.send({ ...messageTo('a@example.org'), retrySafeUntil: NOW });
    expect(handover).toMatchObject({ kind: 'in_doubt' });
    expect(handover).not.toHaveProperty('retrySafeUntil');
    expect(sink.requests).toEqual([]);
  });

  test.each<[string, SinkAnswer]>([
    ['a refusal', { status: 400, body: '{}' }],
    ['too many requests', { status: 429, headers: { 'retry-after': '1' } }],
    ['a key that is not valid', fakeOf('resend').badKey],
    [
      'another request under way',
      { status: 409, body: '{"name":"concurrent_idempotent_requests"}' },
    ],
    ['another message under it', { status: 409, body: '{"name":"invalid_idempotent_request"}' }],
  ])('keeps a message in doubt through %s', async (_title, answer) => {
    const sink = await sinkOf('resend');
    sink.answer = () => answer;
    const transport = transportTo('resend', { baseUrl: sink.url });
    const message = { ...messageTo('a@example.org'), retrySafeUntil: until };
    expect(await transport.send(message)).toMatchObject({
      kind: 'in_doubt',
      retrySafeUntil: until,
    });
    await transport.close();
    expect(await transport.send(message)).toMatchObject({ kind: 'in_doubt' });
  });
});

test.each<[string, SinkAnswer, Record<string, unknown>]>([
  [
    'ses',
    {
      status: 429,
      headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
      body: '{"message":"Maximum sending rate exceeded."}',
    },
    { kind: 'deferred', answer: /TooManyRequestsException: Maximum sending rate exceeded/ },
  ],
  [
    'ses',
    {
      status: 400,
      headers: { 'x-amzn-errortype': 'LimitExceededException' },
      body: '{"message":"Daily message quota exceeded."}',
    },
    { kind: 'deferred' },
  ],
  [
    'ses',
    {
      status: 400,
      headers: { 'x-amzn-errortype': 'MessageRejected' },
      body: '{"message":"Email address is not verified."}',
    },
    { kind: 'deferred', phase: 'auth' },
  ],
  [
    'ses',
    {
      status: 400,
      headers: { 'x-amzn-errortype': 'MessageRejected' },
      body: '{"message":"Message contains a virus."}',
    },
    { kind: 'rejected', phase: 'end' },
  ],
  [
    'resend',
    { status: 403, body: '{"name":"validation_error","message":"The domain is not verified"}' },
    { kind: 'deferred', phase: 'auth' },
  ],
  [
    'resend',
    { status: 429, headers: { 'ratelimit-reset': '3' }, body: '{"name":"rate_limit_exceeded"}' },
    { kind: 'deferred', retryAfterMs: 3_000 },
  ],
  [
    'postmark',
    { status: 422, body: '{"ErrorCode":406,"Message":"You tried to send to inactive recipients"}' },
    { kind: 'rejected', phase: 'end' },
  ],
  [
    'postmark',
    { status: 422, body: '{"ErrorCode":412,"Message":"Account is pending approval"}' },
    { kind: 'deferred', phase: 'auth' },
  ],
  [
    'mailgun',
    { status: 403, body: '{"message":"Domain mg.example.com is not allowed to send"}' },
    { kind: 'deferred', phase: 'auth' },
  ],
  [
    'sendgrid',
    { status: 429, headers: { 'x-ratelimit-reset': String(NOW.getTime() / 1_000 + 9) } },
    { kind: 'deferred', retryAfterMs: 9_000 },
  ],
  [
    'sendgrid',
    {
      status: 403,
      body: '{"errors":[{"message":"The from address does not match a verified Sender Identity."}]}',
    },
    { kind: 'deferred', phase: 'auth' },
  ],
])('%s answers %j', async (name, answer, { answer: words, ...expected }) => {
  const sink = await sinkOf(name);
  sink.answer = () => answer;
  const transport = transportTo(name, { baseUrl: sink.url });
  const handover = await transport.send(messageTo('ada@example.org'));
  expect(handover).toMatchObject(expected);
  if (words instanceof RegExp) expect(handover.answer).toMatch(words);
});

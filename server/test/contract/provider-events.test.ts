import { describe, expect, test } from 'vitest';
import {
  createCertificateSource,
  createReplayMemory,
  transportKindOf,
  type EventReading,
  type EventRequest,
} from '../../src/transport/index.ts';
import {
  CERTIFICATE_URL,
  EVENT_NOW,
  FAKE_HOOKS,
  snsCall,
  snsNotification,
  TOPIC,
  type FakeHook,
} from '../support/provider-events.ts';
import { SNS_CERTIFICATE } from '../support/sns-pair.ts';
import { TLS_CERTIFICATE } from '../support/tls-pair.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NAMES = Object.keys(FAKE_HOOKS);

function hookOf(name: string): FakeHook {
  const hook = FAKE_HOOKS[name];
  if (hook === undefined) throw new Error(name);
  return hook;
}

type Call = Pick<EventRequest, 'headers' | 'rawBody'> & Partial<EventRequest>;

/** Reads a call as the transport of that name does, in a memory of its own unless one is given. */
function read(name: string, call: Call): Promise<EventReading> {
  const readEvents = transportKindOf(name)?.readEvents;
  if (!readEvents) throw new Error(name);
  return readEvents({
    values: hookOf(name).values,
    now: EVENT_NOW,
    remember: createReplayMemory(() => EVENT_NOW),
    fetchCertificate: () => Promise.resolve(SNS_CERTIFICATE),
    ...call,
  });
}

async function keysIn(name: string, call: Call): Promise<string[]> {
  const reading = await read(name, call);
  if (reading.kind !== 'events') throw new Error(JSON.stringify(reading));
  return reading.returned.map(({ key }) => key);
}

const later = (ms: number): Date => new Date(EVENT_NOW.getTime() + ms);

/** A linear congruential generator: the same mutations at every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe.each(NAMES)('what %s tells', (name) => {
  const hook = hookOf(name);
  const [, example] = hook.examples[0] ?? [];

  test.each(hook.examples)('%s', async (_title, event, expected) => {
    const reading = await read(name, hook.sign(event, EVENT_NOW));
    expect(reading).toMatchObject({ kind: 'events' });
    const returned = reading.kind === 'events' ? reading.returned : [];
    expect(returned).toHaveLength(expected.length);
    expect(returned).toMatchObject(expected);
    for (const { key } of returned) {
      expect(key).toMatch(/^[a-z]+:[\w-]{43}$/);
      expect(key).not.toContain('ada');
    }
  });

  test('has the same keys however often and in whatever order it is told', async () => {
    const remember = createReplayMemory(() => EVENT_NOW);
    const calls = hook.examples.map(([, event]) => hook.sign(event, EVENT_NOW));
    const tell = async (told: readonly Call[]): Promise<string[]> => {
      const keys: string[] = [];
      for (const call of told) keys.push(...(await keysIn(name, { ...call, remember })));
      return keys;
    };
    const first = await tell(calls);
    const again = await tell(calls.toReversed().flatMap((call) => [call, call]));
    expect(new Set(again)).toEqual(new Set(first));
    expect(again).toHaveLength(first.length * 2);
    expect(new Set(first).size).toBeGreaterThan(3);
  });

  test('is refused when it is forged', async () => {
    const genuine = hook.sign(example, EVENT_NOW);
    const forged: Call[] = [
      { ...genuine, headers: {}, rawBody: Buffer.from('{}') },
      { headers: {}, rawBody: Buffer.alloc(0) },
      { headers: {}, rawBody: Buffer.from('[[[') },
      { headers: {}, rawBody: Buffer.from([0xff, 0xfe]) },
      hook.resign(genuine, () => ''),
      hook.resign(genuine, (signature) => `${signature}=`),
      hook.resign(genuine, (signature) => ` ${signature}`),
      hook.resign(genuine, (signature) => `${signature}\n`),
      hook.resign(genuine, (signature) => signature.slice(0, -1)),
      hook.resign(genuine, (signature) => `${signature}${signature}`),
    ];
    for (const call of forged) {
      expect(await read(name, call), JSON.stringify(call.headers)).toMatchObject({
        kind: 'refused',
      });
    }
    expect(await read(name, genuine)).toMatchObject({ kind: 'events' });
  });

  test('is refused without a secret, and with that of somebody else', async () => {
    const genuine = hook.sign(example, EVENT_NOW);
    expect(await read(name, { ...genuine, values: {} })).toMatchObject({ kind: 'refused' });
    const empty = Object.fromEntries(Object.keys(hook.values).map((key) => [key, '']));
    expect(await read(name, { ...genuine, values: empty })).toMatchObject({ kind: 'refused' });
    const others = Object.fromEntries(
      Object.entries(hook.values).map(([key, value]) => [key, value.replace(/[0-9a-y]/, 'z')]),
    );
    expect(await read(name, { ...genuine, values: others })).toMatchObject({ kind: 'refused' });
  });

  test('is refused when it is stale or from the future', async () => {
    for (const ms of [-2 * DAY_MS, 2 * DAY_MS]) {
      const reading = await read(name, hook.sign(example, later(ms)));
      expect(reading.kind).toBe(hook.hasWindow ? 'refused' : 'events');
    }
  });

  test('is refused with any of 2,000 changed signatures', async () => {
    const genuine = hook.sign(example, EVENT_NOW);
    const random = randomOf(NAMES.indexOf(name) + 1);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
    const remember = createReplayMemory(() => EVENT_NOW);
    let acceptedCount = 0;
    for (let i = 0; i < 2_000; i += 1) {
      const changed = hook.resign(genuine, (signature) => {
        const at = random(signature.length);
        const before = signature[at];
        let letter = before;
        while (letter === before) letter = letters[random(letters.length)];
        return signature.slice(0, at) + letter + signature.slice(at + 1);
      });
      if ((await read(name, { ...changed, remember })).kind !== 'refused') acceptedCount += 1;
    }
    expect(acceptedCount).toBe(0);
    expect(await read(name, genuine)).toMatchObject({ kind: 'events' });
  });
});

test('what is signed with its body is refused with another', async () => {
  for (const name of ['ses', 'resend', 'sendgrid']) {
    const hook = hookOf(name);
    const genuine = hook.sign(hook.examples[0]?.[1], EVENT_NOW);
    const text = genuine.rawBody.toString().replace(/m1/, 'm2');
    expect(text).not.toBe(genuine.rawBody.toString());
    const changed = { ...genuine, rawBody: Buffer.from(text) };
    expect(await read(name, changed)).toMatchObject({ kind: 'refused' });
  }
});

test('what others write fits into a database', async () => {
  const hook = hookOf('postmark');
  const [, bounce] = hook.examples.find(([title]) => title.includes('does not exist')) ?? [];
  const evil = { ...(bounce as object), Details: `550 \0\ud800 ${'x'.repeat(10_000)}\u{1f600}` };
  const reading = await read('postmark', hook.sign(evil, EVENT_NOW));
  const [returned] = reading.kind === 'events' ? reading.returned : [];
  const diagnostic = returned?.bounce?.diagnostic ?? '\0';
  expect(diagnostic.length).toBeLessThanOrEqual(500);
  expect(diagnostic).not.toContain('\0');
  expect(diagnostic.isWellFormed()).toBe(true);
});

test('a window is five minutes where a retry is signed anew', async () => {
  for (const name of ['resend', 'mailgun']) {
    const hook = hookOf(name);
    const kindAt = async (ms: number): Promise<string> =>
      (await read(name, hook.sign(hook.examples[0]?.[1], later(ms)))).kind;
    expect(await kindAt(-5 * MINUTE_MS)).toBe('events');
    expect(await kindAt(5 * MINUTE_MS)).toBe('events');
    expect(await kindAt(-5 * MINUTE_MS - 1_000)).toBe('refused');
    expect(await kindAt(5 * MINUTE_MS + 1_000)).toBe('refused');
  }
});

test('a token of Mailgun counts for one body alone', async () => {
  const hook = hookOf('mailgun');
  const remember = createReplayMemory(() => EVENT_NOW);
  const genuine = hook.sign(hook.examples[0]?.[1], EVENT_NOW);
  const forged = Buffer.from(genuine.rawBody.toString().replace('delivered', 'complained'));
  const first = await keysIn('mailgun', { ...genuine, remember });
  expect(await read('mailgun', { ...genuine, rawBody: forged, remember })).toEqual({
    kind: 'refused',
    reason: 'the token was used for another event',
  });
  // As when our answer was lost and Mailgun calls again.
  expect(await keysIn('mailgun', { ...genuine, remember })).toEqual(first);
});

test('a replay memory is bounded, and forgets what is over', async () => {
  let now = EVENT_NOW;
  const remember = createReplayMemory(() => now, 3);
  const until = later(MINUTE_MS);
  expect(await remember('a', '1', until)).toBeNull();
  expect(await remember('a', '2', until)).toBe('1');
  for (const key of ['b', 'c', 'd']) await remember(key, '1', until);
  expect(await remember('a', '2', until)).toBeNull();
  now = later(MINUTE_MS);
  expect(await remember('d', '2', later(2 * MINUTE_MS))).toBeNull();
});

test('Postmark may give its password in a header of its own', async () => {
  const hook = hookOf('postmark');
  const { rawBody } = hook.sign(hook.examples[0]?.[1], EVENT_NOW);
  const secret = hook.values['webhook_secret'] ?? '';
  const withHeader = (value: string): Promise<EventReading> =>
    read('postmark', { headers: { 'x-milepost-secret': value }, rawBody });
  expect(await withHeader(secret)).toMatchObject({ kind: 'events' });
  expect(await withHeader(`${secret}x`)).toMatchObject({ kind: 'refused' });
});

describe('SNS', () => {
  const event = hookOf('ses').examples[0]?.[1];
  const members = snsNotification(event, EVENT_NOW);

  test('signs in two versions, and no third', async () => {
    expect(await read('ses', snsCall(members, { version: '1' }))).toMatchObject({ kind: 'events' });
    expect(await read('ses', snsCall(members, { version: '2' }))).toMatchObject({ kind: 'events' });
    expect(await read('ses', snsCall(members, { version: '3' }))).toMatchObject({
      kind: 'refused',
    });
    const { Subject: _, ...unnamed } = members;
    expect(await read('ses', snsCall(unnamed))).toMatchObject({ kind: 'events' });
  });

  test('is believed for one topic alone, before anything is fetched', async () => {
    let fetchCount = 0;
    const fetchCertificate = (): Promise<string> => {
      fetchCount += 1;
      return Promise.resolve(SNS_CERTIFICATE);
    };
    const others = [
      'arn:aws:sns:eu-central-1:123456789012:other',
      'arn:aws:sns:us-east-1:123456789012:milepost',
      'arn:aws:sns:eu-central-1:999999999999:milepost',
      `${TOPIC} `,
      '',
    ];
    for (const TopicArn of others) {
      const call = snsCall({ ...members, TopicArn });
      const reading = await read('ses', { ...call, fetchCertificate });
      expect(reading).toEqual({ kind: 'refused', reason: 'it is of another topic' });
    }
    expect(fetchCount).toBe(0);
  });

  test.each([
    'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem',
    'https://evil.example/sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://evil.example#sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns-eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem',
    'https://user@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://x.sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com/evil.pem',
    'https://sns.eu-central-1.amazonaws.com/a/SimpleNotificationService-0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1',
    'https://sns.eu-central-1.amazonaws.com./SimpleNotificationService-0123456789abcdef.pem',
    'file:///etc/passwd',
    'not a URL',
    '',
  ])('never fetches a certificate from %s', async (SigningCertURL) => {
    let fetchCount = 0;
    const reading = await read('ses', {
      ...snsCall({ ...members, SigningCertURL }),
      fetchCertificate: () => {
        fetchCount += 1;
        return Promise.resolve(SNS_CERTIFICATE);
      },
    });
    expect(reading).toEqual({ kind: 'refused', reason: 'the certificate is not one of SNS' });
    expect(fetchCount).toBe(0);
  });

  test('certificates are fetched once, failures again', async () => {
    const asked: string[] = [];
    const fetchCertificate = createCertificateSource((url) => {
      asked.push(url.href);
      return asked.length === 1
        ? Promise.reject(new Error('away'))
        : Promise.resolve(SNS_CERTIFICATE);
    });
    const call = { ...snsCall(members), fetchCertificate };
    expect(await read('ses', call)).toMatchObject({ kind: 'later' });
    for (let i = 0; i < 3; i += 1) {
      expect(await read('ses', call)).toMatchObject({ kind: 'events' });
    }
    expect(asked).toEqual([CERTIFICATE_URL, CERTIFICATE_URL]);
  });

  test('a certificate that is over, of another key or none is not believed', async () => {
    const withCertificate = (pem: string): Promise<EventReading> =>
      read('ses', { ...snsCall(members), fetchCertificate: () => Promise.resolve(pem) });
    for (const pem of [TLS_CERTIFICATE, '<html>', '']) {
      expect(await withCertificate(pem)).toMatchObject({ kind: 'refused' });
    }
    const now = new Date('2200-01-01T00:00:00Z');
    const late = snsCall({ ...members, Timestamp: now.toISOString() });
    expect(await read('ses', { ...late, now })).toEqual({
      kind: 'refused',
      reason: 'the certificate is not valid',
    });
  });

  test('a subscription is confirmed at SNS and for our topic alone', async () => {
    const confirmation = (SubscribeURL: string): Call =>
      snsCall({
        Type: 'SubscriptionConfirmation',
        MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
        Token: '2336412f37',
        TopicArn: TOPIC,
        Message: 'You have chosen to subscribe to the topic.',
        SubscribeURL,
        Timestamp: EVENT_NOW.toISOString(),
      });
    const good = `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`;
    expect(await read('ses', confirmation(good))).toEqual({
      kind: 'confirm',
      url: new URL(good),
    });
    for (const evil of [
      good.replace('https', 'http'),
      good.replace('amazonaws.com', 'amazonaws.com.evil.example'),
      good.replace('milepost', 'other'),
      good.replace('ConfirmSubscription', 'DeleteTopic'),
      `${good}&Action=DeleteTopic`,
      good.replace('/?', '/x?'),
      'http://169.254.169.254/latest/meta-data/',
    ]) {
      expect(await read('ses', confirmation(evil)), evil).toMatchObject({ kind: 'refused' });
    }
    const unsigned = confirmation(good);
    const changed = unsigned.rawBody.toString().replace('Token=2336412f37', 'Token=99');
    expect(await read('ses', { ...unsigned, rawBody: Buffer.from(changed) })).toMatchObject({
      kind: 'refused',
    });
  });
});

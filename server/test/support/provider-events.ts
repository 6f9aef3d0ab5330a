import { createHmac, createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { EventRequest, Returned } from '../../src/transport/index.ts';
import { SNS_KEY } from './sns-pair.ts';

export const EVENT_NOW = new Date('2026-12-01T14:00:00Z');
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:milepost';
export const CERTIFICATE_URL =
  'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';

type Signed = Pick<EventRequest, 'headers' | 'rawBody'>;
type Expected = Pick<Returned, 'kind'> & { bounce?: Partial<Returned['bounce']> | null } & Partial<
    Omit<Returned, 'kind' | 'bounce'>
  >;

/** How one provider calls, after its documentation. */
export interface FakeHook {
  readonly values: Readonly<Record<string, string>>;
  /** A genuine call of an event at a time. */
  readonly sign: (event: unknown, at: Date) => Signed;
  /** Puts another text where the signature is. */
  readonly resign: (signed: Signed, change: (signature: string) => string) => Signed;
  /** Whether an old call can be known from a new one. */
  readonly hasWindow: boolean;
  readonly examples: readonly [title: string, event: unknown, expected: readonly Expected[]][];
}

const at = EVENT_NOW.toISOString();
const seconds = EVENT_NOW.getTime() / 1_000;
const secondsOf = (time: Date): string => String(Math.floor(time.getTime() / 1_000));
const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const to = 'ada@example.org';
const is = (kind: Returned['kind'], more: Partial<Expected> = {}): Expected[] => [
  { kind, messageId: 'm1', recipient: to, ...more },
];
const bounced = (bounceClass: string, code: string | null = null): Expected[] =>
  is('bounced', {
    bounce: { class: bounceClass as never, ...(code === null ? {} : { code }) },
  });

const inHeader =
  (name: string): FakeHook['resign'] =>
  (signed, change) => ({
    ...signed,
    headers: { ...signed.headers, [name]: change(String(signed.headers[name])) },
  });
const inBody =
  (read: (json: never) => Record<string, string>, member: string): FakeHook['resign'] =>
  (signed, change) => {
    const json = JSON.parse(signed.rawBody.toString()) as never;
    const holder = read(json);
    holder[member] = change(holder[member] ?? '');
    return { ...signed, rawBody: bodyOf(json) };
  };

/** A message of SNS, signed as SNS signs. */
export function snsCall(
  members: Readonly<Record<string, string>>,
  { version = '2', signedAs = members }: { version?: string; signedAs?: typeof members } = {},
): Signed {
  const names =
    members['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => signedAs[name] !== undefined)
    .map((name) => `${name}\n${signedAs[name]}\n`)
    .join('');
  const digest = version === '1' ? 'sha1' : 'sha256';
  const Signature = sign(digest, Buffer.from(text), createPrivateKey(SNS_KEY)).toString('base64');
  const body = {
    SignatureVersion: version,
    SigningCertURL: CERTIFICATE_URL,
    ...members,
    Signature,
  };
  return { headers: { 'content-type': 'text/plain; charset=UTF-8' }, rawBody: bodyOf(body) };
}

export const snsNotification = (event: unknown, time: Date): Record<string, string> => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: TOPIC,
  Subject: 'Amazon SES Email Event Notification',
  Message: JSON.stringify(event),
  Timestamp: time.toISOString(),
});

const mail = {
  timestamp: at,
  source: 'Acme <hello@example.com>',
  messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
  destination: [to],
  tags: { 'ses:configuration-set': ['milepost'], milepost_id: ['m1'] },
};
const sesBounce = (bounceType: string, bounceSubType: string, one: object = {}) => ({
  eventType: 'Bounce',
  bounce: {
    bounceType,
    bounceSubType,
    bouncedRecipients: [{ emailAddress: 'Ada@example.org', action: 'failed', ...one }],
    timestamp: at,
    feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
    reportingMTA: 'dsn; mta.example.com',
  },
  mail,
});

const ses: FakeHook = {
  values: { topic_arn: TOPIC },
  sign: (event, time) => snsCall(snsNotification(event, time)),
  resign: inBody((json) => json, 'Signature'),
  hasWindow: true,
  examples: [
    [
      'an address that does not exist',
      sesBounce('Permanent', 'General', {
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      }),
      bounced('hard', '5.1.1'),
    ],
    [
      'a sender that is not liked',
      sesBounce('Permanent', 'General', {
        status: '5.7.1',
        diagnosticCode: 'smtp; 550 5.7.1 Message blocked due to poor reputation',
      }),
      bounced('blocked', '5.7.1'),
    ],
    ['no such mailbox', sesBounce('Permanent', 'NoEmail'), bounced('hard')],
    [
      'a full mailbox',
      sesBounce('Transient', 'MailboxFull', {
        status: '5.2.2',
        diagnosticCode: 'smtp; 552 5.2.2 mailbox full',
      }),
      bounced('soft', '5.2.2'),
    ],
    ['refused content', sesBounce('Transient', 'ContentRejected'), bounced('blocked')],
    [
      'its own list',
      sesBounce('Permanent', 'OnAccountSuppressionList'),
      is('dropped', { bounce: null }),
    ],
    [
      'a delivery',
      {
        eventType: 'Delivery',
        mail,
        delivery: { timestamp: at, recipients: [to], smtpResponse: '250 2.6.0 Message received' },
      },
      is('delivered', { at: EVENT_NOW }),
    ],
    [
      'a complaint',
      {
        eventType: 'Complaint',
        complaint: {
          complainedRecipients: [{ emailAddress: to }],
          timestamp: at,
          complaintFeedbackType: 'abuse',
          userAgent: 'Amazon SES Mailbox Simulator',
        },
        mail,
      },
      is('complained', {
        detail: { feedback_type: 'abuse', user_agent: 'Amazon SES Mailbox Simulator' },
      }),
    ],
    [
      'an open',
      { eventType: 'Open', mail, open: { ipAddress: '192.0.2.1', timestamp: at, userAgent: 'M' } },
      is('opened', { detail: { ip: '192.0.2.1', user_agent: 'M' } }),
    ],
    [
      'a click',
      {
        eventType: 'Click',
        mail,
        click: { ipAddress: '192.0.2.1', timestamp: at, link: 'https://a.b/' },
      },
      is('clicked', { detail: { ip: '192.0.2.1', url: 'https://a.b/' } }),
    ],
    [
      'a delay',
      {
        eventType: 'DeliveryDelay',
        mail,
        deliveryDelay: {
          timestamp: at,
          delayType: 'TransientCommunicationFailure',
          delayedRecipients: [
            { emailAddress: to, status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1' },
          ],
        },
      },
      is('delayed', { bounce: { class: 'soft', code: '4.4.1' } }),
    ],
    ['a virus', { eventType: 'Reject', mail, reject: { reason: 'Bad content' } }, is('dropped')],
    ['what we know already', { eventType: 'Send', mail, send: {} }, []],
    ['mail of somebody else', { eventType: 'Open', mail: { ...mail, tags: {} }, open: {} }, []],
  ],
};

const RESEND_KEY = Buffer.from('0123456789abcdef01234567');
const resendEvent = (type: string, more: object = {}) => ({
  type,
  created_at: at,
  data: {
    created_at: at,
    email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
    from: 'Acme <hello@example.com>',
    to: [to],
    subject: 'Hi',
    tags: [{ name: 'milepost_id', value: 'm1' }],
    ...more,
  },
});

const resend: FakeHook = {
  values: { webhook_secret: `whsec_${RESEND_KEY.toString('base64')}` },
  sign: (event, time) => {
    const rawBody = bodyOf(event);
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const mac = createHmac('sha256', RESEND_KEY).update(`${id}.${secondsOf(time)}.${rawBody}`);
    const headers = {
      'svix-id': id,
      'svix-timestamp': secondsOf(time),
      'svix-signature': `v1,AAAA v1,${mac.digest('base64')}`,
    };
    return { headers, rawBody };
  },
  resign: (signed, change) =>
    inHeader('svix-signature')(signed, (both) => `v1,${change(both.split(',').at(-1) ?? '')}`),
  hasWindow: true,
  examples: [
    ['a delivery', resendEvent('email.delivered'), is('delivered', { at: EVENT_NOW })],
    [
      'an address that does not exist',
      resendEvent('email.bounced', {
        bounce: {
          message: "The recipient's email address does not exist.",
          subType: 'General',
          type: 'Permanent',
          diagnosticCode: ['smtp; 550 5.1.1 user unknown'],
        },
      }),
      bounced('hard', '5.1.1'),
    ],
    [
      'a full mailbox',
      resendEvent('email.bounced', {
        bounce: { message: 'The mailbox is full', subType: 'MailboxFull', type: 'Transient' },
      }),
      bounced('soft'),
    ],
    [
      'a complaint, with tags as an object',
      resendEvent('email.complained', { tags: { milepost_id: 'm1' } }),
      is('complained'),
    ],
    [
      'a click',
      resendEvent('email.clicked', {
        click: { ipAddress: '192.0.2.1', link: 'https://a.b/', timestamp: at, userAgent: 'M' },
      }),
      is('clicked', { detail: { url: 'https://a.b/', ip: '192.0.2.1', user_agent: 'M' } }),
    ],
    ['an open', resendEvent('email.opened'), is('opened')],
    ['a delay', resendEvent('email.delivery_delayed'), is('delayed')],
    [
      'a failure',
      resendEvent('email.failed', { failed: { reason: 'reached_daily_quota' } }),
      is('dropped', { detail: { reason: 'reached_daily_quota' } }),
    ],
    ['what we know already', resendEvent('email.sent'), []],
    ['mail of somebody else', resendEvent('email.opened', { tags: [] }), []],
  ],
};

const POSTMARK_SECRET = 'correct-horse-battery';
const Metadata = { milepost_id: 'm1' };
const MessageID = '883953f4-6105-42a2-a16a-77a8eac79483';
const postmarkBounce = (TypeCode: number, Type: string, Details: string) => ({
  RecordType: 'Bounce',
  ID: 4_323_372_036_854,
  Type,
  TypeCode,
  MessageID,
  Metadata,
  Details,
  Description: 'The server was unable to deliver your message',
  Email: to,
  BouncedAt: at,
  Inactive: true,
  MessageStream: 'outbound',
});

const postmark: FakeHook = {
  values: { webhook_user: 'milepost', webhook_secret: POSTMARK_SECRET },
  sign: (event) => ({
    headers: {
      authorization: `Basic ${Buffer.from(`milepost:${POSTMARK_SECRET}`).toString('base64')}`,
    },
    rawBody: bodyOf(event),
  }),
  resign: inHeader('authorization'),
  hasWindow: false,
  examples: [
    [
      'a delivery',
      {
        RecordType: 'Delivery',
        MessageID,
        Recipient: to,
        DeliveredAt: '2026-12-01T09:00:00-05:00',
        Details: 'Test delivery webhook details',
        Metadata,
      },
      is('delivered', { at: EVENT_NOW }),
    ],
    [
      'an address that does not exist',
      postmarkBounce(1, 'HardBounce', 'smtp;550 5.1.1 The email account does not exist'),
      bounced('hard', '5.1.1'),
    ],
    [
      'a policy',
      postmarkBounce(1, 'HardBounce', 'smtp;550 5.7.1 Relaying denied'),
      bounced('blocked', '5.7.1'),
    ],
    ['a full mailbox', postmarkBounce(4_096, 'SoftBounce', 'smtp;552 5.2.2 full'), bounced('soft')],
    ['a filter', postmarkBounce(512, 'SpamNotification', 'looks like spam'), bounced('blocked')],
    ['a delay', postmarkBounce(2, 'Transient', 'network troubles'), is('delayed')],
    ['an automatic reply', postmarkBounce(64, 'AutoResponder', 'out of office'), []],
    [
      'a complaint',
      {
        RecordType: 'SpamComplaint',
        ID: 42,
        Type: 'SpamComplaint',
        TypeCode: 100_001,
        MessageID,
        Metadata,
        Email: to,
        BouncedAt: at,
      },
      is('complained'),
    ],
    [
      'an open',
      {
        RecordType: 'Open',
        MessageID,
        Metadata,
        Recipient: to,
        ReceivedAt: at,
        UserAgent: 'M',
        Geo: { IP: '192.0.2.1' },
      },
      is('opened', { detail: { user_agent: 'M', ip: '192.0.2.1' } }),
    ],
    [
      'a click',
      {
        RecordType: 'Click',
        MessageID,
        Metadata,
        Recipient: to,
        ReceivedAt: at,
        OriginalLink: 'https://a.b/',
        ClickLocation: 'HTML',
      },
      is('clicked', { detail: { url: 'https://a.b/' } }),
    ],
    [
      'somebody who unsubscribes',
      {
        RecordType: 'SubscriptionChange',
        MessageID,
        Metadata,
        ChangedAt: at,
        Recipient: to,
        Origin: 'Recipient',
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
      },
      is('unsubscribed'),
    ],
    ['mail of somebody else', { RecordType: 'Open', ReceivedAt: at, Metadata: {} }, []],
  ],
};

const MAILGUN_KEY = 'key-0123456789abcdef';
const mailgunEvent = (event: string, more: object = {}) => ({
  event,
  id: 'CPgfbmQMTCKtHW6uIWtuVe',
  timestamp: seconds + 0.25,
  'log-level': 'info',
  recipient: to,
  'user-variables': { milepost_id: 'm1' },
  message: { headers: { 'message-id': '1.test@example.com' } },
  ...more,
});

const mailgun: FakeHook = {
  values: { webhook_signing_key: MAILGUN_KEY },
  sign: (event, time) => {
    const timestamp = secondsOf(time);
    // One token per event, as one call has one.
    const token = createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 50);
    const signature = createHmac('sha256', MAILGUN_KEY)
      .update(timestamp + token)
      .digest('hex');
    return {
      headers: { 'content-type': 'application/json' },
      rawBody: bodyOf({ signature: { timestamp, token, signature }, 'event-data': event }),
    };
  },
  resign: inBody((json: { signature: Record<string, string> }) => json.signature, 'signature'),
  hasWindow: true,
  examples: [
    [
      'a delivery',
      mailgunEvent('delivered', { 'delivery-status': { code: 250, message: 'OK' } }),
      is('delivered', { at: new Date(EVENT_NOW.getTime() + 250) }),
    ],
    [
      'an address that does not exist',
      mailgunEvent('failed', {
        severity: 'permanent',
        reason: 'bounce',
        'delivery-status': {
          code: 550,
          'enhanced-code': '5.1.1',
          message: '5.1.1 The email account that you tried to reach does not exist.',
          'bounce-type': 'hard',
        },
      }),
      bounced('hard', '5.1.1'),
    ],
    [
      'a policy, permanent for this message',
      mailgunEvent('failed', {
        severity: 'permanent',
        reason: 'generic',
        'delivery-status': { code: 550, message: '5.7.1 blocked by policy' },
      }),
      bounced('blocked', '5.7.1'),
    ],
    [
      'a message too old',
      mailgunEvent('failed', {
        severity: 'permanent',
        reason: 'old',
        'delivery-status': { code: 602, message: '', description: 'Too old' },
      }),
      bounced('soft'),
    ],
    [
      'its own list',
      mailgunEvent('failed', {
        severity: 'permanent',
        reason: 'suppress-bounce',
        'delivery-status': {
          code: 605,
          description: 'Not delivering to previously bounced address',
        },
      }),
      is('dropped', { bounce: null, detail: { reason: 'suppress-bounce' } }),
    ],
    [
      'a delay',
      mailgunEvent('failed', {
        severity: 'temporary',
        'delivery-status': { code: 452, 'enhanced-code': '4.2.2', message: '4.2.2 over quota' },
      }),
      is('delayed', { bounce: { class: 'soft', code: '4.2.2' } }),
    ],
    ['a complaint', mailgunEvent('complained'), is('complained')],
    [
      'an open',
      mailgunEvent('opened', { ip: '192.0.2.1', 'client-info': { 'user-agent': 'M' } }),
      is('opened', { detail: { ip: '192.0.2.1', user_agent: 'M' } }),
    ],
    [
      'a click',
      mailgunEvent('clicked', { url: 'https://a.b/' }),
      is('clicked', { detail: { url: 'https://a.b/' } }),
    ],
    ['somebody who unsubscribes', mailgunEvent('unsubscribed'), is('unsubscribed')],
    ['what we know already', mailgunEvent('accepted'), []],
    ['mail of somebody else', mailgunEvent('opened', { 'user-variables': {} }), []],
  ],
};

const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
let sendgridCount = 0;
const sendgridEvent = (event: string, more: object = {}) => {
  sendgridCount += 1;
  return {
    email: to,
    timestamp: seconds,
    'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
    event,
    sg_event_id: `event-${sendgridCount}`,
    sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
    milepost_id: 'm1',
    ...more,
  };
};

const sendgrid: FakeHook = {
  values: {
    webhook_public_key: ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  },
  sign: (event, time) => {
    const rawBody = bodyOf(event);
    const timestamp = secondsOf(time);
    const signature = sign('sha256', Buffer.from(timestamp + rawBody.toString()), ec.privateKey);
    const headers = {
      'x-twilio-email-event-webhook-signature': signature.toString('base64'),
      'x-twilio-email-event-webhook-timestamp': timestamp,
    };
    return { headers, rawBody };
  },
  resign: inHeader('x-twilio-email-event-webhook-signature'),
  hasWindow: true,
  examples: [
    [
      'several at once',
      [
        sendgridEvent('processed'),
        sendgridEvent('delivered', { response: '250 OK' }),
        sendgridEvent('open', { useragent: 'M', ip: '192.0.2.1', sg_machine_open: true }),
        sendgridEvent('click', { url: 'https://a.b/' }),
        sendgridEvent('spamreport'),
        sendgridEvent('group_unsubscribe', { asm_group_id: 10 }),
        sendgridEvent('dropped', { reason: 'Bounced Address' }),
        sendgridEvent('delivered', { milepost_id: undefined }),
      ],
      [
        ...is('delivered', { at: EVENT_NOW }),
        ...is('opened', { detail: { user_agent: 'M', ip: '192.0.2.1', machine: true } }),
        ...is('clicked', { detail: { url: 'https://a.b/' } }),
        ...is('complained'),
        ...is('unsubscribed'),
        ...is('dropped', { detail: { reason: 'Bounced Address' } }),
      ],
    ],
    [
      'an address that does not exist',
      [
        sendgridEvent('bounce', {
          type: 'bounce',
          bounce_classification: 'Invalid Address',
          reason: '550 5.1.1 The email account that you tried to reach does not exist',
          status: '5.1.1',
        }),
      ],
      bounced('hard', '5.1.1'),
    ],
    [
      'a block',
      [
        sendgridEvent('bounce', {
          type: 'blocked',
          bounce_classification: 'Reputation',
          reason: '550 5.7.1 your IP is listed',
          status: '5.7.1',
        }),
      ],
      bounced('blocked', '5.7.1'),
    ],
    [
      'a full mailbox',
      [
        sendgridEvent('bounce', {
          type: 'bounce',
          bounce_classification: 'Mailbox Unavailable',
          reason: '552 5.2.2 mailbox full',
          status: '5.2.2',
        }),
      ],
      bounced('soft', '5.2.2'),
    ],
    [
      'a delay',
      [sendgridEvent('deferred', { response: '400 try again later', attempt: '5' })],
      is('delayed', { bounce: { class: 'soft' } }),
    ],
  ],
};

export const FAKE_HOOKS: Readonly<Record<string, FakeHook>> = {
  ses,
  resend,
  postmark,
  mailgun,
  sendgrid,
};

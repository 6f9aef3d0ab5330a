import { createHash } from 'node:crypto';
import { MESSAGE_ID_TAG } from '../events.ts';
import { COMMON_ANSWERS, jsonIn, textOf } from '../http-answer.ts';
import type { HttpAnswer, HttpRequest } from '../http-attempt.ts';
import { createHttpTransport, type HttpProvider } from '../http-transport.ts';
import type { AnswerRule, TransportKind } from '../transport-kind.ts';
import { keyFault, settingReader, type TransportSetting } from '../transport-setting.ts';
import type { OutgoingMessage } from '../transport.ts';
import { readMailgunEvents } from './mailgun-events.ts';

const BASE_URLS: Readonly<Record<string, string>> = {
  us: 'https://api.mailgun.net',
  eu: 'https://api.eu.mailgun.net',
};
const MEGABYTE = 1024 * 1024;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'domain',
    label: 'Domain',
    help: 'The sending domain as it is named in Mailgun.',
    isSecret: false,
    isRequired: true,
    faultOf: (value) => (DOMAIN.test(value) ? null : 'is not a domain name in lower case'),
  },
  {
    name: 'api_key',
    label: 'API key',
    help: 'A sending key of the domain, or a key of the account.',
    isSecret: true,
    isRequired: true,
    faultOf: keyFault,
  },
  {
    name: 'region',
    label: 'Region',
    help: 'Where Mailgun keeps the domain.',
    isSecret: false,
    isRequired: false,
    choices: ['us', 'eu'],
    fallback: 'us',
  },
  {
    name: 'webhook_signing_key',
    label: 'Webhook signing key',
    help: 'In Mailgun under API Security. Without it no events are taken.',
    isSecret: true,
    isRequired: false,
    faultOf: keyFault,
  },
];

/** Source: documentation.mailgun.com/docs/mailgun/quickstart-guide/responses. Mailgun gives no codes. */
const ANSWERS: readonly AnswerRule[] = [
  {
    status: 400,
    words: ['to parameter is not a valid address', "'to' parameter is not a valid address"],
    outcome: 'rejected',
    phase: 'rcpt',
    means: 'the address cannot be one',
  },
  {
    status: 400,
    words: ['limit', 'not allowed to send', 'disabled', 'activate your'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the account or the domain may not send now',
  },
  ...COMMON_ANSWERS,
];

interface Target {
  readonly base: string;
  readonly domain: string;
  readonly authorization: string;
}

function requestOf(message: OutgoingMessage, target: Target): HttpRequest {
  const fields: [string, string][] = [
    ...message.envelope.to.map((to): [string, string] => ['to', to]),
    [`v:${MESSAGE_ID_TAG}`, message.id],
    // Opens and clicks are ours to count: rewritten twice, a link breaks.
    ['o:tracking', 'no'],
  ];
  // Nothing in a message can foresee its own hash.
  const boundary = createHash('sha256').update(message.raw).digest('hex');
  const head = fields
    .map(([name, value]) => `--${boundary}\r\n${disposition(name)}\r\n\r\n${value}\r\n`)
    .join('');
  const fileHead =
    `--${boundary}\r\n${disposition('message')}; filename="message.mime"\r\n` +
    'Content-Type: message/rfc822\r\n\r\n';
  return post(
    new URL(`/v3/${target.domain}/messages.mime`, target.base),
    Buffer.concat([
      Buffer.from(head + fileHead),
      message.raw,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
    { type: `multipart/form-data; boundary=${boundary}`, target },
  );
}

const disposition = (name: string): string => `Content-Disposition: form-data; name="${name}"`;

const post = (url: URL, body: Buffer, { type, target }: { type: string; target: Target }) =>
  ({
    method: 'POST',
    url,
    headers: {
      'content-type': type,
      accept: 'application/json',
      authorization: target.authorization,
    },
    body,
  }) satisfies HttpRequest;

const errorIn = (answer: HttpAnswer) => ({ code: '', message: textOf(jsonIn(answer)['message']) });

/** A message without anything is refused as such only to those who might have sent one. */
function judge(answer: HttpAnswer): { ok: boolean; answer: string } {
  if (answer.status === 400) return { ok: true, answer: 'the key is valid for the domain' };
  return { ok: false, answer: `${answer.status} ${errorIn(answer).message}`.trim().slice(0, 500) };
}

/**
 * Mailgun: one POST of the MIME message. It knows no idempotency key.
 *
 * Source: documentation.mailgun.com/docs/mailgun/api-reference, "POST /v3/{domain}/messages.mime".
 */
export const mailgunKind: TransportKind = {
  name: 'mailgun',
  label: 'Mailgun',
  settings: SETTINGS,
  idempotency: null,
  limits: { perSecond: null, batchMax: 1_000, bytesMax: 25 * MEGABYTE, recipientsMax: 1_000 },
  answers: ANSWERS,
  keepsMessageId: true,
  signsItself: true,
  create: (values, options) => {
    const read = settingReader(SETTINGS, values);
    const target: Target = {
      base: options.baseUrl ?? BASE_URLS[read('region')] ?? '',
      domain: read('domain'),
      authorization: `Basic ${Buffer.from(`api:${read('api_key')}`).toString('base64')}`,
    };
    const provider: HttpProvider = {
      name: 'mailgun',
      limits: mailgunKind.limits,
      answers: ANSWERS,
      idempotency: null,
      exchange: (message, attempt) => attempt(requestOf(message, target)),
      acceptedId: (answer) => textOf(jsonIn(answer)['id']) || null,
      errorIn,
      probe: (attempt) =>
        attempt(
          post(new URL(`/v3/${target.domain}/messages`, target.base), Buffer.alloc(0), {
            type: 'application/x-www-form-urlencoded',
            target,
          }),
        ),
      judge,
    };
    return createHttpTransport(provider, options);
  },
  readEvents: readMailgunEvents,
};

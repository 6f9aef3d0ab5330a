import { formatAddress } from '../../platform/email-address.ts';
import { MESSAGE_ID_TAG } from '../events.ts';
import { COMMON_ANSWERS, jsonIn, textOf } from '../http-answer.ts';
import type { HttpAnswer } from '../http-attempt.ts';
import { createHttpTransport, getJson, postJson, type HttpProvider } from '../http-transport.ts';
import type { AnswerRule, TransportKind } from '../transport-kind.ts';
import { keyFault, settingReader, type TransportSetting } from '../transport-setting.ts';
import type { OutgoingMessage } from '../transport.ts';
import { readResendEvents, resendSecretFault } from './resend-events.ts';

const BASE_URL = 'https://api.resend.com';
const DAY_MS = 24 * 60 * 60 * 1_000;
const MEGABYTE = 1024 * 1024;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'api_key',
    label: 'API key',
    help: 'In Resend under API Keys. "Sending access" is enough.',
    isSecret: true,
    isRequired: true,
    faultOf: (value) => (value.startsWith('re_') ? keyFault(value) : 'does not begin with re_'),
  },
  {
    name: 'webhook_secret',
    label: 'Webhook signing secret',
    help: 'In Resend under Webhooks, on the page of the webhook. Without it no events are taken.',
    isSecret: true,
    isRequired: false,
    faultOf: resendSecretFault,
  },
];

/** Source: resend.com/docs/api-reference/errors. */
const ANSWERS: readonly AnswerRule[] = [
  {
    status: 409,
    codes: ['concurrent_idempotent_requests'],
    outcome: 'in_doubt',
    phase: 'end',
    means: 'an earlier handover of this message is still being answered',
  },
  {
    status: 409,
    codes: ['invalid_idempotent_request'],
    outcome: 'in_doubt',
    phase: 'end',
    means: 'another message was handed over under this key',
  },
  {
    status: 403,
    codes: ['validation_error', 'invalid_api_key', 'restricted_api_key'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the key is not valid, or the domain is not verified',
  },
  {
    status: 422,
    codes: ['invalid_from_address'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the sender is not one of the account',
  },
  {
    status: '4xx',
    codes: ['validation_error', 'invalid_parameter'],
    words: ['`to`', 'recipient'],
    outcome: 'rejected',
    phase: 'rcpt',
    means: 'the address cannot be one',
  },
  {
    status: 451,
    codes: ['security_error'],
    outcome: 'deferred',
    phase: 'end',
    means: 'held back for a look at the account',
  },
  ...COMMON_ANSWERS,
];

function requestOf(message: OutgoingMessage, { base, key }: { base: string; key: string }) {
  const { parts } = message;
  const body = {
    from: formatAddress(parts.from),
    to: message.envelope.to,
    subject: parts.subject,
    html: parts.html,
    text: parts.text,
    ...(parts.replyTo === null ? {} : { reply_to: formatAddress(parts.replyTo) }),
    headers: parts.headers,
    tags: [{ name: MESSAGE_ID_TAG, value: message.id }],
  };
  return postJson(new URL('/emails', base), body, {
    authorization: `Bearer ${key}`,
    'idempotency-key': message.idempotencyKey,
  });
}

function errorIn(answer: HttpAnswer) {
  const json = jsonIn(answer);
  return { code: textOf(json['name']), message: textOf(json['message']) };
}

/** A key for sending alone may not read domains, and says so: that is as good as a yes. */
function judge(answer: HttpAnswer): { ok: boolean; answer: string } {
  const { code, message } = errorIn(answer);
  if (answer.status === 200) return { ok: true, answer: 'the key is valid' };
  if (code === 'restricted_api_key') return { ok: true, answer: 'the key is valid, for sending' };
  return { ok: false, answer: `${answer.status} ${code}: ${message}`.slice(0, 500) };
}

/**
 * Resend: one POST per message, under a key that Resend remembers for a day.
 *
 * Source: resend.com/docs/api-reference/emails/send-email,
 * resend.com/docs/dashboard/emails/idempotency-keys, resend.com/docs/api-reference/rate-limit.
 */
export const resendKind: TransportKind = {
  name: 'resend',
  label: 'Resend',
  settings: SETTINGS,
  idempotency: { header: 'Idempotency-Key', lifetimeMs: DAY_MS },
  limits: { perSecond: 5, batchMax: 100, bytesMax: 40 * MEGABYTE, recipientsMax: 50 },
  answers: ANSWERS,
  keepsMessageId: false,
  signsItself: true,
  create: (values, options) => {
    const read = settingReader(SETTINGS, values);
    const target = { base: options.baseUrl ?? BASE_URL, key: read('api_key') };
    const provider: HttpProvider = {
      name: 'resend',
      limits: resendKind.limits,
      answers: ANSWERS,
      idempotency: resendKind.idempotency,
      exchange: (message, attempt) => attempt(requestOf(message, target)),
      acceptedId: (answer) => textOf(jsonIn(answer)['id']) || null,
      errorIn,
      waitMsIn: ({ headers }) => {
        const seconds = textOf(headers['ratelimit-reset']);
        return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : null;
      },
      probe: (attempt) =>
        attempt(
          getJson(new URL('/domains', target.base), { authorization: `Bearer ${target.key}` }),
        ),
      judge,
    };
    return createHttpTransport(provider, options);
  },
  readEvents: readResendEvents,
};

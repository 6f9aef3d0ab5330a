import type { Address } from '../../platform/email-address.ts';
import { MESSAGE_ID_TAG, recordsOf } from '../events.ts';
import { COMMON_ANSWERS, jsonIn, textOf } from '../http-answer.ts';
import type { HttpAnswer } from '../http-attempt.ts';
import {
  createHttpTransport,
  getJson,
  judgeByStatus,
  postJson,
  type HttpProvider,
} from '../http-transport.ts';
import type { AnswerRule, TransportKind } from '../transport-kind.ts';
import { keyFault, settingReader, type TransportSetting } from '../transport-setting.ts';
import type { OutgoingMessage } from '../transport.ts';
import { readSendgridEvents, sendgridKeyFault } from './sendgrid-events.ts';

const BASE_URLS: Readonly<Record<string, string>> = {
  global: 'https://api.sendgrid.com',
  eu: 'https://api.eu.sendgrid.com',
};
const MEGABYTE = 1024 * 1024;
const ACCEPTED = 202;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'api_key',
    label: 'API key',
    help: 'In SendGrid under Settings, API Keys. It needs "Mail Send" alone.',
    isSecret: true,
    isRequired: true,
    faultOf: (value) => (value.startsWith('SG.') ? keyFault(value) : 'does not begin with SG.'),
  },
  {
    name: 'region',
    label: 'Region',
    help: 'Where SendGrid keeps the account, or the subuser.',
    isSecret: false,
    isRequired: false,
    choices: ['global', 'eu'],
    fallback: 'global',
  },
  {
    name: 'webhook_public_key',
    label: 'Webhook verification key',
    help:
      'In SendGrid under Settings, Mail Settings, Event Webhook, "Signature verification". ' +
      'Without it no events are taken.',
    isSecret: false,
    isRequired: false,
    faultOf: sendgridKeyFault,
  },
];

/** Source: twilio.com/docs/sendgrid/api-reference, "Errors". SendGrid names fields, not codes. */
const ANSWERS: readonly AnswerRule[] = [
  {
    status: 400,
    codes: ['personalizations.0.to', 'personalizations.0.to.0.email'],
    outcome: 'rejected',
    phase: 'rcpt',
    means: 'the address cannot be one',
  },
  {
    status: 400,
    words: ['from address does not match', 'sender identity', 'credits'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the sender or the account does not allow it',
  },
  {
    status: 406,
    outcome: 'deferred',
    phase: 'auth',
    means: 'the account does not allow it',
  },
  {
    status: 451,
    outcome: 'deferred',
    phase: 'auth',
    means: 'the account is kept in another region',
  },
  ...COMMON_ANSWERS,
];

const personOf = ({ address, name }: Address) =>
  name === undefined || name === '' ? { email: address } : { email: address, name };

function requestOf(message: OutgoingMessage, { base, key }: { base: string; key: string }) {
  const { parts, messageId } = message;
  const content = [
    { type: 'text/plain', value: parts.text },
    { type: 'text/html', value: parts.html },
  ].filter(({ value }) => value !== '');
  const body = {
    personalizations: [
      {
        to: message.envelope.to.map((email) => ({ email })),
        custom_args: { [MESSAGE_ID_TAG]: message.id },
      },
    ],
    from: personOf(parts.from),
    ...(parts.replyTo === null ? {} : { reply_to: personOf(parts.replyTo) }),
    subject: parts.subject,
    content,
    headers: { ...parts.headers, 'Message-ID': messageId },
    // Opens, clicks and unsubscribing are ours: rewritten twice, a link breaks.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
      subscription_tracking: { enable: false },
    },
  };
  return postJson(new URL('/v3/mail/send', base), body, { authorization: `Bearer ${key}` });
}

function errorIn(answer: HttpAnswer) {
  const errors = recordsOf(jsonIn(answer)['errors']);
  const message = errors.map((error) => textOf(error['message'])).join(' ');
  return { code: textOf(errors[0]?.['field']), message };
}

function judge(answer: HttpAnswer): { ok: boolean; answer: string } {
  const scopes = jsonIn(answer)['scopes'];
  if (answer.status === 200 && !(Array.isArray(scopes) && scopes.includes('mail.send'))) {
    return { ok: false, answer: 'the key is valid and may not send mail' };
  }
  return judgeByStatus({ errorIn })(answer);
}

/**
 * SendGrid: one POST per message. It knows no idempotency key.
 *
 * Source: twilio.com/docs/sendgrid/api-reference/mail-send/mail-send.
 */
export const sendgridKind: TransportKind = {
  name: 'sendgrid',
  label: 'SendGrid',
  settings: SETTINGS,
  idempotency: null,
  limits: { perSecond: null, batchMax: 1_000, bytesMax: 30 * MEGABYTE, recipientsMax: 1_000 },
  answers: ANSWERS,
  keepsMessageId: true,
  signsItself: true,
  create: (values, options) => {
    const read = settingReader(SETTINGS, values);
    const base = options.baseUrl ?? BASE_URLS[read('region')] ?? '';
    const key = read('api_key');
    const provider: HttpProvider = {
      name: 'sendgrid',
      limits: sendgridKind.limits,
      answers: ANSWERS,
      idempotency: null,
      exchange: (message, attempt) => attempt(requestOf(message, { base, key })),
      // Anything but 202 is not the yes: 200 is what its sandbox says, and sends nothing.
      acceptedId: ({ status, headers }) =>
        status === ACCEPTED ? textOf(headers['x-message-id']) : null,
      errorIn,
      waitMsIn: ({ headers }, now) => {
        const seconds = textOf(headers['x-ratelimit-reset']);
        if (!/^\d{9,11}$/.test(seconds)) return null;
        return Math.max(0, Number(seconds) * 1_000 - now.getTime());
      },
      probe: (attempt) =>
        attempt(getJson(new URL('/v3/scopes', base), { authorization: `Bearer ${key}` })),
      judge,
    };
    return createHttpTransport(provider, options);
  },
  readEvents: readSendgridEvents,
};

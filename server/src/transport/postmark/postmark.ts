import { formatAddress } from '../../platform/email-address.ts';
import { MESSAGE_ID_TAG } from '../events.ts';
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
import { readPostmarkEvents } from './postmark-events.ts';

const BASE_URL = 'https://api.postmarkapp.com';
const MEGABYTE = 1024 * 1024;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'server_token',
    label: 'Server token',
    help: 'In Postmark on the server’s page under API Tokens.',
    isSecret: true,
    isRequired: true,
    faultOf: keyFault,
  },
  {
    name: 'message_stream',
    label: 'Message stream',
    help: 'The id of the stream. Postmark wants marketing mail in a broadcast stream.',
    isSecret: false,
    isRequired: false,
    fallback: 'outbound',
    faultOf: (value) =>
      /^[a-z][a-z0-9_-]{0,49}$/.test(value) ? null : 'is not the id of a stream',
  },
  {
    name: 'webhook_user',
    label: 'Webhook user',
    help: 'The user name that Postmark gives when it calls the webhook.',
    isSecret: false,
    isRequired: false,
    fallback: 'milepost',
    faultOf: (value) => (value.includes(':') ? 'must not hold a colon' : keyFault(value)),
  },
  {
    name: 'webhook_secret',
    label: 'Webhook password',
    help:
      'Of your choice: enter it in Postmark as the password of basic authentication, or as the ' +
      'custom header X-Milepost-Secret. Without it no events are taken.',
    isSecret: true,
    isRequired: false,
    faultOf: (value) => (value.length < 16 ? 'has fewer than 16 characters' : keyFault(value)),
  },
];

/** Source: postmarkapp.com/developer/api/overview, "API error codes". */
const ANSWERS: readonly AnswerRule[] = [
  {
    status: '4xx',
    codes: ['406'],
    outcome: 'rejected',
    phase: 'end',
    means: 'Postmark sends nothing to this address after a bounce, a complaint or by hand',
  },
  {
    status: '4xx',
    codes: ['300'],
    words: ["'to'", 'to address'],
    outcome: 'rejected',
    phase: 'rcpt',
    means: 'the address cannot be one',
  },
  {
    status: '4xx',
    codes: ['10', '400', '401', '405', '412', '413', '1235', '1236'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the token, the sender, the stream or the account does not allow it',
  },
  {
    status: '4xx',
    codes: ['100', '429'],
    outcome: 'deferred',
    phase: 'end',
    means: 'Postmark takes nothing now',
  },
  ...COMMON_ANSWERS,
];

function requestOf(
  message: OutgoingMessage,
  { base, token, stream }: { base: string; token: string; stream: string },
) {
  const { parts, messageId } = message;
  const headers = { ...parts.headers, 'Message-ID': messageId, 'X-PM-KeepID': 'true' };
  const body = {
    From: formatAddress(parts.from),
    To: message.envelope.to.join(','),
    ...(parts.replyTo === null ? {} : { ReplyTo: formatAddress(parts.replyTo) }),
    Subject: parts.subject,
    HtmlBody: parts.html,
    TextBody: parts.text,
    MessageStream: stream,
    Metadata: { [MESSAGE_ID_TAG]: message.id },
    Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
    // Opens and clicks are ours to count: rewritten twice, a link breaks.
    TrackOpens: false,
    TrackLinks: 'None',
  };
  return postJson(new URL('/email', base), body, { 'x-postmark-server-token': token });
}

function errorIn(answer: HttpAnswer) {
  const json = jsonIn(answer);
  return { code: textOf(json['ErrorCode']), message: textOf(json['Message']) };
}

/**
 * Postmark: one POST per message. It knows no idempotency key.
 *
 * Source: postmarkapp.com/developer/api/email-api.
 */
export const postmarkKind: TransportKind = {
  name: 'postmark',
  label: 'Postmark',
  settings: SETTINGS,
  idempotency: null,
  limits: { perSecond: null, batchMax: 500, bytesMax: 10 * MEGABYTE, recipientsMax: 50 },
  answers: ANSWERS,
  keepsMessageId: true,
  signsItself: true,
  create: (values, options) => {
    const read = settingReader(SETTINGS, values);
    const base = options.baseUrl ?? BASE_URL;
    const target = { base, token: read('server_token'), stream: read('message_stream') };
    const provider: HttpProvider = {
      name: 'postmark',
      limits: postmarkKind.limits,
      answers: ANSWERS,
      idempotency: null,
      exchange: (message, attempt) => attempt(requestOf(message, target)),
      acceptedId: (answer) => {
        const json = jsonIn(answer);
        return json['ErrorCode'] === 0 ? textOf(json['MessageID']) || null : null;
      },
      errorIn,
      probe: (attempt) =>
        attempt(getJson(new URL('/server', base), { 'x-postmark-server-token': target.token })),
      judge: judgeByStatus({ errorIn }),
    };
    return createHttpTransport(provider, options);
  },
  readEvents: readPostmarkEvents,
};

import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { MESSAGE_ID_TAG } from '../events.ts';
import { COMMON_ANSWERS, jsonIn, textOf } from '../http-answer.ts';
import type { HttpAnswer } from '../http-attempt.ts';
import { createHttpTransport, type HttpProvider } from '../http-transport.ts';
import type { AnswerRule, TransportKind } from '../transport-kind.ts';
import { settingReader, type TransportSetting } from '../transport-setting.ts';
import type { OutgoingMessage } from '../transport.ts';
import { readSesEvents } from './ses-events.ts';
import { createSesCaller, type SesAccount } from './ses-caller.ts';
import { topicFault } from './sns-address.ts';

const MEGABYTE = 1024 * 1024;

const SETTINGS: readonly TransportSetting[] = [
  {
    name: 'region',
    label: 'Region',
    help: 'Where the identity was verified, such as eu-central-1.',
    isSecret: false,
    isRequired: true,
    faultOf: (value) =>
      /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/.test(value) ? null : 'is not the name of a region',
  },
  {
    name: 'access_key_id',
    label: 'Access key id',
    help: 'Of an IAM user that may do ses:SendEmail, and ses:GetAccount to be checked.',
    isSecret: false,
    isRequired: true,
    faultOf: (value) => (/^[A-Z0-9]{16,128}$/.test(value) ? null : 'is not an access key id'),
  },
  {
    name: 'secret_access_key',
    label: 'Secret access key',
    help: 'Shown once, when the access key is made.',
    isSecret: true,
    isRequired: true,
    faultOf: (value) => (/^[A-Za-z0-9/+=]{16,128}$/.test(value) ? null : 'is not a secret key'),
  },
  {
    name: 'configuration_set',
    label: 'Configuration set',
    help: 'With an event destination for the topic below. Events name our messages only by it.',
    isSecret: false,
    isRequired: false,
    faultOf: (value) =>
      /^[A-Za-z0-9_-]{1,64}$/.test(value) ? null : 'is not the name of a configuration set',
  },
  {
    name: 'topic_arn',
    label: 'SNS topic',
    help: 'The ARN of the topic that events are published to. Without it no events are taken.',
    isSecret: false,
    isRequired: false,
    faultOf: topicFault,
  },
];

const AUTH_CODES = [
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'AccountSuspendedException',
  'SendingPausedException',
  'MailFromDomainNotVerifiedException',
  'NotFoundException',
];

/** Source: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html and "Common errors". */
const ANSWERS: readonly AnswerRule[] = [
  {
    status: '4xx',
    codes: [
      'TooManyRequestsException',
      'LimitExceededException',
      'ThrottlingException',
      'Throttling',
    ],
    outcome: 'deferred',
    phase: 'end',
    means: 'over the rate or the quota: not sent, and not queued',
  },
  {
    status: '4xx',
    codes: AUTH_CODES,
    outcome: 'deferred',
    phase: 'auth',
    means: 'the key, the account or the sender’s domain does not allow it',
  },
  {
    status: '4xx',
    codes: ['MessageRejected', 'MessageRejectedException'],
    words: ['not verified', 'sending paused', 'suspended'],
    outcome: 'deferred',
    phase: 'auth',
    means: 'the sender, or in the sandbox the recipient, is not verified',
  },
  {
    status: '4xx',
    codes: ['BadRequestException', 'InvalidParameterValue'],
    words: [
      'illegal address',
      'invalid email address',
      'domain contains',
      'local address contains',
    ],
    outcome: 'rejected',
    phase: 'rcpt',
    means: 'the address cannot be one',
  },
  ...COMMON_ANSWERS,
];

/** The name of the error, which AWS puts into a header or the body, with or without a namespace. */
function errorIn(answer: HttpAnswer) {
  const json = jsonIn(answer);
  const named =
    textOf(answer.headers['x-amzn-errortype']) || textOf(json['__type']) || textOf(json['code']);
  const code = named.split(':')[0]?.split('#').at(-1) ?? '';
  return { code, message: textOf(json['message']) || textOf(json['Message']) };
}

/** Without the right to read the account, the answer still says that the key is right. */
function judge(answer: HttpAnswer): { ok: boolean; answer: string } {
  const { code, message } = errorIn(answer);
  if (answer.status === 200) return judgeAccount(jsonIn(answer));
  if (code.startsWith('AccessDenied')) {
    return { ok: true, answer: 'the key is valid, and may not read the account' };
  }
  return { ok: false, answer: `${answer.status} ${code}: ${message}`.slice(0, 500) };
}

function judgeAccount(account: Readonly<Record<string, unknown>>) {
  if (account['SendingEnabled'] === false) return { ok: false, answer: 'sending is paused' };
  const quota = account['SendQuota'];
  const figures = typeof quota === 'object' && quota !== null ? Object.entries(quota) : [];
  const figure = (name: string): string => textOf(figures.find(([key]) => key === name)?.[1]);
  const sandbox = account['ProductionAccessEnabled'] === false ? ', in the sandbox' : '';
  const answer = `${figure('MaxSendRate')} a second, ${figure('Max24HourSend')} a day${sandbox}`;
  return { ok: true, answer };
}

async function sendingOf(message: OutgoingMessage, set: string) {
  const { SendEmailCommand } = await import('@aws-sdk/client-sesv2');
  const command = new SendEmailCommand({
    Destination: { ToAddresses: [...message.envelope.to] },
    Content: { Raw: { Data: message.raw } },
    EmailTags: [{ Name: MESSAGE_ID_TAG, Value: message.id }],
    ...(set === '' ? {} : { ConfigurationSetName: set }),
  });
  return (sdk: SESv2Client, abortSignal: AbortSignal) => sdk.send(command, { abortSignal });
}

/**
 * Amazon SES by the AWS SDK, whose own repetition is off and whose requests go over our connections, so
 * that it is known how far each came. SES knows no idempotency key, and gives its own Message-ID.
 *
 * Source: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html.
 */
export const sesKind: TransportKind = {
  name: 'ses',
  label: 'Amazon SES',
  settings: SETTINGS,
  idempotency: null,
  limits: { perSecond: null, batchMax: 1, bytesMax: 40 * MEGABYTE, recipientsMax: 50 },
  answers: ANSWERS,
  keepsMessageId: false,
  signsItself: true,
  create: (values, options) => {
    const read = settingReader(SETTINGS, values);
    const account: SesAccount = {
      region: read('region'),
      accessKeyId: read('access_key_id'),
      secretAccessKey: read('secret_access_key'),
      ...(options.baseUrl === undefined ? {} : { endpoint: options.baseUrl }),
    };
    const caller = createSesCaller(account);
    const provider: HttpProvider = {
      name: 'ses',
      limits: sesKind.limits,
      answers: ANSWERS,
      idempotency: null,
      exchange: async (message, attempt) =>
        caller.call(await sendingOf(message, read('configuration_set')), attempt),
      acceptedId: (answer) => textOf(jsonIn(answer)['MessageId']) || null,
      errorIn,
      probe: async (attempt) => {
        const { GetAccountCommand } = await import('@aws-sdk/client-sesv2');
        return caller.call(
          (sdk, abortSignal) => sdk.send(new GetAccountCommand({}), { abortSignal }),
          attempt,
        );
      },
      judge,
    };
    return createHttpTransport(provider, options);
  },
  readEvents: readSesEvents,
};

import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import { strictBase64, stringOf, timeOf, type EventRequest, type Json } from '../events.ts';
import { certificateUrl } from './sns-address.ts';

/** SNS tries again for an hour; the rest is for a queue on the way. */
const WINDOW_MS = 6 * 60 * 60 * 1_000;
const DIGESTS: Readonly<Record<string, string>> = { '1': 'sha1', '2': 'sha256' };
const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const CONFIRMATION = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
];
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  Notification: NOTIFICATION,
  SubscriptionConfirmation: CONFIRMATION,
  UnsubscribeConfirmation: CONFIRMATION,
};

export type SnsVerdict =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'refused' | 'later'; readonly reason: string };

/**
 * Whether SNS sent this, and for the topic that is expected.
 *
 * The topic is compared before anything is fetched, and a certificate only comes from SNS itself.
 * Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html.
 */
export async function verifySns(message: Json, request: EventRequest): Promise<SnsVerdict> {
  const topicArn = request.values['topic_arn'] ?? '';
  if (topicArn === '') return refused('no topic is set');
  if (message['TopicArn'] !== topicArn) return refused('it is of another topic');
  const digest = DIGESTS[stringOf(message['SignatureVersion'])];
  const names = SIGNED[stringOf(message['Type'])];
  const signature = strictBase64(stringOf(message['Signature']));
  if (digest === undefined || names === undefined || signature === null) {
    return refused('the signature is missing');
  }
  const at = timeOf(message['Timestamp']);
  if (at === null || Math.abs(at.getTime() - request.now.getTime()) > WINDOW_MS) {
    return refused('the call is too old, or from the future');
  }
  const url = certificateUrl(message['SigningCertURL'], topicArn);
  if (url === null) return refused('the certificate is not one of SNS');
  const pem = await request.fetchCertificate(url).catch(() => null);
  if (pem === null) return { kind: 'later', reason: 'the certificate could not be fetched' };
  const key = keyIn(pem, request.now);
  if (key === null) return refused('the certificate is not valid');
  const isSigned = verify(digest, Buffer.from(signedText(message, names)), key, signature);
  return isSigned ? { kind: 'genuine' } : refused('the signature is not right');
}

const refused = (reason: string): SnsVerdict => ({ kind: 'refused', reason });

/** Name and value of each signed member that is there, each on a line of its own. */
const signedText = (message: Json, names: readonly string[]): string =>
  names
    .filter((name) => typeof message[name] === 'string')
    .map((name) => `${name}\n${stringOf(message[name])}\n`)
    .join('');

function keyIn(pem: string, now: Date): KeyObject | null {
  try {
    const { validFromDate, validToDate, publicKey } = new X509Certificate(pem);
    const isRsa = publicKey.asymmetricKeyType === 'rsa';
    return isRsa && validFromDate <= now && now <= validToDate ? publicKey : null;
  } catch {
    return null;
  }
}

import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** The specification asks for 24 to 64 random bytes. */
const KEY_BYTES_MIN = 24;

/**
 * The headers of a signed call: what a receiver checks who and what it is from.
 *
 * Source: Standard Webhooks 1.0.0, github.com/standard-webhooks/standard-webhooks
 *
 * @param id the same at every attempt, so that a receiver knows what it has seen; holds no dot
 * @param timestamp of this attempt; receivers refuse what is more than a few minutes old
 * @param body the bytes that are sent, as text
 * @param secrets `whsec_` and base64; one, or two while the older one still counts
 */
export function signedHeaders({
  id,
  timestamp,
  body,
  secrets,
}: {
  id: string;
  timestamp: Date;
  body: string;
  secrets: readonly string[];
}): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  if (secrets.length === 0) throw new Error('a webhook cannot be signed without a secret');
  const seconds = String(Math.floor(timestamp.getTime() / 1_000));
  const content = `${id}.${seconds}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  if (!secret.startsWith(PREFIX) || key.length < KEY_BYTES_MIN) {
    throw new Error('a webhook secret has another form than whsec_ and base64');
  }
  return key;
}

import { bytesOf, fromBase64, hmacKeyOf } from './bytes.ts';
import type { Instant } from './shapes.ts';

/** What a webhook says. Which `data` belongs to which `type` is told by `GET /event_types`. */
export interface WebhookEvent {
  /** The same however often it is sent: do nothing twice for one id. Absent from webhook steps. */
  readonly id?: string;
  readonly type: string;
  readonly timestamp: Instant;
  readonly data: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A call as it arrived. */
export interface ReceivedWebhook {
  /** The body as it came, before anything parsed it: one blank more and the signature is another. */
  readonly body: string | Uint8Array | ArrayBuffer;
  /** `request.headers` of the Fetch API or of Node. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `whsec_…`, or several of which one must have signed, as during a rotation. */
  readonly secret: string | readonly string[];
  /** How far the sender's clock may be from ours. 300 when left out. */
  readonly toleranceSeconds?: number;
  /** When it arrived; now when left out. */
  readonly now?: Date;
}

/** The call was not made by Milepost, or not now. Answer 400, and do nothing of what it says. */
export class WebhookError extends Error {
  readonly reason: 'headers' | 'timestamp' | 'signature' | 'body';

  constructor(reason: WebhookError['reason'], message: string) {
    super(message);
    this.name = 'WebhookError';
    this.reason = reason;
  }
}

/** Source: Standard Webhooks 1.0.0, "Verifying webhook authenticity". */
const TOLERANCE_SECONDS = 300;
const PREFIX = 'whsec_';
const VERSION = 'v1,';
/** A sender has two secrets at most; a stranger's long list is not worked through. */
const SIGNATURES_MAX = 10;

/**
 * Gives what a webhook says, once its signature and its time hold. Compares in constant time.
 *
 * Source: Standard Webhooks 1.0.0, symmetric signatures.
 *
 * @throws WebhookError; TypeError for a mistake of the caller's: no secret, or a body that was parsed
 */
export async function verifyWebhook(received: ReceivedWebhook): Promise<WebhookEvent> {
  const { body, headers, secret, toleranceSeconds = TOLERANCE_SECONDS } = received;
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(headers, `webhook-${name}`),
  );
  if (!id || !timestamp || !signatures) {
    throw new WebhookError('headers', 'webhook-id, -timestamp and -signature are required.');
  }
  const now = received.now ?? new Date();
  const awaySeconds = Math.abs(now.getTime() / 1_000 - Number(timestamp));
  if (!/^\d+$/.test(timestamp) || awaySeconds > toleranceSeconds) {
    throw new WebhookError('timestamp', 'The timestamp is too far from now.');
  }
  const text = textOf(body);
  const content = bytesOf(`${id}.${timestamp}.${text}`);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (!(await isSigned(content, signatures, secrets))) {
    throw new WebhookError('signature', 'No signature is of one of the secrets.');
  }
  return eventOf(text);
}

function textOf(body: ReceivedWebhook['body']): string {
  if (typeof body === 'string') return body;
  if (!(body instanceof ArrayBuffer) && !ArrayBuffer.isView(body)) {
    throw new TypeError('The body is to be as it came: text or bytes, before anything parsed it.');
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
}

async function isSigned(
  content: Uint8Array<ArrayBuffer>,
  header: string,
  secrets: readonly string[],
): Promise<boolean> {
  const signatures = header
    .split(' ')
    .filter((each) => each.startsWith(VERSION))
    .slice(0, SIGNATURES_MAX)
    .flatMap((each) => signatureOf(each.slice(VERSION.length)));
  const keys = await Promise.all(secrets.map((secret) => hmacKeyOf(secretOf(secret), 'verify')));
  const verdicts = await Promise.all(
    keys.flatMap((key) =>
      signatures.map((signature) => crypto.subtle.verify('HMAC', key, signature, content)),
    ),
  );
  return verdicts.includes(true);
}

/** None where the sender wrote no base64: it signs nothing. */
function signatureOf(text: string): Uint8Array<ArrayBuffer>[] {
  return /^[A-Za-z0-9+/]+=*$/.test(text) && text.length % 4 === 0 ? [fromBase64(text)] : [];
}

function secretOf(secret: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  } catch (cause) {
    throw new TypeError('A webhook secret is whsec_ and base64.', { cause });
  }
}

function eventOf(text: string): WebhookEvent {
  try {
    return JSON.parse(text) as WebhookEvent;
  } catch {
    throw new WebhookError('body', 'The body is not JSON.');
  }
}

function headerOf(headers: ReceivedWebhook['headers'], name: string): string | undefined {
  // Those of another library are Headers, too, and of no class of ours.
  if (typeof headers.get === 'function') return (headers as Headers).get(name) ?? undefined;
  const given = headers as Readonly<Record<string, string | readonly string[] | undefined>>;
  const [, value] = Object.entries(given).find(([each]) => each.toLowerCase() === name) ?? [];
  return typeof value === 'string' ? value : value?.[0];
}

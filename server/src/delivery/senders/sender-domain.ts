import { parseAddress } from '../../platform/email-address.ts';

/**
 * Whether mail from a domain can be told from mail that others forge.
 *
 * - `pending`: no record of its keys was seen yet; nothing is signed.
 * - `verified`: a key signs, and its record was right at the last check that could be made.
 * - `failing`: it was verified, and no key may sign any more.
 */
export type DomainState = 'pending' | 'verified' | 'failing';

/** A domain that mail of a side is from. */
export interface SenderDomain {
  readonly id: string;
  readonly workspaceId: string;
  /** Lower case, in ASCII. */
  readonly domain: string;
  readonly state: DomainState;
  /** The domain of the envelope's sender; null when that is the domain itself. */
  readonly returnPathHost: string | null;
  /** The server that takes mail for it; null when that is not known here. */
  readonly returnPathServer: string | null;
  /** What SPF has to allow on top of what the transports of the side ask for. */
  readonly spfMechanisms: readonly string[];
  readonly findings: readonly Finding[];
  readonly checkedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type RecordKind = 'dkim' | 'spf' | 'dmarc' | 'return_path_mx' | 'return_path_spf';

/**
 * What a check says of one record.
 *
 * - `ok`: as it should be. `warning`: it works, and could be better.
 * - `missing`: there is none. `wrong`: there is one that does not do what it should.
 * - `unknown`: the question was not answered. That says nothing against the record.
 */
export type Verdict = 'ok' | 'warning' | 'missing' | 'wrong' | 'unknown';

export interface Finding {
  readonly record: RecordKind;
  /** Where it was looked for. */
  readonly name: string;
  /** Of DKIM: whose record it is. */
  readonly selector?: string;
  readonly verdict: Verdict;
  /** What stands there. */
  readonly found: readonly string[];
  /** What should stand there; null when it is right, or when only its owner can know. */
  readonly expected: string | null;
  /** In words: what is wrong and what to do, most important first. */
  readonly says: readonly string[];
  /** Who asks for it. */
  readonly reasons: readonly string[];
}

/**
 * A domain as it is stored: `Bücher.example.` is `xn--bcher-kva.example`.
 *
 * @returns null when the text is not a domain that mail can be from
 */
export function domainNameOf(text: string): string | null {
  const bare = text.trim().replace(/\.$/, '');
  if (bare.includes('@')) return null;
  return parseAddress(`x@${bare}`)?.address.slice(2) ?? null;
}

/** The domain of an address that `parseAddress` gave. */
export const domainOfAddress = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1);

/** The domain and those above it, down to two labels, the longest first. */
export function withParents(domain: string): string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, place) => labels.slice(place).join('.'));
}

/** Whether a name is the domain or lies below it. */
export const isWithin = (name: string, domain: string): boolean =>
  name === domain || name.endsWith(`.${domain}`);

import { isIP } from 'node:net';
import { addressKindOf, type AddressKind } from './address-kind.ts';
import type { HostAddress, NameLookup } from './name-lookup.ts';
import type { PrivateHosts } from './private-hosts.ts';

/** Where a webhook's URL leads, by its text alone. */
export interface WebhookTarget {
  readonly url: URL;
  /** Lower case, without brackets or a dot at its end. */
  readonly host: string;
}

/** Why a URL will never be called. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
}

const refused = (reason: string): Refusal => ({ kind: 'refused', reason });

/**
 * Reads a webhook's URL. The URL parser turns every spelling of an IPv4 address (`0x7f.1`, `2130706433`,
 * full-width digits) into the one that is then checked and called.
 *
 * @returns a reason when it is no URL that can be called
 */
export function targetOf(text: string): WebhookTarget | Refusal {
  const url = URL.parse(text);
  if (url === null) return refused('the URL cannot be read');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refused('the URL must begin with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    return refused('the URL must not hold a user name or a password');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return host === '' || host.endsWith('.') ? refused('the URL names no host') : { url, host };
}

const WORDS: Readonly<Record<Exclude<AddressKind, 'public'>, string>> = {
  private: 'a private address',
  loopback: 'a loopback address',
  'link-local': 'a link-local address',
  metadata: "the address of a cloud's metadata",
  multicast: 'a multicast address',
  unspecified: 'an unspecified address',
  reserved: 'a reserved address',
  transition: 'an IPv6 address that carries an IPv4 one',
};

/**
 * The addresses that may be called, and no others: whoever calls connects to one of these without asking
 * for the name again, so that no second answer can lead elsewhere.
 *
 * One address that is not allowed refuses them all. The reason does not tell the address: it would
 * tell strangers about the operator's network.
 *
 * @throws what the lookup throws
 */
export async function addressesOf(
  { host }: WebhookTarget,
  { lookup, privateHosts }: { lookup: NameLookup; privateHosts: PrivateHosts },
): Promise<readonly HostAddress[] | Refusal> {
  const version = isIP(host);
  const addresses = version === 0 ? await lookup(host) : [{ address: host, family: version }];
  for (const { address } of addresses) {
    const kind = addressKindOf(address);
    if (kind === 'public' || privateHosts.allow(host, address)) continue;
    return refused(`${version === 0 ? `${host} leads to` : 'the host is'} ${WORDS[kind]}`);
  }
  return addresses;
}

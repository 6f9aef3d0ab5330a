import { isIP } from 'node:net';
import { createNameLookup } from './webhook/name-lookup.ts';
import type { PrivateHosts } from './webhook/private-hosts.ts';
import { addressesOf } from './webhook/target.ts';

/** The addresses of a host that may be connected to, best first; or in words why none may be. */
export type AddressFinder = (
  host: string,
) => Promise<readonly string[] | { readonly refused: string }>;

/** Names are asked a few at a time, for all transports of this process. */
const lookup = createNameLookup();
/** Each may take the whole time for connecting. */
const ADDRESSES_MAX = 3;

/**
 * Finds where an SMTP server that somebody else has named is, under the same rule as webhooks: the
 * operator's own network is not for members of a workspace to look around in, unless the operator
 * opens it. Who connects uses these addresses and does not ask for the name again, so that no second
 * answer can lead elsewhere.
 */
export function createAddressFinder(privateHosts: PrivateHosts): AddressFinder {
  return async (host) => {
    const named = host.toLowerCase().replace(/\.$/, '');
    const target = { url: new URL('smtp://host'), host: named };
    const found = await addressesOf(target, { lookup, privateHosts }).catch(() => null);
    if (found === null) return { refused: `the host ${host} is not known` };
    if ('kind' in found) return { refused: found.reason };
    // A host without a way to IPv6 learns so only by waiting.
    const inOrder = found.toSorted((a, b) => a.family - b.family);
    return inOrder.slice(0, ADDRESSES_MAX).map(({ address }) => address);
  };
}

/** What the certificate of a server has to be for: its name, unless that is an address. */
export const certificateNameOf = (host: string): string | null => (isIP(host) === 0 ? host : null);

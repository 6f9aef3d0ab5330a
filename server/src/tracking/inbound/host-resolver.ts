import { addressesOf, createNameLookup, type PrivateHosts } from '../../transport/index.ts';
import type { HostResolver } from './imap.ts';

/**
 * Finds where a mail server is, under the same rule as webhooks: the operator's own network is not
 * for members of a workspace to look around in, unless the operator opens it.
 */
export function createHostResolver(privateHosts: PrivateHosts): HostResolver {
  const lookup = createNameLookup();
  return async (host) => {
    const url = new URL('imap://host');
    const found = await addressesOf({ url, host }, { lookup, privateHosts });
    if ('kind' in found) return { refused: found.reason };
    // A host without a way to IPv6 learns so only by waiting.
    const first = found.find(({ family }) => family === 4) ?? found[0];
    return first === undefined ? { refused: `the host ${host} has no address` } : first;
  };
}

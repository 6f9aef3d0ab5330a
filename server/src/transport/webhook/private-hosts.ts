import { isIP } from 'node:net';
import { addressKindOf, networksOf, type AddressKind } from './address-kind.ts';

/** Which servers inside of the operator's own network webhooks may call. */
export interface PrivateHosts {
  /**
   * Whether an address that is not public may be called all the same.
   *
   * @param host as the URL names it, in lower case, without brackets or a dot at its end
   */
  readonly allow: (host: string, address: string) => boolean;
}

/**
 * What an operator may open up. The others have no server that a webhook could be meant for: above
 * all, nobody ever needs a cloud's metadata called.
 */
const ALLOWABLE: ReadonlySet<AddressKind> = new Set(['private', 'loopback']);

/** No server but public ones: what holds unless the operator says otherwise. */
export const NO_PRIVATE_HOSTS: PrivateHosts = { allow: () => false };

const HOST = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/**
 * Reads MILEPOST_WEBHOOK_ALLOW_PRIVATE: `true` for all private and loopback addresses, `false` for
 * none, or host names, addresses and networks with commas between them.
 *
 * A host name lets a URL with exactly this name lead to private addresses; an address or a network
 * may be called by any name. Link-local addresses, and with them a cloud's metadata, never.
 *
 * @throws Error whose message follows the setting's name: "must be …"
 */
export function parsePrivateHosts(text: string): PrivateHosts {
  if (text === 'true' || text === 'false') {
    return { allow: (_host, address) => text === 'true' && isAllowable(address) };
  }
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase().replace(/\.$/, ''));
  const isNetwork = (entry: string): boolean => isIP(entry) !== 0 || entry.includes('/');
  const names = new Set(entries.filter((entry) => !isNetwork(entry)));
  const wrong = [...names].some((name) => !HOST.test(name) || /(^|\.)\d+$/.test(name));
  const networks = wrong ? null : networksOrNull(entries.filter(isNetwork));
  if (networks === null) {
    throw new Error(
      'must be true, false, or host names, addresses and networks with commas between them',
    );
  }
  return {
    allow: (host, address) => isAllowable(address) && (names.has(host) || networks.has(address)),
  };
}

function isAllowable(address: string): boolean {
  return ALLOWABLE.has(addressKindOf(address));
}

function networksOrNull(entries: readonly string[]) {
  try {
    return networksOf(entries);
  } catch {
    return null;
  }
}

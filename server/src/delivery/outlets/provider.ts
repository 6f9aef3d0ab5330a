import { createCache } from '../../platform/cache.ts';

/** Finds out who receives the mail of a domain. */
export interface ProviderOf {
  /** `google`, `microsoft`, …, or the domain of the receiving server. @param address with an `@` */
  (address: string): Promise<string>;
}

/** By the domain of the address: most mail goes to these, and needs no look-up. */
const BY_DOMAIN: Readonly<Record<string, string>> = {
  'gmail.com': 'google',
  'googlemail.com': 'google',
  'outlook.com': 'microsoft',
  'hotmail.com': 'microsoft',
  'live.com': 'microsoft',
  'msn.com': 'microsoft',
  'yahoo.com': 'yahoo',
  'ymail.com': 'yahoo',
  'aol.com': 'yahoo',
  'icloud.com': 'apple',
  'me.com': 'apple',
  'mac.com': 'apple',
};
/** By the end of the receiving server's name. */
const BY_SERVER: readonly (readonly [string, string])[] = [
  ['google.com', 'google'],
  ['googlemail.com', 'google'],
  ['outlook.com', 'microsoft'],
  ['hotmail.com', 'microsoft'],
  ['yahoodns.net', 'yahoo'],
  ['icloud.com', 'apple'],
  ['mail.ru', 'mailru'],
  ['gmx.net', 'gmx'],
  ['web.de', 'gmx'],
  ['zoho.com', 'zoho'],
  ['protonmail.ch', 'proton'],
  ['messagelabs.com', 'symantec'],
  ['pphosted.com', 'proofpoint'],
  ['mimecast.com', 'mimecast'],
];
const DOMAINS_MAX = 10_000;
const KNOWN_MS = 3_600_000;

/**
 * Groups addresses by who receives their mail, for that is who counts how much we send.
 *
 * @param resolveMx as of `node:dns/promises`; a domain without an answer is its own provider
 */
export function createProviderOf(
  resolveMx: (domain: string) => Promise<readonly { exchange: string; priority: number }[]>,
): ProviderOf {
  const cache = createCache({
    ttlMs: KNOWN_MS,
    entriesMax: DOMAINS_MAX,
    load: async (domain: string) => {
      try {
        const servers = [...(await resolveMx(domain))];
        servers.sort((one, other) => one.priority - other.priority);
        return servers[0] === undefined ? domain : providerOfServer(servers[0].exchange);
      } catch {
        return domain;
      }
    },
  });
  return async (address) => {
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    return BY_DOMAIN[domain] ?? cache.get(domain);
  };
}

function providerOfServer(exchange: string): string {
  const name = exchange.toLowerCase().replace(/\.$/, '');
  const known = BY_SERVER.find(([end]) => name === end || name.endsWith(`.${end}`));
  // Two labels: the many servers of one operator are one provider.
  return known?.[1] ?? name.split('.').slice(-2).join('.');
}

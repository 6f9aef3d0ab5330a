import { BlockList, isIP } from 'node:net';

/**
 * What an address is for. Only `public` ones are anybody's server on the internet.
 *
 * `transition` carries an IPv4 address inside of an IPv6 one (mapped, NAT64, 6to4, Teredo): where it
 * leads is decided elsewhere, so it is not trusted whatever it carries.
 */
export type AddressKind =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'transition';

/**
 * Looked through in this order. Sources: IANA's registries of special-purpose addresses (RFC 6890 and
 * what has been added since), and the clouds' own pages for the addresses of their metadata.
 */
const NETWORKS: readonly (readonly [AddressKind, readonly string[]])[] = [
  // Carry an IPv4 address: mapped, translated, NAT64, local NAT64, IPv4-compatible, Teredo, 6to4.
  [
    'transition',
    [
      '::ffff:0:0/96',
      '::ffff:0:0:0/96',
      '64:ff9b::/96',
      '64:ff9b:1::/48',
      '2001::/32',
      '2002::/16',
      '192.88.99.0/24',
    ],
  ],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  // Before the networks that they are in. Azure's is a public address by its number only.
  [
    'metadata',
    [
      '169.254.169.254/32',
      '169.254.170.2/32',
      '168.63.129.16/32',
      '100.100.100.200/32',
      '192.0.0.192/32',
      'fd00:ec2::254/128',
      'fd20:ce::254/128',
      'fd00:42::42/128',
    ],
  ],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  // With the shared addresses of carrier-grade NAT (RFC 6598), and site-local ones of old.
  [
    'private',
    ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'],
  ],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  [
    'reserved',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
      '2001::/23',
      '2001:db8::/32',
      '3fff::/20',
    ],
  ],
];

/** Everything that IPv6 has given out for servers (RFC 4291 section 2.4); the rest is reserved. */
const GLOBAL_IPV6 = '2000::/3';

/** A set of networks, asked by address. */
export interface Networks {
  readonly has: (address: string) => boolean;
}

/**
 * A set of networks.
 *
 * IPv4 and IPv6 are kept apart: an IPv4-mapped address is in none of the IPv4 networks.
 *
 * @param networks such as `10.0.0.0/8`, or single addresses
 * @throws Error for what is neither
 */
export function networksOf(networks: readonly string[]): Networks {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const version = isIP(address);
    const max = version === 4 ? 32 : 128;
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= max);
    if ((version !== 4 && version !== 6) || !isPrefix || address.includes('%')) {
      throw new Error(`${network} is neither an address nor a network`);
    }
    lists[version].addSubnet(address, Number(bits ?? max), `ipv${version}`);
  }
  return {
    has: (address) => {
      const version = isIP(address);
      if (version !== 4 && version !== 6) return false;
      return lists[version].check(address, `ipv${version}`);
    },
  };
}

const KINDS = NETWORKS.map(([kind, networks]) => [kind, networksOf(networks)] as const);
const GLOBAL = networksOf([GLOBAL_IPV6]);

/**
 * What kind of address this is.
 *
 * @param address IPv4 in dotted decimal or IPv6, without brackets; anything else is `reserved`
 */
export function addressKindOf(address: string): AddressKind {
  // A zone names an interface of this machine: only local addresses have one.
  const [bare = '', zone] = address.split('%');
  if (isIP(bare) === 0) return 'reserved';
  for (const [kind, networks] of KINDS) if (networks.has(bare)) return kind;
  if (zone !== undefined) return 'link-local';
  return isIP(bare) === 6 && !GLOBAL.has(bare) ? 'reserved' : 'public';
}

import { expect, test } from 'vitest';
import { addressKindOf, networksOf } from './address-kind.ts';

test.each([
  ['93.184.216.34', 'public'],
  ['2606:2800:220:1:248:1893:25c8:1946', 'public'],
  ['9.255.255.255', 'public'],
  ['11.0.0.0', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['100.127.255.255', 'private'],
  ['fd12:3456::1', 'private'],
  ['fec0::1', 'private'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['2606:2800::1%eth0', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['ff02::1', 'multicast'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['255.255.255.255', 'reserved'],
  ['240.0.0.1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['::127.0.0.1', 'reserved'],
  ['4000::1', 'reserved'],
  ['::ffff:127.0.0.1', 'transition'],
  ['::ffff:7f00:1', 'transition'],
  ['::ffff:8.8.8.8', 'transition'],
  ['::ffff:0:127.0.0.1', 'transition'],
  ['64:ff9b::7f00:1', 'transition'],
  ['64:ff9b::8.8.8.8', 'transition'],
  ['64:ff9b:1::a00:1', 'transition'],
  ['2002:7f00:1::', 'transition'],
  ['2001:0:7f00:1::', 'transition'],
  ['localhost', 'reserved'],
  ['', 'reserved'],
])('%s is %s', (address, kind) => {
  expect(addressKindOf(address)).toBe(kind);
});

test('an IPv4-mapped address is in none of the IPv4 networks', () => {
  const { has } = networksOf(['127.0.0.0/8', '10.0.0.1']);
  expect(['127.0.0.1', '10.0.0.1', '10.0.0.2', '::ffff:127.0.0.1', 'x'].map(has)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test.each(['10.0.0.0/33', 'fe80::/129', '10.0.0.0/', '10.0.0.0/-1', 'x/8', 'fe80::1%eth0/64'])(
  '%s is no network',
  (text) => {
    expect(() => networksOf([text])).toThrow('neither an address nor a network');
  },
);

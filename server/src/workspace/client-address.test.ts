import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOf } from './client-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['unix:/run/x.sock', 'unix:/run/x.sock'],
  ['', ''],
])('the client at %j is %j', (address, client) => {
  expect(clientOf(address)).toBe(client);
});

test('property: all addresses of a /64 are one client, however they are written', () => {
  const group = fc.nat(0xffff);
  fc.assert(
    fc.property(
      fc.tuple(group, group, group, group),
      fc.tuple(group, group, group, group),
      (net, host) => {
        const long = [...net, ...host]
          .map((g) => g.toString(16).padStart(4, '0').toUpperCase())
          .join(':');
        const short = `${net.map((g) => g.toString(16)).join(':')}::`;
        const mapped = net.every((g) => g === 0) && host[0] === 0 && host[1] === 0xffff;
        if (!mapped) expect(clientOf(long)).toBe(clientOf(short));
      },
    ),
  );
});

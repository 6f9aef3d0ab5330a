import { expect, test } from 'vitest';
import { parsePrivateHosts } from './private-hosts.ts';

test('true opens private and loopback addresses, and never what nobody means', () => {
  const { allow } = parsePrivateHosts('true');
  for (const address of ['10.0.0.1', '127.0.0.1', '::1', 'fd12::1', '100.64.0.1']) {
    expect(allow('hooks.internal', address), address).toBe(true);
  }
  const never = ['169.254.169.254', '169.254.1.1', 'fe80::1', 'fd00:ec2::254', '100.100.100.200'];
  for (const address of [...never, '0.0.0.0', '224.0.0.1', '::ffff:127.0.0.1', '240.0.0.1']) {
    expect(allow('hooks.internal', address), address).toBe(false);
  }
});

test('a list opens the hosts, addresses and networks that it names', () => {
  const { allow } = parsePrivateHosts('Hooks.Internal., 10.1.0.0/16 ,127.0.0.1,fd12::/16');
  expect(allow('hooks.internal', '192.168.0.7')).toBe(true);
  expect(allow('other.internal', '192.168.0.7')).toBe(false);
  expect(allow('hooks.internal', '169.254.169.254')).toBe(false);
  expect(allow('any.example', '10.1.2.3')).toBe(true);
  expect(allow('any.example', '10.2.2.3')).toBe(false);
  expect(allow('127.0.0.1', '127.0.0.1')).toBe(true);
  expect(allow('any.example', '127.0.0.2')).toBe(false);
  expect(allow('any.example', 'fd12::5')).toBe(true);
});

test('false opens nothing', () => {
  expect(parsePrivateHosts('false').allow('127.0.0.1', '127.0.0.1')).toBe(false);
});

test.each(['', ',', 'a b', 'http://x', '10.0.0.0/99', '*.internal', '300.1.1.1', 'a,,b'])(
  '%j is refused',
  (text) => {
    expect(() => parsePrivateHosts(text)).toThrow(/^must be true, false, or host names/);
  },
);

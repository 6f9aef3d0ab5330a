import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseAddress } from '../../platform/email-address.ts';
import { createReturnPaths, INBOX_LOCAL_MAX } from './return-path.ts';
import { threadMsOf } from '../../../test/support/thread-time.ts';

const paths = createReturnPaths(Buffer.alloc(32, 1));
const inboxAddress = 'bounces@mail.example.com';

test('an address opens to the message and the purpose it was made for, in letters of any case', () => {
  for (let round = 0; round < 200; round += 1) {
    const messageId = randomUUID();
    const back = paths.returnPathOf({ inboxAddress, messageId });
    const out = paths.unsubscribeAddressOf({ inboxAddress, messageId });
    expect(paths.open(back)).toEqual({ purpose: 'bounce', messageId });
    expect(paths.open(back.toUpperCase())).toEqual({ purpose: 'bounce', messageId });
    expect(paths.open(out)).toEqual({ purpose: 'unsubscribe', messageId });
    expect(out).not.toBe(back);
    expect(back).toBe(paths.returnPathOf({ inboxAddress, messageId }));
  }
});

test('an address is one that every server takes, with the longest inbox too', () => {
  const longest = `${'b'.repeat(INBOX_LOCAL_MAX)}@mail.example.com`;
  const address = paths.returnPathOf({ inboxAddress: longest, messageId: randomUUID() });
  expect(address.indexOf('@')).toBe(64);
  expect(parseAddress(address)?.address).toBe(address);
  expect(() =>
    paths.returnPathOf({ inboxAddress: `b${longest}`, messageId: randomUUID() }),
  ).toThrow('before its @');
});

test('no changed, made-up or foreign address opens', () => {
  const messageId = randomUUID();
  const address = paths.returnPathOf({ inboxAddress, messageId });
  const token = address.slice('bounces+'.length, address.indexOf('@'));
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === 'a' ? 'b' : 'a';
    expect(
      paths.open(`bounces+${token.slice(0, at)}${other}${token.slice(at + 1)}@x.example`),
    ).toBeNull();
  }
  for (let round = 0; round < 2_000; round += 1) {
    const guess = randomBytes(64)
      .toString('base64')
      .toLowerCase()
      .replaceAll(/[^a-z2-7]/g, 'a');
    expect(paths.open(`bounces+${guess.slice(0, 45)}@mail.example.com`)).toBeNull();
  }
  const foreign = createReturnPaths(Buffer.alloc(32, 2)).returnPathOf({ inboxAddress, messageId });
  for (const text of [foreign, '', '@', 'bounces@mail.example.com', token, `bounces+${token}x@a`]) {
    expect(paths.open(text)).toBeNull();
  }
});

test('addresses are found in headers, however a relay wrote them', async () => {
  const messageId = randomUUID();
  const address = paths.returnPathOf({ inboxAddress, messageId });
  const inQmail = address.replace('+', '-');
  for (const text of [`<${address}>`, `rfc822;${address}`, inQmail, `a, "B" <${address}>, c`]) {
    expect(paths.findIn(text)).toEqual([{ purpose: 'bounce', messageId }]);
  }
  const ms = await threadMsOf(() => {
    paths.findIn(`+${'a'.repeat(45)}@`.repeat(20_000));
    paths.findIn('+'.repeat(1_000_000));
    paths.findIn('a'.repeat(1_000_000));
  });
  expect(ms).toBeLessThan(2_000);
});

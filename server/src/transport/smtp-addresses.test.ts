import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createAddressFinder } from './smtp-addresses.ts';
import { openSession } from './smtp-session.ts';
import { smtpKind } from './smtp-kind.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import { NO_PRIVATE_HOSTS, parsePrivateHosts } from './webhook/private-hosts.ts';

const MESSAGE = {
  id: '0190a0a0-0000-7000-8000-000000000000',
  envelope: { from: 'a@example.org', to: ['b@example.org'] },
  raw: Buffer.from('Subject: x\r\n\r\nx\r\n'),
  messageId: '<x@example.org>',
  idempotencyKey: 'x',
};

/** Something that listens where it should not be reached, and counts who comes. */
async function innerServer(): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.end('421 4.3.2 inner secret\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, connections: () => count };
}

test.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', 'LOCALHOST.'])(
  'a workspace’s SMTP server inside of the operator’s network is not connected to: %s',
  async (host) => {
    const { port, connections } = await innerServer();
    const transport = smtpKind.create(
      { url: `smtp://${host}:${port}` },
      { now: () => new Date(), privateHosts: NO_PRIVATE_HOSTS },
    );
    expect(await transport.verify()).toMatchObject({
      ok: false,
      phase: 'connect',
      answer: expect.stringContaining('a loopback address'),
    });
    expect(await transport.send(MESSAGE as never)).toMatchObject({
      kind: 'deferred',
      phase: 'connect',
    });
    await transport.close();
    expect(connections()).toBe(0);
  },
);

test('without a word about it nothing private is connected to', async () => {
  const { port, connections } = await innerServer();
  const options = { now: () => new Date() };
  const transport = smtpKind.create({ url: `smtp://127.0.0.1:${port}` }, options);
  expect((await transport.verify()).ok).toBe(false);
  await transport.close();
  expect(connections()).toBe(0);
});

test('what is connected to is the address that was looked at, and the next one when nobody answers', async () => {
  const { port, connections } = await innerServer();
  const url = parseSmtpUrl(`smtp://rebound.invalid:${port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  // The name itself leads nowhere: a second look-up would fail.
  const addressesOf = () => Promise.resolve(['127.0.0.3', '127.0.0.1']);
  const opened = await openSession(
    url.server,
    { connectMs: 2_000, openMs: 2_000 },
    { addressesOf },
  );
  expect(opened).toMatchObject({ kind: 'failed', answer: expect.stringContaining('inner secret') });
  expect(connections()).toBe(1);
});

test('the operator opens what may be named, and names are read in lower case', async () => {
  const find = createAddressFinder(parsePrivateHosts('localhost'));
  expect(await find('LocalHost.')).toContain('127.0.0.1');
  expect(await find('127.0.0.1')).toEqual({ refused: 'the host is a loopback address' });
});

import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, verify as verifyData, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createCaptureTransport,
  createSmtpTransport,
  parseSmtpUrl,
  transportKindOf,
  transportOf,
  type DkimKey,
  type Handover,
  type OutgoingMessage,
  type SmtpOptions,
  type SmtpTimeouts,
  type Transport,
} from '../../src/transport/index.ts';
import { messageTo } from '../support/outgoing.ts';
import { FAKE_PROVIDERS, startProviderSink } from '../support/provider-sink.ts';
import {
  startSmtpSink,
  type Fault,
  type SinkOptions,
  type SinkPhase,
  type SmtpSink,
} from '../support/smtp-sink.ts';
import { TLS_CERTIFICATE, TLS_KEY } from '../support/tls-pair.ts';

async function sinkWith(options: SinkOptions = {}): Promise<SmtpSink> {
  const sink = await startSmtpSink({ keepsRaw: true, ...options });
  onTestFinished(() => sink.close());
  return sink;
}

interface ClientOptions extends Partial<Omit<SmtpOptions, 'server' | 'timeouts'>> {
  readonly url?: string;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

function smtpTo(
  sink: { port: number },
  { url, timeouts, ...options }: ClientOptions = {},
): Transport {
  const parsed = parseSmtpUrl((url ?? 'smtp://127.0.0.1:PORT').replace('PORT', String(sink.port)));
  if (parsed.kind === 'fault') throw new Error(parsed.message);
  const transport = createSmtpTransport({
    server: parsed.server,
    connections: 4,
    timeouts: { reopenMs: 0, ...timeouts },
    ...options,
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** A transport of one of the providers, at a fake one. */
async function providerTo(name: string) {
  const fake = FAKE_PROVIDERS[name];
  const kind = transportKindOf(name);
  if (fake === undefined || kind === null) throw new Error(name);
  const sink = await startProviderSink(fake);
  const options = { now: () => new Date(), connections: 4, baseUrl: sink.url };
  const transport = kind.create(fake.settings, options);
  onTestFinished(async () => {
    await transport.close();
    await sink.close();
  });
  return { transport, handedOver: () => sink.accepted.length };
}

const idsIn = (sink: SmtpSink): string[] => sink.accepted.map(({ message_id }) => message_id);
const mailCommands = (sink: SmtpSink): number =>
  sink.commands.filter((command) => command.startsWith('MAIL')).length;

describe.each([
  [
    'smtp',
    async () => {
      const sink = await sinkWith();
      return { transport: smtpTo(sink), handedOver: () => sink.accepted.length };
    },
  ],
  [
    'smtp without pipelining',
    async () => {
      const sink = await sinkWith({ pipelining: false });
      return { transport: smtpTo(sink), handedOver: () => sink.accepted.length };
    },
  ],
  [
    'capture',
    () => Promise.resolve({ transport: createCaptureTransport(), handedOver: () => null }),
  ],
  ['ses', () => providerTo('ses')],
  ['resend', () => providerTo('resend')],
  ['postmark', () => providerTo('postmark')],
  ['mailgun', () => providerTo('mailgun')],
  ['sendgrid', () => providerTo('sendgrid')],
] as const)('every transport: %s', (_name, start) => {
  test('accepts a message with an answer, and leaves it as it was', async () => {
    const { transport, handedOver } = await start();
    const message = messageTo('ada@example.org');
    const before = Buffer.from(message.raw);
    const handover = await transport.send(message);
    expect(handover.kind).toBe('accepted');
    expect(handover.answer).not.toBe('');
    expect(message.raw).toEqual(before);
    expect([1, null]).toContain(handedOver());
  });

  test('takes more messages than it has places, each once', async () => {
    const { transport, handedOver } = await start();
    const messages = Array.from({ length: 200 }, (_, i) => messageTo(`user${i}@example.org`));
    const handovers = await Promise.all(messages.map((message) => transport.send(message)));
    expect(handovers.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect([200, null]).toContain(handedOver());
  });

  test('hands nothing over once it was given up or closed', async () => {
    const { transport, handedOver } = await start();
    const given = await transport.send(messageTo('a@example.org'), AbortSignal.abort());
    expect(given.kind).toBe('deferred');
    await transport.close();
    await transport.close();
    expect((await transport.send(messageTo('b@example.org'))).kind).toBe('deferred');
    expect([0, null]).toContain(handedOver());
  });

  test('can be verified without a message', async () => {
    const { transport, handedOver } = await start();
    expect(await transport.verify()).toMatchObject({ ok: true });
    expect([0, null]).toContain(handedOver());
  });

  test('has a name and places', async () => {
    const { transport } = await start();
    expect(transportKindOf(transport.name)?.name).toBe(transport.name);
    expect(transport.concurrency).toBeGreaterThan(0);
  });
});

test('the settings pick the transport', async () => {
  const capture = transportOf({ smtpUrl: null });
  const smtp = transportOf({ smtpUrl: 'smtp://localhost:25', smtpConnections: 3 });
  expect([capture.name, smtp.name, smtp.concurrency]).toEqual(['capture', 'smtp', 3]);
  expect(() => transportOf({ smtpUrl: 'nonsense' })).toThrow('the SMTP URL is not a URL');
  await Promise.all([capture.close(), smtp.close()]);
});

type Row = [phase: SinkPhase, fault: Fault, kind: Handover['kind'], at: string, answer: RegExp];

const CLOSED = /closed the connection|reset the connection|closed unexpectedly|ECONNRESET/;
const SILENT = /no reply within|[Tt]imeout|never received|no session within/;

/** What each fault of a server means. `silent` rows wait for a timeout. */
const ROWS: Row[] = [
  ['connect', { answer: '554 5.7.1 go away', end: 'close' }, 'deferred', 'connect', /554/],
  ['connect', { answer: '421 busy', end: 'close' }, 'deferred', 'connect', /421/],
  ['connect', { silent: true, end: 'close' }, 'deferred', 'connect', CLOSED],
  ['connect', { silent: true, end: 'reset' }, 'deferred', 'connect', CLOSED],
  ['connect', { silent: true }, 'deferred', 'connect', SILENT],
  ['connect', { answer: 'HTTP/1.1 400 Bad Request', end: 'close' }, 'deferred', 'connect', /HTTP/],
  ['hello', { answer: '421 later', end: 'close' }, 'deferred', 'hello', /421/],
  [
    'connect',
    { answer: '554-one\r\n554 \u0000two', end: 'close' },
    'deferred',
    'connect',
    /554[^\0\n]*two/,
  ],
  ['hello', { answer: '550 no' }, 'deferred', 'hello', /550/],
  ['hello', { silent: true, end: 'reset' }, 'deferred', 'connect', CLOSED],
  ['hello', { silent: true }, 'deferred', 'connect', SILENT],
  ['mail', { answer: '450 4.7.1 wait' }, 'deferred', 'mail', /450/],
  ['mail', { answer: '550 5.7.1 sender refused' }, 'deferred', 'mail', /550 5\.7\.1/],
  ['mail', { answer: '552 too large' }, 'rejected', 'mail', /552/],
  ['mail', { answer: '421 4.3.2 closing', end: 'close' }, 'deferred', 'mail', /421/],
  ['mail', { silent: true, end: 'close' }, 'deferred', 'mail', CLOSED],
  ['mail', { silent: true, end: 'reset' }, 'deferred', 'mail', CLOSED],
  ['mail', { silent: true }, 'deferred', 'mail', SILENT],
  ['mail', { answer: 'what?' }, 'deferred', 'mail', /not SMTP/],
  ['rcpt', { answer: '550 5.1.1 no such user' }, 'rejected', 'rcpt', /550 5\.1\.1/],
  ['rcpt', { answer: '450 4.2.1 greylisted' }, 'deferred', 'rcpt', /450/],
  ['rcpt', { answer: '530 5.7.0 authenticate' }, 'deferred', 'rcpt', /530/],
  ['rcpt', { answer: '503 5.5.1 out of order' }, 'deferred', 'rcpt', /503/],
  ['rcpt', { answer: '421 closing', end: 'close' }, 'deferred', 'rcpt', /421/],
  [
    'rcpt',
    { answer: '550-5.1.1 no such\r\n550 5.1.1 user' },
    'rejected',
    'rcpt',
    /no such 5\.1\.1 user/,
  ],
  ['rcpt', { answer: '550 no\u0000 such\tuser' }, 'rejected', 'rcpt', /^550 no {2}such user$/],
  ['rcpt', { silent: true, end: 'reset' }, 'deferred', 'rcpt', CLOSED],
  ['rcpt', { silent: true }, 'deferred', 'rcpt', SILENT],
  ['data', { answer: '451 4.3.0 later' }, 'deferred', 'data', /451/],
  ['data', { answer: '554 5.7.1 policy' }, 'rejected', 'data', /554/],
  ['data', { answer: '421 closing', end: 'close' }, 'deferred', 'data', /421/],
  ['data', { twice: true }, 'deferred', 'data', /more often than it was asked/],
  ['data', { answer: '250 whatever' }, 'deferred', 'data', /250/],
  ['data', { silent: true, end: 'close' }, 'deferred', 'data', CLOSED],
  ['data', { silent: true, end: 'reset' }, 'deferred', 'data', CLOSED],
  ['data', { silent: true }, 'deferred', 'data', SILENT],
  ['dot', { answer: '451 4.3.0 later' }, 'deferred', 'end', /451/],
  ['dot', { answer: '421 4.3.2 closing', end: 'close' }, 'deferred', 'end', /421/],
  ['dot', { answer: '554 5.6.0 spam' }, 'rejected', 'end', /554/],
  ['dot', { silent: true, end: 'close' }, 'in_doubt', 'end', CLOSED],
  ['dot', { silent: true, end: 'reset' }, 'in_doubt', 'end', CLOSED],
  ['dot', { silent: true, end: 'reset', accept: false }, 'in_doubt', 'end', CLOSED],
  ['dot', { silent: true }, 'in_doubt', 'end', SILENT],
  ['dot', { delayMs: 2_000 }, 'in_doubt', 'end', SILENT],
  ['dot', { answer: '354 what?', accept: false }, 'in_doubt', 'end', /354/],
  ['dot', { answer: 'ok', accept: false }, 'in_doubt', 'end', /not SMTP/],
  ['dot', { answer: '250-2.0.0', end: 'close' }, 'in_doubt', 'end', CLOSED],
  ['dot', { delayMs: 100 }, 'accepted', '', /250/],
  ['dot', { dribbleMs: 1 }, 'accepted', '', /250 2\.0\.0 taken/],
  ['dot', { answer: '250-2.0.0\r\n250 taken' }, 'accepted', '', /taken/],
  ['dot', { twice: true }, 'accepted', '', /250/],
  ['mail', { dribbleMs: 1 }, 'accepted', '', /250/],
  ['hello', { dribbleMs: 0 }, 'accepted', '', /250/],
];

describe.each([true, false])('a fault of the server, pipelining %s', (pipelining) => {
  test.concurrent.each(ROWS)('at %s, %j: %s %s', async (phase, fault, kind, at, answer) => {
    let isArmed = true;
    const sink = await startSmtpSink({
      pipelining,
      faultAt: (event) => (isArmed && event.phase === phase ? fault : null),
    });
    const parsed = parseSmtpUrl(`smtp://127.0.0.1:${sink.port}`);
    if (parsed.kind === 'fault') throw new Error(parsed.message);
    const isSilent = fault.silent === true && fault.end === undefined;
    const ms = isSilent ? 400 : 10_000;
    const transport = createSmtpTransport({
      server: parsed.server,
      connections: 1,
      timeouts: {
        reopenMs: 0,
        connectMs: ms,
        openMs: ms,
        commandMs: ms,
        dataMs: ms,
        endMs: isSilent || fault.delayMs === 2_000 ? 400 : 10_000,
      },
    });
    try {
      const message = messageTo('ada@example.org');
      const handover = await transport.send(message);
      expect(handover).toMatchObject(at === '' ? { kind } : { kind, phase: at });
      expect(handover.answer).toMatch(answer);
      // No second attempt on our own account, whatever happened.
      const hasSpoken = phase !== 'connect' && phase !== 'hello';
      if (hasSpoken) expect(mailCommands(sink)).toBe(1);
      const isTaken = kind === 'accepted' || (kind === 'in_doubt' && fault.accept !== false);
      if (fault.delayMs !== 2_000) expect(idsIn(sink)).toEqual(isTaken ? [message.messageId] : []);

      // The next message goes out as if nothing had been.
      isArmed = false;
      const next = messageTo('bob@example.org');
      expect(await transport.send(next)).toMatchObject({ kind: 'accepted' });
      expect(idsIn(sink).filter((id) => id === next.messageId)).toHaveLength(1);
      expect(idsIn(sink).filter((id) => id === message.messageId).length).toBeLessThan(2);
    } finally {
      await transport.close();
      await sink.close();
    }
  });
});

test('a refused recipient costs no connection', async () => {
  for (const pipelining of [true, false]) {
    const sink = await sinkWith({ pipelining });
    const transport = smtpTo(sink, { connections: 1 });
    for (const to of [
      'fault.rcpt.550.1@example.org',
      'fault.dot.554.2@example.org',
      'fault.data.451.3@example.org',
      'a@example.org',
    ]) {
      await transport.send(messageTo(to));
    }
    expect(sink.accepted.map(({ to }) => to)).toEqual(['a@example.org']);
    expect(sink.connectionCount).toBe(1);
  }
});

test('a server that takes DATA without a recipient gets no content', async () => {
  const sink = await sinkWith({
    faultAt: ({ phase, to }) => {
      if (phase === 'rcpt') return { answer: '550 no such user', accept: true };
      return phase === 'data' && to === '' ? { answer: '354 go ahead' } : null;
    },
  });
  const transport = smtpTo(sink, { connections: 1 });
  const startedAt = performance.now();
  for (let i = 1; i < 3; i += 1) {
    const handover = await transport.send(messageTo('a@example.org'));
    expect(handover).toMatchObject({ kind: 'rejected', phase: 'rcpt' });
    expect(sink.connectionCount).toBe(i);
  }
  // Nothing was written that would have to be waited for.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await transport.close();
  expect(sink.accepted).toEqual([]);
});

test('a message that is larger than the server takes is rejected before it is sent', async () => {
  const sink = await sinkWith({ bytesMax: 2_000 });
  const transport = smtpTo(sink, { connections: 1 });
  const large = messageTo('a@example.org', { text: 'x'.repeat(3_000) });
  expect(await transport.send(large)).toMatchObject({ kind: 'rejected', answer: /bytes/ });
  expect((await transport.send(messageTo('b@example.org'))).kind).toBe('accepted');
  expect(mailCommands(sink)).toBe(1);
});

test('an envelope or content that could smuggle a command is never written', async () => {
  const sink = await sinkWith();
  const transport = smtpTo(sink);
  const good = messageTo('a@example.org');
  const evil: OutgoingMessage[] = [
    { ...good, envelope: { from: 'a@b.c', to: ['x@y.z>\r\nRCPT TO:<eve@example.net'] } },
    { ...good, envelope: { from: 'a@b.c\r\n', to: ['x@y.z'] } },
    { ...good, envelope: { from: 'a@b.c', to: [] } },
    { ...good, envelope: { from: 'a@b.c', to: ['x @y.z'] } },
    { ...good, raw: Buffer.from('Subject: x\r\n\r\na\n.\nMAIL FROM:<eve@example.net>\r\n') },
    { ...good, raw: Buffer.from('Subject: x\r\n\r\na\r.\r\n') },
  ];
  for (const message of evil) {
    expect(await transport.send(message)).toMatchObject({ kind: 'rejected' });
  }
  expect(mailCommands(sink)).toBe(0);
});

describe('a large message', () => {
  const large = 'Lorem ipsum dolor sit amet.\n.\n..dots\n'.repeat(40_000);

  test('arrives to the byte', async () => {
    const sink = await sinkWith();
    const message = messageTo('a@example.org', { text: large });
    expect((await smtpTo(sink).send(message)).kind).toBe('accepted');
    expect(sink.accepted[0]?.raw?.equals(message.raw)).toBe(true);
  });

  test.each<[Fault, Handover['kind'], RegExp]>([
    [{ answer: '552 5.3.4 too large', end: 'close' }, 'rejected', /552/],
    [{ answer: '452 4.3.1 no room', end: 'close' }, 'deferred', /452/],
    [{ end: 'close' }, 'deferred', CLOSED],
    [{ end: 'reset' }, 'deferred', CLOSED],
  ])('that is cut off before its final dot is a definite no: %j', async (fault, kind, answer) => {
    const sink = await sinkWith({ faultAt: ({ phase }) => (phase === 'content' ? fault : null) });
    // Too much for the buffers between us and the server, so that it cannot all have left.
    const text = large.repeat(10);
    const handover = await smtpTo(sink).send(messageTo('a@example.org', { text }));
    expect(handover).toMatchObject({ kind, phase: 'content' });
    expect(handover.answer).toMatch(answer);
    expect(sink.accepted).toEqual([]);
  });
});

describe('a connection that is kept open', () => {
  test('is used again, and more are opened only when needed', async () => {
    const sink = await sinkWith();
    const transport = smtpTo(sink);
    for (let i = 0; i < 5; i += 1) await transport.send(messageTo('a@example.org'));
    expect(sink.connectionCount).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => transport.send(messageTo('a@example.org'))));
    expect(sink.connectionCount).toBeLessThanOrEqual(4);
  });

  test.each<Fault>([
    { end: 'close' },
    { end: 'reset' },
    { answer: '421 4.4.2 idle', end: 'close' },
    { answer: '421 4.4.2 idle', end: 'reset', delayMs: 30 },
    { end: 'close', delayMs: 1 },
  ])('and that the server ends while idle loses no message: %j', async (fault) => {
    const sink = await sinkWith({ faultAt: ({ phase }) => (phase === 'idle' ? fault : null) });
    const transport = smtpTo(sink, { connections: 2 });
    const messages = Array.from({ length: 8 }, () => messageTo('a@example.org'));
    for (const [i, message] of messages.entries()) {
      expect(await transport.send(message)).toMatchObject({ kind: 'accepted' });
      if (i % 2 === 0) await sleep((fault.delayMs ?? 0) + 5);
    }
    expect(idsIn(sink)).toEqual(messages.map(({ messageId }) => messageId));
  });

  test('and on which the server speaks unasked is not used again', async () => {
    const stray: Fault = { answer: '250 2.0.0 once more' };
    const sink = await sinkWith({ faultAt: ({ phase }) => (phase === 'idle' ? stray : null) });
    const transport = smtpTo(sink, { connections: 1 });
    for (let i = 1; i < 4; i += 1) {
      expect((await transport.send(messageTo('a@example.org'))).kind).toBe('accepted');
      await expect.poll(() => sink.openCount, { timeout: 10_000 }).toBe(0);
      expect(sink.connectionCount).toBe(i);
    }
  });

  test('and turns out to be dead when the next message begins is replaced, once', async () => {
    for (const fault of [
      { silent: true, end: 'reset' },
      { silent: true, end: 'close' },
      { answer: '421 bye', end: 'close' },
    ] as const) {
      const sink = await sinkWith({
        faultAt: ({ phase, message }) => (phase === 'mail' && message === 2 ? fault : null),
      });
      const transport = smtpTo(sink, { connections: 1 });
      await transport.send(messageTo('a@example.org'));
      expect((await transport.send(messageTo('b@example.org'))).kind).toBe('accepted');
      expect(sink.connectionCount).toBe(2);
      expect(sink.accepted.map(({ to }) => to)).toEqual(['a@example.org', 'b@example.org']);
    }
  });

  test('and dies after the server has answered for a message is not replaced', async () => {
    for (const at of ['rcpt', 'data'] as const) {
      const sink = await sinkWith({
        pipelining: false,
        faultAt: ({ phase, message }) =>
          phase === at && message === 2 ? { silent: true, end: 'reset' } : null,
      });
      const transport = smtpTo(sink, { connections: 1 });
      await transport.send(messageTo('a@example.org'));
      expect(await transport.send(messageTo('b@example.org'))).toMatchObject({
        kind: 'deferred',
        phase: at,
      });
      expect(mailCommands(sink)).toBe(2);
    }
  });

  test('is not replaced a second time', async () => {
    let isArmed = false;
    const sink = await sinkWith({
      faultAt: ({ phase }) => (isArmed && phase === 'mail' ? { silent: true, end: 'reset' } : null),
    });
    const transport = smtpTo(sink, { connections: 1 });
    await transport.send(messageTo('a@example.org'));
    isArmed = true;
    expect(await transport.send(messageTo('b@example.org'))).toMatchObject({
      kind: 'deferred',
      phase: 'mail',
    });
    expect(mailCommands(sink)).toBe(3);
    expect(sink.connectionCount).toBe(2);
  });

  test('is ended by us when unused, worn or closed', async () => {
    const sink = await sinkWith();
    const transport = smtpTo(sink, { timeouts: { idleMs: 40 }, messagesPerConnection: 3 });
    await transport.send(messageTo('a@example.org'));
    await expect.poll(() => sink.openCount).toBe(0);
    expect(sink.commands.at(-1)).toBe('QUIT');
    for (let i = 0; i < 6; i += 1) await transport.send(messageTo('a@example.org'));
    await expect.poll(() => sink.openCount).toBe(0);
    expect(sink.connectionCount).toBe(3);
    await transport.close();
    expect(sink.accepted).toHaveLength(7);
  });

  test('is not ended for idling while a message is on it', async () => {
    const sink = await sinkWith({
      faultAt: ({ phase }) => (phase === 'dot' ? { delayMs: 150 } : null),
    });
    const transport = smtpTo(sink, { connections: 1, timeouts: { idleMs: 60 } });
    for (let i = 0; i < 3; i += 1) {
      expect((await transport.send(messageTo('a@example.org'))).kind).toBe('accepted');
    }
    expect(sink.connectionCount).toBe(1);
  });
});

describe('giving up', () => {
  test.each<SinkPhase>(['connect', 'hello', 'mail', 'rcpt', 'data'])(
    'at %s defers at once',
    async (phase) => {
      const sink = await sinkWith({
        faultAt: (event) => (event.phase === phase ? { silent: true } : null),
      });
      const startedAt = performance.now();
      const handover = await smtpTo(sink).send(
        messageTo('a@example.org'),
        AbortSignal.timeout(100),
      );
      expect(handover).toMatchObject({ kind: 'deferred', answer: 'the worker is stopping' });
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    },
  );

  test('after the final dot still waits a little for the answer', async () => {
    const sink = await sinkWith({
      faultAt: ({ phase }) => (phase === 'dot' ? { delayMs: 300 } : null),
    });
    const message = messageTo('a@example.org');
    expect((await smtpTo(sink).send(message, AbortSignal.timeout(100))).kind).toBe('accepted');
  });

  test('after the final dot, with no answer, is in doubt', async () => {
    const sink = await sinkWith({
      faultAt: ({ phase }) => (phase === 'dot' ? { silent: true } : null),
    });
    const transport = smtpTo(sink, { timeouts: { stopMs: 50 } });
    const startedAt = performance.now();
    const handover = await transport.send(messageTo('a@example.org'), AbortSignal.timeout(100));
    expect(handover).toMatchObject({ kind: 'in_doubt', phase: 'end' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('while waiting for a place leaves the line', async () => {
    const sink = await sinkWith({
      faultAt: ({ phase }) => (phase === 'dot' ? { delayMs: 200 } : null),
    });
    const transport = smtpTo(sink, { connections: 1 });
    const first = transport.send(messageTo('a@example.org'));
    const second = transport.send(messageTo('b@example.org'), AbortSignal.timeout(50));
    const third = transport.send(messageTo('c@example.org'));
    expect((await second).kind).toBe('deferred');
    expect([(await first).kind, (await third).kind]).toEqual(['accepted', 'accepted']);
    expect(sink.accepted.map(({ to }) => to)).toEqual(['a@example.org', 'c@example.org']);
  });

  test('closing waits for what is under way', async () => {
    const sink = await sinkWith({
      faultAt: ({ phase }) => (phase === 'dot' ? { delayMs: 200 } : null),
    });
    const transport = smtpTo(sink);
    let handover: Handover | null = null;
    void transport.send(messageTo('a@example.org')).then((answer) => (handover = answer));
    await sleep(50);
    await transport.close();
    expect(handover).toMatchObject({ kind: 'accepted' });
    await expect.poll(() => sink.openCount).toBe(0);
  });
});

describe('encryption and authentication', () => {
  const auth = { user: 'us@er', pass: 'p:ä ss' };
  const login = `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.pass)}`;

  test.each([
    ['STARTTLS', 'starttls', 'smtp://localhost:PORT'],
    ['TLS from the start', 'implicit', 'smtps://localhost:PORT'],
  ] as const)('%s with a certificate that is trusted', async (_name, tls, url) => {
    const sink = await sinkWith({ tls, auth });
    const transport = smtpTo(sink, { url: url.replace('//', `//${login}@`), ca: TLS_CERTIFICATE });
    const message = messageTo('a@example.org');
    expect(await transport.send(message)).toMatchObject({ kind: 'accepted' });
    expect(sink.accepted[0]?.raw?.equals(message.raw)).toBe(true);
    const commands = sink.commands.join('\n');
    expect(commands.indexOf('STARTTLS') < commands.indexOf('AUTH')).toBe(true);
  });

  test('a certificate that is not trusted defers, unless it need not be', async () => {
    for (const [tls, scheme] of [
      ['starttls', 'smtp'],
      ['implicit', 'smtps'],
    ] as const) {
      const sink = await sinkWith({ tls });
      const strict = smtpTo(sink, { url: `${scheme}://localhost:PORT` });
      const refused = await strict.send(messageTo('a@example.org'));
      expect(refused).toMatchObject({
        kind: 'deferred',
        answer: expect.stringMatching(/certificate/),
      });
      expect(mailCommands(sink)).toBe(0);
      const lax = smtpTo(sink, { url: `${scheme}://localhost:PORT?tls_verify=no` });
      expect((await lax.send(messageTo('a@example.org'))).kind).toBe('accepted');
    }
  });

  test('required encryption that is not offered defers', async () => {
    const sink = await sinkWith();
    const transport = smtpTo(sink, { url: 'smtp://localhost:PORT?tls=required' });
    expect(await transport.send(messageTo('a@example.org'))).toMatchObject({
      kind: 'deferred',
      phase: 'tls',
    });
    expect(mailCommands(sink)).toBe(0);
  });

  test('encryption that is turned off is not asked for', async () => {
    const sink = await sinkWith({ tls: 'starttls' });
    const transport = smtpTo(sink, { url: 'smtp://localhost:PORT?tls=off&name=mx.example.com' });
    expect((await transport.send(messageTo('a@example.org'))).kind).toBe('accepted');
    expect(sink.commands[0]).toBe('EHLO mx.example.com');
    expect(sink.commands).not.toContain('STARTTLS');
  });

  test.each<[string, SinkOptions, RegExp]>([
    ['a wrong password', { auth: { user: 'us@er', pass: 'other' } }, /535/],
    ['a server that has no authentication', {}, /offers no authentication/],
    [
      'a server that cannot check it now',
      { auth, faultAt: ({ phase }) => (phase === 'auth' ? { answer: '454 4.7.0 later' } : null) },
      /454/,
    ],
    [
      'a server that goes away',
      { auth, faultAt: ({ phase }) => (phase === 'auth' ? { silent: true, end: 'reset' } : null) },
      CLOSED,
    ],
  ])('%s defers, and the answer does not show the password', async (_name, options, answer) => {
    const sink = await sinkWith(options);
    const transport = smtpTo(sink, { url: `smtp://${login}@localhost:PORT` });
    const handover = await transport.send(messageTo('a@example.org'));
    expect(handover).toMatchObject({ kind: 'deferred', phase: 'auth' });
    expect(handover.answer).toMatch(answer);
    expect(handover.answer).not.toContain(auth.pass);
    expect(await transport.verify()).toMatchObject({ ok: false, phase: 'auth' });
    expect(mailCommands(sink)).toBe(0);
  });
});

test('a server that cannot be reached is not asked again for every message', async () => {
  let isArmed = true;
  const sink = await sinkWith({
    faultAt: ({ phase }) =>
      isArmed && phase === 'connect' ? { answer: '554 no', end: 'close' } : null,
  });
  const transport = smtpTo(sink, { connections: 1, timeouts: { reopenMs: 300 } });
  for (let i = 0; i < 20; i += 1) {
    const handover = await transport.send(messageTo('a@example.org'));
    expect(handover).toMatchObject({ kind: 'deferred', phase: 'connect' });
    if (i > 0 && handover.kind === 'deferred')
      expect(handover.retryAfterMs).toBeLessThanOrEqual(300);
  }
  expect(sink.connectionCount).toBe(1);
  isArmed = false;
  await expect
    .poll(async () => (await transport.send(messageTo('a@example.org'))).kind, { timeout: 3_000 })
    .toBe('accepted');
  expect(sink.connectionCount).toBe(2);
});

test('nobody listening defers', async () => {
  const sink = await startSmtpSink();
  await sink.close();
  const handover = await smtpTo(sink).send(messageTo('a@example.org'));
  expect(handover).toMatchObject({
    kind: 'deferred',
    phase: 'connect',
    answer: expect.stringMatching(/ECONNREFUSED/),
  });
});

/**
 * Goal: whatever servers do, a message is accepted at most once, an answer is the truth, and no
 * answer is given twice. Method: random faults for messages in parallel; the log of the sink is
 * the truth.
 */
test('over any mixture of faults, what we say happened is what happened', async () => {
  const what = fc.constantFrom(
    'close',
    'reset',
    'lose',
    'twice',
    '450',
    '550',
    '421',
    'dribble.0',
    'delay.5',
    'none',
    'none',
  );
  const phase = fc.constantFrom('mail', 'rcpt', 'data', 'content', 'dot', 'dot', 'idle');
  const plan = fc.array(fc.tuple(phase, what), { minLength: 20, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(plan, fc.boolean(), async (faults, pipelining) => {
      const sink = await startSmtpSink({ pipelining });
      const parsed = parseSmtpUrl(`smtp://127.0.0.1:${sink.port}`);
      if (parsed.kind === 'fault') throw new Error(parsed.message);
      const timeouts = { reopenMs: 0, commandMs: 2_000, dataMs: 2_000, endMs: 2_000, stopMs: 500 };
      const transport = createSmtpTransport({ server: parsed.server, connections: 3, timeouts });
      try {
        const messages = faults.map(([at, fault], i) =>
          messageTo(`fault.${at}.${fault}.${i}@example.org`),
        );
        const handovers = await Promise.all(messages.map((message) => transport.send(message)));
        const accepts = Map.groupBy(sink.accepted, ({ message_id }) => message_id);
        for (const [i, { messageId, envelope }] of messages.entries()) {
          const count = accepts.get(messageId)?.length ?? 0;
          const kind = handovers[i]?.kind ?? 'in_doubt';
          const range = { accepted: [1, 1], deferred: [0, 0], rejected: [0, 0], in_doubt: [0, 1] }[
            kind
          ];
          expect(count, `${envelope.to[0]}: ${kind}`).toBeGreaterThanOrEqual(range[0] ?? 0);
          expect(count, `${envelope.to[0]}: ${kind}`).toBeLessThanOrEqual(range[1] ?? 0);
        }
      } finally {
        await transport.close();
        await sink.close();
      }
    }),
    { numRuns: 25 },
  );
});

test("another server's reading of what we send: TLS, password, dots and all", async () => {
  const received: Buffer[] = [];
  const server = new SMTPServer({
    key: TLS_KEY,
    cert: TLS_CERTIFICATE,
    authMethods: ['LOGIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'u' && password === 'p' ? done(null, { user: 'u' }) : done(new Error('no')),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(Buffer.concat(chunks));
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const port = (server.server.address() as { port: number }).port;
  const transport = smtpTo(
    { port },
    { url: 'smtp://u:p@localhost:PORT?tls=required', ca: TLS_CERTIFICATE },
  );
  const messages = [
    messageTo('a@example.org'),
    messageTo('b@example.org', { text: '.\n..\n.x\n' }),
  ];
  for (const message of messages) {
    expect(await transport.send(message)).toMatchObject({ kind: 'accepted' });
  }
  await transport.close();
  expect(received.map((raw, i) => raw.equals(messages[i]?.raw ?? Buffer.alloc(0)))).toEqual([
    true,
    true,
  ]);
  expect((await PostalMime.parse(received[1] ?? '')).text).toBe('.\n..\n.x\n');
});

describe('DKIM', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync('ed25519');
  const keyOf = (pair: { privateKey: typeof rsa.privateKey }): DkimKey => ({
    domain: 'example.com',
    selector: 's1.test',
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });

  async function signed(
    pair: typeof rsa,
    parts: Parameters<typeof messageTo>[1] = {},
  ): Promise<Buffer> {
    const sink = await sinkWith();
    const transport = smtpTo(sink, { dkim: keyOf(pair) });
    expect((await transport.send(messageTo('a@example.org', parts))).kind).toBe('accepted');
    return sink.accepted[0]?.raw ?? Buffer.alloc(0);
  }

  const swap = (raw: Buffer, from: string, to: string): Buffer => {
    const text = raw.toString('latin1');
    expect(text).toContain(from);
    return Buffer.from(
      text.replace(from, () => to),
      'latin1',
    );
  };

  test.each([
    ['RSA', rsa],
    ['Ed25519', ed25519],
  ] as const)('a message signed with %s is found sound', async (_name, pair) => {
    const headers = {
      'List-Unsubscribe': `<https://example.com/u/${'x'.repeat(100)}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    const raw = await signed(pair, {
      headers,
      text: 'tab\t and  spaces \n\n\n',
      subject: 'Grüße '.repeat(30).trim(),
    });
    const found = verifyDkim(raw, pair.publicKey);
    expect(found).toMatchObject({ ok: true, d: 'example.com', s: 's1.test' });
    expect(found.h).toEqual(
      expect.arrayContaining([
        'from',
        'to',
        'subject',
        'date',
        'message-id',
        'content-type',
        'list-unsubscribe',
        'list-unsubscribe-post',
      ]),
    );
    expect((await PostalMime.parse(raw)).subject).toBe('Grüße '.repeat(30).trim());
  });

  test('what is changed or added on the way is found', async () => {
    const raw = await signed(rsa);
    const isSound = (changed: Buffer): boolean => verifyDkim(changed, rsa.publicKey).ok;
    expect(isSound(raw)).toBe(true);
    expect(isSound(swap(raw, '<p>Hi', '<p>Ho'))).toBe(false);
    expect(isSound(swap(raw, 'To: <a@', 'To: <b@'))).toBe(false);
    expect(isSound(swap(raw, 'From: Acme', 'Subject: Another\r\nFrom: Acme'))).toBe(false);
    expect(isSound(swap(raw, 'From: Acme', 'Reply-To: <eve@example.net>\r\nFrom: Acme'))).toBe(
      false,
    );
    expect(verifyDkim(raw, ed25519.publicKey).ok).toBe(false);
    // Relaxed: folding and runs of spaces may change.
    expect(isSound(swap(raw, 'From: Acme <', 'FROM:   Acme\r\n\t<'))).toBe(true);
  });

  test("a message's own keys sign it, and not the configured one", async () => {
    const sink = await sinkWith();
    const transport = smtpTo(sink, { dkim: { ...keyOf(rsa), domain: 'configured.example' } });
    const own = [
      { ...keyOf(rsa), domain: 'one.example' },
      { ...keyOf(ed25519), domain: 'two.example' },
    ];
    for (let i = 0; i < 2; i += 1) {
      const message = { ...messageTo('a@example.org'), dkim: own };
      expect(await transport.send(message)).toMatchObject({ kind: 'accepted' });
      const raw = sink.accepted[i]?.raw ?? Buffer.alloc(0);
      expect(raw.toString('latin1').match(/ d=[a-z.]+;/g)).toEqual([
        ' d=two.example;',
        ' d=one.example;',
      ]);
      expect(verifyDkim(raw, ed25519.publicKey)).toMatchObject({ ok: true, d: 'two.example' });
      const second = raw.subarray(raw.indexOf('DKIM-Signature', 1));
      expect(verifyDkim(second, rsa.publicKey)).toMatchObject({ ok: true, d: 'one.example' });
    }
    expect(await transport.send({ ...messageTo('a@example.org'), dkim: [] })).toMatchObject({
      kind: 'accepted',
    });
    expect(sink.accepted[2]?.raw?.toString('latin1')).toContain('d=configured.example;');
    const broken = { ...messageTo('a@example.org'), dkim: [{ ...keyOf(rsa), key: 'nonsense' }] };
    expect(await transport.send(broken)).toMatchObject({ kind: 'deferred' });
    expect(sink.accepted).toHaveLength(3);
  });

  test('a key that cannot sign is refused when the transport is made', () => {
    const make = (dkim: DkimKey) => () => transportOf({ smtpUrl: 'smtp://localhost', dkim });
    expect(make({ ...keyOf(rsa), key: 'nonsense' })).toThrow(/private key in PEM/);
    expect(make({ ...keyOf(rsa), domain: 'exa mple' })).toThrow(/domain name/);
    expect(make({ ...keyOf(rsa), selector: 'a;b=c' })).toThrow(/DNS label/);
    const short = generateKeyPairSync('rsa', { modulusLength: 512 });
    expect(make(keyOf(short))).toThrow(/1024 bits/);
  });
});

/** A reader of DKIM signatures after RFC 6376, written for these tests alone. */
function verifyDkim(
  raw: Buffer,
  key: KeyObject,
): { ok: boolean; d?: string; s?: string; h?: string[] } {
  const [head = '', ...rest] = raw.toString('latin1').split('\r\n\r\n');
  const lines: string[] = [];
  for (const line of head.split('\r\n')) {
    if (/^[ \t]/.test(line)) lines.push(`${lines.pop() ?? ''}\r\n${line}`);
    else lines.push(line);
  }
  const canonical = (line: string): string => {
    const [name = '', ...value] = line.split(':');
    return `${name.toLowerCase().trim()}:${value
      .join(':')
      .replaceAll('\r\n', '')
      .replaceAll(/[ \t]+/g, ' ')
      .trim()}`;
  };
  const at = lines.findIndex((line) => /^dkim-signature:/i.test(line));
  const signature = lines[at] ?? '';
  const tags = new Map<string, string>();
  for (const tag of signature.slice(signature.indexOf(':') + 1).split(';')) {
    const equals = tag.indexOf('=');
    tags.set(tag.slice(0, equals).trim(), tag.slice(equals + 1).replaceAll(/\s/g, ''));
  }
  const body = rest
    .join('\r\n\r\n')
    .split('\r\n')
    .map((line) => line.replaceAll(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (body.at(-1) === '') body.pop();
  const bodyHash = createHash('sha256')
    .update(body.length === 0 ? '' : `${body.join('\r\n')}\r\n`, 'latin1')
    .digest('base64');
  const pool = lines.filter((_, i) => i !== at);
  const h = (tags.get('h') ?? '').toLowerCase().split(':');
  let data = '';
  for (const name of h) {
    const found = pool.findLastIndex((line) => line.toLowerCase().split(':')[0]?.trim() === name);
    if (found === -1) continue;
    data += `${canonical(pool.splice(found, 1)[0] ?? '')}\r\n`;
  }
  data += canonical(signature.replace(/(\bb=)[^;]*$/, '$1'));
  const isRsa = tags.get('a') === 'rsa-sha256';
  const bytes = Buffer.from(data, 'latin1');
  const value = Buffer.from(tags.get('b') ?? '', 'base64');
  const fits = isRsa === (key.asymmetricKeyType === 'rsa');
  const isValid =
    fits &&
    (isRsa
      ? verifyData('sha256', bytes, key, value)
      : verifyData(null, createHash('sha256').update(bytes).digest(), key, value));
  return {
    ok: isValid && tags.get('bh') === bodyHash,
    d: tags.get('d') ?? '',
    s: tags.get('s') ?? '',
    h,
  };
}

test('the sink in a process of its own keeps its log through a kill', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'milepost-sink-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = join(directory, 'accepted.jsonl');
  const script = join(import.meta.dirname, '../support/smtp-sink.ts');
  const child = spawn(process.execPath, [script, '--log', log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const transport = smtpTo({ port });
  const messages = Array.from({ length: 30 }, (_, i) => messageTo(`user${i}@example.org`));
  await Promise.all(messages.map((message) => transport.send(message)));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const entries = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { message_id: string });
  expect(entries.map(({ message_id }) => message_id).toSorted()).toEqual(
    messages.map(({ messageId }) => messageId).toSorted(),
  );
  expect((await transport.send(messageTo('late@example.org'))).kind).toBe('deferred');
});

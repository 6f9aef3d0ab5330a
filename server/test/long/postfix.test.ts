import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { dkimVerify } from 'mailauth';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMessage } from '../../src/template/index.ts';
import { createReturnPaths } from '../../src/tracking/inbound/return-path.ts';
import {
  bounceClassOf,
  createSmtpTransport,
  enhancedCodeIn,
  parseSmtpUrl,
  type Handover,
  type OutgoingMessage,
  type Transport,
} from '../../src/transport/index.ts';
import { MAIL_DOMAIN, postfixMissing, startPostfix, type Postfix } from '../support/postfix.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what we hand to a mail server that is not ours arrives as it was meant, once, and what such a
 * server says is understood. Method: a real Postfix, from the first greeting to the file in a mailbox;
 * what lies there is read by another parser and another verifier.
 */
const MESSAGES = 500;
const missing = postfixMissing();

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkim = {
  domain: 'example.com',
  selector: 's1',
  key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
const RECORD = `v=DKIM1; k=rsa; p=${keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
const paths = createReturnPaths(Buffer.alloc(32, 7));
const INBOX = 'bounces@example.com';

let postfix: Postfix;
let transport: Transport;

/** Bodies that go wrong where somebody is careless with lines, dots or bytes. */
const TEXTS: readonly string[] = [
  '.\n..\n.dot at the start\n...\n.\n',
  `${'a line without an end '.repeat(700)}\n`,
  `${'x'.repeat(998)}\n.${'y'.repeat(997)}\n${'z'.repeat(12_000)}\n`,
  'From here on\n>From there\nFrom: nobody@example.com\n\nFrom nowhere\n',
  'trailing spaces   \n\ttabs\t\n \n\n\n',
  'Grüße, 你好, مرحبا, שלום, 👩‍👩‍👧 and ünïcödé = =3D =20 =\n',
  '\n\n\nstarts and ends with nothing\n\n\n',
  'no line end at the end',
  '\u0001\u0007 control and \u200f\u202e direction\n',
  `${'ש'.repeat(3_000)}\n`,
];

/** The same as they would be without an encoding that keeps dots and long lines from the wire. */
const BARE: readonly string[] = [
  '.\r\n..\r\n.dot at the start\r\n...\r\n.\r\n',
  `${'x'.repeat(998)}\r\n.${'y'.repeat(997)}\r\n`,
  'From here on\r\n.\r\nMAIL FROM:<someone@example.com>\r\nQUIT\r\n',
  'Grüße 你好\r\n.\r\n\r\n.',
];

const SUBJECTS: readonly string[] = [
  'Plain',
  'Grüße aus Köln – 50 % für Ada & Åke',
  '你好，世界 '.repeat(30),
  'مرحبا بالعالم \u202e مقلوب',
  '👩‍👩‍👧‍👦 🏳️‍🌈 emoji and =?utf-8?q?not_encoded?=',
  'long '.repeat(180).trim(),
  '"quotes", <angles>; (comments) \\ and @',
];

interface Sent {
  readonly outgoing: OutgoingMessage;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

function messageTo(
  to: string,
  {
    text = 'Hi\n',
    subject = 'Hi',
    headers = {},
    from = null,
    html = null,
  }: {
    text?: string;
    html?: string | null;
    subject?: string;
    headers?: Record<string, string>;
    /** The envelope's sender; null for a return path of the message's own. */
    from?: string | null;
  } = {},
): Sent {
  const id = randomUUID();
  const messageId = `<${id}@example.com>`;
  const parts = {
    from: { address: 'hello@example.com', name: 'Åcme, "Inc."' },
    replyTo: null,
    subject,
    text,
    html: html ?? `<p>${text.replaceAll('<', '&lt;')}</p>\n.\n`,
    headers: {
      'List-Unsubscribe': `<https://example.com/u/${id}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      ...headers,
    },
  };
  const composed = composeMessage({ ...parts, to: { address: to }, messageId, date: new Date() });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  const returnPath = from ?? paths.returnPathOf({ inboxAddress: INBOX, messageId: id });
  const outgoing = {
    id,
    envelope: { from: returnPath, to: [to] },
    raw: composed.raw,
    parts: { ...parts, to: [{ address: to }] },
    messageId,
    idempotencyKey: id,
  };
  return { outgoing, subject, text, html: parts.html };
}

/** A message whose body goes over the wire as it is. */
function bareTo(to: string, body: string): Sent {
  const sent = messageTo(to, { subject: 'Bare' });
  const head = [
    'From: =?utf-8?Q?=C3=85cme=2C_=22Inc=2E=22?= <hello@example.com>',
    `To: ${to}`,
    'Subject: Bare',
    `Message-ID: ${sent.outgoing.messageId}`,
    // Else a server adds one, and the signature forbids that.
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  const raw = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { outgoing: { ...sent.outgoing, raw }, subject: 'Bare', text: body, html: '' };
}

const transportTo = (port: number): Transport => {
  const url = parseSmtpUrl(`smtp://127.0.0.1:${port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  return createSmtpTransport({ server: url.server, connections: 10, dkim });
};

const send = async (to: string, given?: Parameters<typeof messageTo>[1]): Promise<Handover> =>
  transport.send(messageTo(to, given).outgoing);

/** What lies in the mailbox, by its message id, with the line ends of the wire. */
function arrivedById(): Map<string, Buffer[]> {
  const byId = new Map<string, Buffer[]>();
  for (const file of postfix.delivered()) {
    const raw = Buffer.from(file.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    const id = /^message-id: <([^@]+)@/im.exec(raw.toString('latin1'))?.[1] ?? '';
    byId.set(id, [...(byId.get(id) ?? []), raw]);
  }
  return byId;
}

const classOf = (handover: Handover): string | null => {
  if (handover.kind !== 'rejected') return null;
  const code = enhancedCodeIn(handover.answer);
  return bounceClassOf({
    code,
    status: null,
    diagnostic: handover.answer,
    phase: handover.phase === 'rcpt' ? 'rcpt' : 'data',
  });
};

describe.skipIf(missing !== null)(
  `a real Postfix${missing === null ? '' : `: skipped, ${missing}`}`,
  () => {
    beforeAll(async () => {
      postfix = await startPostfix();
      transport = transportTo(postfix.port);
    });
    afterAll(async () => {
      await transport.close();
      await postfix.stop();
    });

    test('is found by a look at the transport', async () => {
      expect(await transport.verify()).toMatchObject({ ok: true });
    });

    test('what is handed over arrives once, byte for byte, signed, and would come back to us', async () => {
      const sent = Array.from({ length: MESSAGES }, (_, i) => {
        const to = `known${i}@${MAIL_DOMAIN}`;
        const turn = Math.floor(i / 5);
        if (i % 5 === 0) return bareTo(to, BARE[turn % BARE.length] ?? '');
        const text = TEXTS[(turn + i) % TEXTS.length] ?? '';
        return messageTo(to, { text, subject: SUBJECTS[i % SUBJECTS.length] ?? '' });
      });
      const handovers = await Promise.all(sent.map(({ outgoing }) => transport.send(outgoing)));
      const kinds = Map.groupBy(handovers, ({ kind }) => kind);
      expect([...kinds.keys()], JSON.stringify(handovers[0])).toEqual(['accepted']);
      await until(() => expect(arrivedById().size).toBe(MESSAGES));
      const arrived = arrivedById();
      for (const [i, one] of sent.entries()) {
        const copies = arrived.get(one.outgoing.id) ?? [];
        expect(copies).toHaveLength(1);
        await expectAsSent(copies[0] ?? Buffer.alloc(0), one, `known${i}@${MAIL_DOMAIN}`);
      }
      expect(postfix.delivered()).toHaveLength(MESSAGES);
    });

    test('an unknown user is a bounce for good, at the recipient', async () => {
      const handover = await send(`nobody@${MAIL_DOMAIN}`);
      expect(handover).toMatchObject({ kind: 'rejected', phase: 'rcpt' });
      expect(enhancedCodeIn(handover.answer)).toBe('5.1.1');
      expect(classOf(handover)).toBe('hard');
    });

    test('a domain that it does not serve is no bounce of the address', async () => {
      const handover = await send('somebody@elsewhere.example');
      expect(handover.answer).toMatch(/relay/i);
      expect(classOf(handover)).not.toBe('hard');
    });

    test.each([
      ['grey', /^450 4\.2\.0 .*Greylisted/],
      ['full', /^452 4\.2\.2 .*full/],
    ])('%s is tried again', async (name, answer) => {
      const handover = await send(`${name}@${MAIL_DOMAIN}`);
      expect(handover).toMatchObject({ kind: 'deferred', phase: 'rcpt' });
      expect(handover.answer).toMatch(answer);
    });

    test.each([
      ['at the recipient', `policy@${MAIL_DOMAIN}`, {}, 'rcpt'],
      ['at DATA', `known@${MAIL_DOMAIN}`, { from: 'data@example.com' }, 'data'],
      ['after the final dot', `known@${MAIL_DOMAIN}`, { headers: { 'X-Refuse': 'yes' } }, 'end'],
    ])(
      'a refusal of policy %s ends the message and not the address',
      async (_, to, given, phase) => {
        const before = postfix.delivered().length;
        const handover = await send(to, given);
        expect(handover).toMatchObject({ kind: 'rejected', phase });
        expect(handover.answer).toContain('5.7.1');
        expect(classOf(handover)).not.toBe('hard');
        expect(postfix.delivered()).toHaveLength(before);
      },
    );

    test('a message that is too large for it does not begin', async () => {
      const handover = await send(`known@${MAIL_DOMAIN}`, { text: 'large\n'.repeat(250_000) });
      expect(handover.kind).toBe('rejected');
    });

    test('refusals beside deliveries on the same connections hit nobody else', async () => {
      const before = postfix.delivered().length;
      const names = ['known', 'nobody', 'grey', 'policy', 'known'];
      const handovers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          send(`${names[i % names.length]}.${i}@${MAIL_DOMAIN}`),
        ),
      );
      const kinds = handovers.map(({ kind }) => kind);
      const expected = {
        known: 'accepted',
        nobody: 'rejected',
        grey: 'deferred',
        policy: 'rejected',
      };
      expect(kinds).toEqual(
        kinds.map(
          (_, i) => expected[(names[i % names.length] ?? 'known') as keyof typeof expected],
        ),
      );
      await until(() => expect(postfix.delivered()).toHaveLength(before + 40));
    });
  },
);

async function expectAsSent(raw: Buffer, { outgoing, subject, text, html }: Sent, to: string) {
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n');
  expect(/^Return-Path: <(.*)>$/im.exec(head)?.[1]).toBe(outgoing.envelope.from);
  expect(paths.open(outgoing.envelope.from)).toEqual({ purpose: 'bounce', messageId: outgoing.id });
  expect(/^Delivered-To: (.*)$/im.exec(head)?.[1]).toBe(to);
  // Not a byte of the body was changed on the way.
  expect(sha256(bodyOf(raw))).toBe(sha256(endedBy(bodyOf(outgoing.raw))));
  const parsed = await PostalMime.parse(raw);
  expect(parsed.subject).toBe(subject);
  expect(parsed.from).toMatchObject({ address: 'hello@example.com', name: 'Åcme, "Inc."' });
  expect(withoutEnd(parsed.text)).toBe(withoutEnd(text));
  expect(withoutEnd(parsed.html)).toBe(withoutEnd(html));
  const { results } = await dkimVerify(raw, {
    strict: true,
    resolver: async () => [[RECORD]],
  });
  expect(results.map(({ status }) => status.result)).toEqual(['pass']);
  const signed = results[0]?.signingHeaders?.keys ?? '';
  expect(signed.toLowerCase()).toContain('list-unsubscribe-post');
}

/** SMTP ends the last line. */
const endedBy = (body: Buffer): Buffer =>
  body.at(-1) === 10 ? body : Buffer.concat([body, Buffer.from('\r\n')]);
const bodyOf = (raw: Buffer): Buffer => raw.subarray(raw.indexOf('\r\n\r\n') + 4);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
/** The last line end belongs to the boundary, as parsers see it. */
const withoutEnd = (text: string | undefined): string =>
  (text ?? '').replaceAll('\r\n', '\n').replace(/\n+$/, '');

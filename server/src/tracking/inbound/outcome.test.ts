import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { samplesFor } from '../../../test/fixtures/inbound/samples.ts';
import { outcomeOf } from './outcome.ts';
import { readReport } from './report.ts';
import { createReturnPaths } from './return-path.ts';
import { threadMsOf } from '../../../test/support/thread-time.ts';

const paths = createReturnPaths(Buffer.alloc(32, 7));
const messageId = '0195c0de-0000-7000-8000-000000000001';
const other = '0195c0de-0000-7000-8000-000000000002';
const inboxAddress = 'bounces@mail.example.com';
const path = paths.returnPathOf({ inboxAddress, messageId });
const out = paths.unsubscribeAddressOf({ inboxAddress, messageId });
const at = new Date('2026-03-02T09:00:00Z');
const outcomeFor = async (raw: Buffer, envelopeTo: string | null = null) =>
  outcomeOf(await readReport(raw), { envelopeTo, at, hash: 'h' }, paths);

test('nothing counts without a signed address, however much it looks like a bounce of ours', async () => {
  const forged = createReturnPaths(Buffer.alloc(32, 8)).returnPathOf({ inboxAddress, messageId });
  for (const address of [
    'bounces@mail.example.com',
    forged,
    `bounces+${messageId}@mail.example.com`,
  ]) {
    for (const { sample, raw } of samplesFor(address)) {
      const outcome = await outcomeFor(raw, 'bounces@mail.example.com');
      expect(outcome, sample.name).toEqual({ kind: 'ignored', reason: 'unsigned' });
    }
  }
});

test('what a mail was delivered to counts before what came back within it', async () => {
  const { raw } = samplesFor(path)[0] ?? { raw: Buffer.alloc(0) };
  const envelopeTo = paths.returnPathOf({ inboxAddress, messageId: other });
  const outcome = await outcomeFor(raw, envelopeTo);
  expect(outcome).toMatchObject({ kind: 'returned', returned: [{ messageId: other }] });
});

test('the mail that came back proves a bounce, and an answer only its own address', async () => {
  const quoting = (from: string, subject: string): Buffer =>
    Buffer.from(
      `From: ${from}\r\nTo: hello@example.com\r\nSubject: ${subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
        `--b\r\nContent-Type: text/plain\r\n\r\n<ada@example.org>: 550 user unknown, could not be delivered\r\n` +
        `--b\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <${path}>\r\nSubject: x\r\n\r\ny\r\n--b--\r\n`,
    );
  const bounce = await outcomeFor(quoting('mailer-daemon@example.org', 'failure notice'));
  expect(bounce).toMatchObject({ kind: 'returned', returned: [{ kind: 'bounced', messageId }] });
  const reply = await outcomeFor(quoting('ada@example.org', 'Re: x'));
  expect(reply).toEqual({ kind: 'ignored', reason: 'unsigned' });
});

test('whatever a person sends to the unsubscribe address unsubscribes; a bounce there does not', async () => {
  const from = (text: string): Buffer =>
    Buffer.from(`From: ada@example.org\r\nTo: ${out}\r\n${text}\r\n\r\n\r\n`);
  for (const text of [
    'Subject: unsubscribe',
    'Subject: hm',
    'Auto-Submitted: auto-generated',
    'Subject:',
  ]) {
    expect(await outcomeFor(from(text))).toEqual({ kind: 'unsubscribe', messageId });
  }
  const { raw } = samplesFor(out)[0] ?? { raw: Buffer.alloc(0) };
  expect((await outcomeFor(raw)).kind).not.toBe('unsubscribe');
});

test('the same report has the same key whichever way it comes, another one has another', async () => {
  const keys = new Set<string>();
  const samples = samplesFor(path).slice(0, 40);
  for (const { raw } of samples) {
    const first = await outcomeFor(raw, path);
    const again = await outcomeFor(Buffer.concat([Buffer.from('Received: by x\r\n'), raw]));
    if (first.kind !== 'returned' || again.kind !== 'returned') continue;
    expect(again.returned[0]?.key).toBe(first.returned[0]?.key);
    keys.add(first.returned[0]?.key ?? '');
  }
  expect(keys.size).toBeGreaterThan(30);
});

test('no bytes make the reading fail or last', async () => {
  const raws = samplesFor(path).map(({ raw }) => raw);
  const any = (): Buffer => raws[randomInt(raws.length)] ?? Buffer.alloc(0);
  for (let round = 0; round < 1_500; round += 1) {
    const raw = Buffer.from(any());
    for (let flips = randomInt(30); flips > 0 && raw.length > 0; flips -= 1) {
      raw[randomInt(raw.length)] = randomInt(256);
    }
    const cut = raw.subarray(0, randomInt(raw.length + 1));
    const mixed = Buffer.concat([cut, any().subarray(randomInt(200)), randomBytes(randomInt(40))]);
    const ms = await threadMsOf(async () =>
      expect((await readReport(mixed)).kind).toBeTypeOf('string'),
    );
    expect(ms).toBeLessThan(1_000);
  }
}, 60_000);

const nested = (depth: number): string =>
  Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
  ).join('');
const within = (depth: number): string => 'Content-Type: message/rfc822\r\n\r\n'.repeat(depth);
const HOSTILE: readonly (readonly [string, string])[] = [
  ['parts within parts', nested(3_000)],
  ['mails within mails', within(3_000)],
  [
    'many parts',
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(90_000)}`,
  ],
  ['many headers', 'X: y\r\n'.repeat(170_000)],
  ['one long header', `Subject: ${'a '.repeat(500_000)}`],
  ['one long line', `Subject: x\r\n\r\n${'<'.repeat(1_000_000)}`],
  [
    'words encoded',
    `Subject: ${'=?utf-8?Q?=41?= '.repeat(60_000)}\r\nFrom: ${'=?x?b?'.repeat(50_000)}`,
  ],
  ['addresses', `From: ${'"(<a@b>,'.repeat(100_000)}\r\nTo: ${'a@'.repeat(100_000)}`],
  ['markup', `From: mailer-daemon@x\r\nContent-Type: text/html\r\n\r\n${'<p '.repeat(300_000)}`],
  [
    'entities',
    `From: mailer-daemon@x\r\nContent-Type: text/html\r\n\r\n${'&lt;a@b '.repeat(140_000)}`,
  ],
  [
    'fields',
    `From: mailer-daemon@x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${'Final-Recipient: a@b\r\nAction: failed\r\n'.repeat(25_000)}`,
  ],
  [
    'folds',
    `From: mailer-daemon@x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5\r\n${' .1\r\n'.repeat(200_000)}`,
  ],
  ['blanks', `From: mailer-daemon@x\r\n\r\n${' \t'.repeat(500_000)}x`],
  ['base64', `Content-Transfer-Encoding: base64\r\n\r\n${'A=\r\n'.repeat(250_000)}`],
];

test.each(HOSTILE)('%s are read in bounded time', async (_name, text) => {
  const ms = await threadMsOf(async () => {
    const report = await readReport(Buffer.from(text));
    expect(report.kind).toBeTypeOf('string');
    expect(report.deliveredTo.length + report.returned.length).toBeLessThanOrEqual(140_000);
  });
  expect(ms).toBeLessThan(10_000);
});

import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { composeMessage, messageIdOf, type MessageParts } from './message.ts';

const PARTS: MessageParts = {
  from: { address: 'hello@example.com', name: 'Acme' },
  to: { address: 'ada@example.org' },
  subject: 'Welcome',
  html: '<p>Hi</p>',
  text: 'Hi',
  messageId: '<1.2@example.com>',
  date: new Date('2026-03-01T10:00:00Z'),
};

function rawOf(parts: Partial<MessageParts>): Buffer {
  const composed = composeMessage({ ...PARTS, ...parts });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  return composed.raw;
}

function reasonOf(parts: Partial<MessageParts>): string {
  const composed = composeMessage({ ...PARTS, ...parts });
  return composed.kind === 'failed' ? composed.reason : 'no failure';
}

const lf = (text: string): string => text.replaceAll(/\r\n|\r/g, '\n').replace(/\n+$/, '');

test('a message is written to the byte as RFC 5322 and MIME say', () => {
  const raw = rawOf({
    replyTo: { address: 'help@example.com' },
    headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
    text: 'Hi = \n.\t',
  });
  expect(raw.toString('latin1').split('\r\n')).toEqual([
    'From: Acme <hello@example.com>',
    'To: <ada@example.org>',
    'Reply-To: <help@example.com>',
    'Subject: Welcome',
    'Message-ID: <1.2@example.com>',
    'Date: Sun, 01 Mar 2026 10:00:00 +0000',
    'List-Unsubscribe: <https://example.com/u/1>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ' boundary="=_12examplecom"',
    '',
    '--=_12examplecom',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Hi =3D=20',
    '=2E=09',
    '--=_12examplecom',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>Hi</p>',
    '--=_12examplecom--',
    '',
  ]);
});

test('the same parts give the same bytes, in memory of their own', () => {
  const first = rawOf({});
  const copy = Buffer.from(first);
  rawOf({ html: '<p>Ho</p>' });
  expect(first).toEqual(copy);
  rawOf({ html: 'x'.repeat(300_000) });
  expect(rawOf({})).toEqual(copy);
  expect(first).toEqual(copy);
});

test('the envelope names sender and recipient by address alone', () => {
  expect(composeMessage(PARTS)).toMatchObject({
    envelope: { from: 'hello@example.com', to: ['ada@example.org'] },
  });
});

const CONTROLS = ['\r\n', '\r', '\n', '\0', '\t', '\u001b', '\u007f', '\u0085'];

test.each(CONTROLS)('a header that holds %j after merging is refused by name', (control) => {
  const evil = `x${control}Bcc: eve@example.net`;
  const reason = (name: string) =>
    `the header ${name} holds a line break or another control character`;
  expect(reasonOf({ subject: evil })).toBe(reason('Subject'));
  expect(reasonOf({ from: { ...PARTS.from, name: evil } })).toBe(reason('From'));
  expect(reasonOf({ to: { ...PARTS.to, name: evil } })).toBe(reason('To'));
  expect(reasonOf({ replyTo: { ...PARTS.to, name: evil } })).toBe(reason('Reply-To'));
  expect(reasonOf({ headers: { 'List-Unsubscribe': evil } })).toBe(reason('List-Unsubscribe'));
  expect(reasonOf({ headers: { [`X${control}Bcc`]: 'x' } })).toMatch(/^a header has a name/);
  expect(reasonOf({ messageId: `<1${control}@a.b>` })).toMatch(/^the Message-ID/);
  expect(reasonOf({ to: { address: `a${control}@example.org` } })).toMatch(/^an address/);
});

test.each(['Bcc', 'to', 'CC', 'Subject', 'From', 'DKIM-Signature', 'Content-Type', 'MIME-Version'])(
  'the header %s cannot be given on top',
  (name) => {
    expect(reasonOf({ headers: { [name]: 'x' } })).toBe(
      `the header ${name} is set by Milepost and cannot be given`,
    );
  },
);

test('names and values out of bounds are refused', () => {
  expect(reasonOf({ headers: { 'X Y': 'z' } })).toMatch(/^a header has a name/);
  expect(reasonOf({ headers: { 'X:': 'z' } })).toMatch(/^a header has a name/);
  expect(reasonOf({ headers: { '': 'z' } })).toMatch(/^a header has a name/);
  expect(reasonOf({ headers: { 'X-Y': 'z'.repeat(4_001) } })).toMatch(/longer than 4000/);
  expect(reasonOf({ date: new Date(Number.NaN) })).toMatch(/^the date/);
});

test('white space is kept at the end of lines of every length', async () => {
  for (let length = 70; length < 82; length += 1) {
    for (const end of [' ', '\t', '  ', ' .', '.']) {
      const text = `${'x'.repeat(length)}${end}\ny`;
      const raw = rawOf({ text });
      const lines = raw.toString('latin1').split('\r\n');
      const isFit = lines.every((line) => line.length <= 76 && !/[ \t]$/.test(line));
      expect(isFit, `${length}${JSON.stringify(end)}`).toBe(true);
      expect(lf((await PostalMime.parse(raw)).text ?? '')).toBe(text);
    }
  }
});

test('a long header of plain words is folded so that unfolding gives it back', () => {
  const subject = `${'word  and   '.repeat(30)}end`;
  const head = rawOf({ subject }).toString('latin1').split('\r\nMessage-ID')[0] ?? '';
  expect(head.split('\r\n').every((line) => line.length <= 78 && line.trim() !== '')).toBe(true);
  expect(head.replaceAll('\r\n ', ' ')).toContain(`Subject: ${subject}`);
});

test('another composer, given the same parts, is read the same', async () => {
  const parts: Partial<MessageParts> = {
    from: { address: 'a@example.com', name: 'Ünï "Q", Ltd.' },
    to: { address: 'b@example.org', name: '名前 和子 '.repeat(8).trim() },
    subject: 'Größe €uro 😀 '.repeat(9).trim(),
    html: `<p>${'é'.repeat(500)}</p>\n.\n..x\n${'y'.repeat(1_500)}\n`,
    text: 'line \n.\ntab\t\nFrom me\n',
    headers: {
      'List-Unsubscribe': `<https://example.com/${'u'.repeat(300)}>, <mailto:u@example.com>`,
    },
  };
  const { from, to, subject, html, text, headers } = { ...PARTS, ...parts };
  const theirs = await new Promise<Buffer>((resolve, reject) => {
    const mail = {
      from: { name: from.name ?? '', address: from.address },
      to: { name: to.name ?? '', address: to.address },
      subject,
      html,
      text,
      headers: { ...headers },
      messageId: PARTS.messageId,
      date: PARTS.date,
    };
    new MailComposer(mail).compile().build((error, raw) => (error ? reject(error) : resolve(raw)));
  });
  const [mine, other] = await Promise.all([
    PostalMime.parse(rawOf(parts)),
    PostalMime.parse(theirs),
  ]);
  for (const field of ['from', 'to', 'subject', 'messageId', 'date'] as const) {
    expect(mine[field], field).toEqual(other[field]);
  }
  expect(lf(mine.html ?? '')).toBe(lf(other.html ?? ''));
  expect(lf(mine.text ?? '')).toBe(lf(other.text ?? ''));
  const unsubscribe = (mail: typeof mine) =>
    mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value.replaceAll(/\s+/g, ' ');
  expect(unsubscribe(mine)).toBe(unsubscribe(other));
});

test('the Message-ID of a step occurrence is the same at every attempt and differs from all others', () => {
  const id = messageIdOf('0198a1c2-0000-7000-8000-000000000001', 3, 'example.com');
  expect(id).toBe('<0198a1c2-0000-7000-8000-000000000001.3@example.com>');
  expect(rawOf({ messageId: id }).toString()).toContain(`Message-ID: ${id}\r\n`);
});

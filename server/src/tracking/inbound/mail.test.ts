import { expect, test } from 'vitest';
import { headerOf, readMail } from './mail.ts';

test('a mail is read up to a number of parts, lines and bytes', async () => {
  const parts = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(20_000)}`;
  expect((await readMail(Buffer.from(parts))).text.length).toBeLessThan(3_000);
  const lines = await readMail(Buffer.from(`Subject: x\r\n\r\n${'y\n'.repeat(100_000)}`));
  expect(lines.text.length).toBeLessThan(21_000);
  const bytes = await readMail(Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(2_000_000)}`));
  expect([headerOf(bytes, 'subject'), bytes.text.length]).toEqual(['x', 65_536]);
});

test('mails within mails are followed three deep', async () => {
  const within = 'Content-Type: message/rfc822\r\n\r\n'.repeat(10);
  let mail = await readMail(Buffer.from(`${within}Subject: x\r\n\r\n`));
  let depth = 0;
  for (; mail.mails[0] !== undefined; mail = mail.mails[0]) depth += 1;
  expect(depth).toBe(3);
});

test('words are read in their charset and without their markup', async () => {
  const headers =
    'Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable';
  const html = '<p>Empf=E4nger &lt;a@b.example&gt;<br>unbekannt</p><!-- no';
  const { text } = await readMail(Buffer.from(`${headers}\r\n\r\n${html}`));
  expect(text.trim()).toBe('Empfänger <a@b.example>\nunbekannt');
});

import { generateKeyPairSync, randomInt } from 'node:crypto';
import { dkimVerify } from 'mailauth';
import { expect, test } from 'vitest';
import { composeMessage } from '../template/index.ts';
import { dkimSigner } from './dkim.ts';

/**
 * Goal: what we sign is valid to somebody else's verifier, and nothing that is signed can be changed.
 * Method: random mails, signed by us and verified by another library after the RFCs to the letter;
 * then each with every signed header and its body changed in turn.
 */
const MAILS = 250;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

type Pair = typeof rsa;

/** The key as DNS has it: RFC 6376 section 3.6.1, RFC 8463 section 4. */
function recordOf({ publicKey }: Pair): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  const key = (isRsa ? der : der.subarray(-32)).toString('base64');
  return `v=DKIM1; k=${isRsa ? 'rsa' : 'ed25519'}; p=${key}`;
}

async function verified(raw: Buffer, pair: Pair) {
  const { results } = await dkimVerify(raw, {
    strict: true,
    resolver: async (name) => {
      if (name !== 's1._domainkey.example.com') throw new Error(`nobody asks for ${name}`);
      return [[recordOf(pair)]];
    },
  });
  return results;
}

const SIGNED = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'List-Id',
  'Feedback-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
];
/** A second one of these cannot be added. */
const SEALED = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
];

const PIECES = [
  [
    'a',
    'Grüße',
    '😀',
    ' ',
    '  ',
    '\t',
    '=',
    '=?',
    '"',
    ',',
    '<b>',
    '&',
    '漢字',
    '\u202e',
    '\u2028',
  ],
  ['x'.repeat(80), 'w '.repeat(50), 'é'.repeat(300)],
].flat();
const BREAKS = ['\n', '\r\n', ' \n', '\n\n\n', '.\n', '\nFrom x', '\n--=_', '\t\n'];
const some = (pieces: readonly string[], countMax: number): string =>
  Array.from({ length: randomInt(countMax) }, () => pieces[randomInt(pieces.length)]).join('');

function randomMail(i: number): Buffer {
  const shown = some(PIECES, 6).replaceAll('\t', '');
  const composed = composeMessage({
    from: { address: 'hello@example.com', name: shown },
    to: { address: `ada${i}@example.org`, name: some(PIECES, 3).replaceAll('\t', '') },
    replyTo: { address: 'help@example.com' },
    subject: `s${shown}`,
    html: `<p>${some([...PIECES, ...BREAKS], 30)}`,
    text: `t${some([...PIECES, ...BREAKS], 30)}`,
    headers: {
      'List-Unsubscribe': `<https://example.com/u/${'x'.repeat(randomInt(1, 800))}>, <mailto:u@example.com>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': '"News, weekly" <news.example.com>',
      'Feedback-ID': `${i}:w:marketing:acme`,
      'X-Note': 'not signed',
    },
    messageId: `<${i}.test@example.com>`,
    date: new Date(Date.UTC(2026, 2, 1, 10, 0, i)),
  });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  return composed.raw;
}

/** One letter or digit of `text` changed. */
function withOneChanged(text: string): string {
  const places = [...text.matchAll(/[a-z0-9]/gi)].map(({ index }) => index);
  const at = places[randomInt(places.length)] as number;
  return text.slice(0, at) + (text[at] === 'Z' ? 'Y' : 'Z') + text.slice(at + 1);
}

/** The mail with everything that is signed changed in turn, by name. */
function mutationsOf(raw: Buffer): Map<string, string> {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/);
  const body = text.slice(end);
  const mails = new Map<string, string>();
  for (const name of SIGNED) {
    const at = fields.findIndex((field) => field.startsWith(`${name}: `));
    const field = fields[at] as string;
    const changed = `${name}: ${withOneChanged(field.slice(name.length + 2))}`;
    mails.set(`${name} changed`, fields.with(at, changed).join('\r\n') + body);
    mails.set(`${name} removed`, fields.toSpliced(at, 1).join('\r\n') + body);
    if (!SEALED.includes(name)) continue;
    mails.set(`${name} added`, [`${name}: <eve@example.net>`, ...fields].join('\r\n') + body);
  }
  const at = text.indexOf('Content-Type: text/html', end);
  const textPart = text.slice(end, at);
  mails.set('text changed', text.slice(0, end) + withOneChanged(textPart) + text.slice(at));
  mails.set('HTML changed', text.slice(0, at) + withOneChanged(text.slice(at)));
  mails.set('body shortened', text.slice(0, -10));
  mails.set('body lengthened', `${text}x\r\n`);
  return mails;
}

test.each([
  ['RSA', rsa],
  ['Ed25519', ed25519 as unknown as Pair],
] as const)(
  'mails signed with %s are valid to another verifier, and no change to what is signed passes',
  async (_, pair) => {
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const sign = dkimSigner({ domain: 'example.com', selector: 's1', key });
    for (let i = 0; i < MAILS; i += 1) {
      const raw = await sign(randomMail(i));
      const [result, ...others] = await verified(raw, pair);
      expect(others).toEqual([]);
      expect(result?.status, raw.toString()).toMatchObject({ result: 'pass' });
      expect(result).toMatchObject({ signingDomain: 'example.com', selector: 's1' });
      const names = result?.signingHeaders?.keys.split(/: */).map((name) => name.toLowerCase());
      expect(names).toEqual(expect.arrayContaining(SIGNED.map((name) => name.toLowerCase())));
      for (const [what, changed] of mutationsOf(raw)) {
        const [after] = await verified(Buffer.from(changed, 'latin1'), pair);
        expect(after?.status?.result, what).toMatch(/^(fail|neutral|permerror)$/);
      }
    }
  },
  120_000,
);

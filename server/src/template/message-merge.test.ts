import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { compileEmail, renderEmail, type EmailFacts } from './email.ts';
import { composeMessage, type MessageParts } from './message.ts';

/**
 * Goal: whatever is merged, a message has the intended headers and no other, says exactly what was
 * rendered, and has no line out of order. Method: random values aimed at the rules of mail, merged by
 * the real templates, composed, and read back by another library and by a reader written for this
 * test after RFC 2045 to 2047; and by Python's where there is one.
 */
const RUNS = Number(process.env['MIME_RUNS'] ?? 20_000);
/** Python starts once for so many. */
const PYTHON_RUNS = 1_000;

const EMAIL = compileEmail({
  subject: '{{ user.hello }}, {{ user.name }}',
  html: '<p title="{{ user.name }}">Hi {{ user.name }}</p>\n{{ user.body }}\n.\nFrom us',
  text: 'Hi {{ user.name }}\n{{ user.body }}\n.\nFrom us',
});
const MESSAGE_ID = '<0198a1c2-0000-7000-8000-000000000001.3@example.com>';
const BOUNDARY = '--=_0198a1c2000070008000000000000013examplecom';

const TROUBLE = [
  ['\r\n', '\n', '\r', '\0', '\r\nBcc: eve@example.net\r\n\r\n', '\n\n', '\r\n.\r\n', '\n.\n'],
  ['\u2028', '\u2029', '\u0085', '\u000b', '\f', '\u001b[2J', '\u007f', '\ufeff', '\u00ad'],
  ['😀', '👩‍👩‍👧‍👦', '🇩🇪', '\u200d', 'é', 'e\u0301', '漢字', 'Ω', '\u{10ffff}', '\ufffe'],
  ['\u202e', '\u2066אבג\u2069', '\u200f', 'مرحبا', '\u061c', '\ud800', '\udc00', '\udbff\ud800'],
  ['.', '..', '.\r\n', 'From ', '\nFrom me', '>From ', '--', BOUNDARY, `\n${BOUNDARY}--\n`, '--=_'],
  ['=?UTF-8?B?4pyT?=', '=?utf-8?q?x', '?=', '=?', '=20', '=\r\n', '=', '=3D', '=zz'],
  [
    '"',
    '\\',
    '"\\',
    '<',
    '>',
    '<eve@example.net>',
    ',',
    ';',
    ':',
    '(c)',
    '@',
    '[',
    ' ',
    '  ',
    '\t',
  ],
  [' \n', '\t\n', 'a'.repeat(73), 'a'.repeat(76), 'w '.repeat(60), '{{', '{%', '&amp;', 'ada'],
].flat();
/** Rarer, for they are long. */
const LONG = ['x'.repeat(1_200), ' '.repeat(1_100), 'ñ'.repeat(700), '.'.repeat(1_000)];
const LONGEST = ['n'.repeat(10_000), '名'.repeat(10_000), 'a b\t'.repeat(2_500)];
const piece = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...TROUBLE) },
  { weight: 10, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(...LONG) },
);
const textOf = (maxLength: number) =>
  fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));
const rarelyLongest = (usual: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...LONGEST) });
/** What may leave in a header: as above without controls, so that most messages are composed. */
const withoutControls = (arbitrary: fc.Arbitrary<string>) =>
  arbitrary.map((text) => text.replaceAll(/\p{Cc}/gu, ''));
const merge = fc.record({
  hello: fc.oneof({ weight: 9, arbitrary: withoutControls(textOf(6)) }, textOf(6)),
  name: fc.oneof({ weight: 9, arbitrary: withoutControls(textOf(4)) }, rarelyLongest(textOf(4))),
  body: rarelyLongest(textOf(12)),
  shown: withoutControls(textOf(5)),
  list: fc.integer({ min: 1, max: 860 }),
});
type Merge = typeof merge extends fc.Arbitrary<infer T> ? T : never;

/** The parts of one merge; null when the email itself is refused. */
function partsOf({ hello, name, body, shown, list }: Merge): MessageParts | null {
  const facts: EmailFacts = {
    user: { hello, name, body },
    traits: {},
    workspace: {},
    now: '2026-03-01T10:00:00.000Z',
  };
  const email = renderEmail(EMAIL, facts);
  if (email.kind !== 'rendered') return null;
  return {
    from: { address: 'hello@example.com', name: shown },
    to: { address: 'ada@example.org', name: `${shown}.` },
    subject: email.subject,
    html: email.html,
    text: email.text,
    headers: {
      'List-Unsubscribe': `<https://example.com/u/${'?=?'.repeat(list / 3)}>, <mailto:u@example.com?subject=x>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': '"News, weekly" <0198a1c2.example.com>',
      'Feedback-ID': 'a:b:c:acme',
      'Auto-Submitted': 'auto-generated',
      'X-Note': shown,
    },
    messageId: MESSAGE_ID,
    date: new Date('2026-03-01T10:00:00Z'),
  };
}

const NAMES = [
  'From',
  'To',
  'Subject',
  'Message-ID',
  'Date',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Id',
  'Feedback-ID',
  'Auto-Submitted',
  'X-Note',
  'MIME-Version',
  'Content-Type',
];

test(
  'whatever is merged, a message has the intended headers only and says what was rendered',
  async () => {
    const counts = { composed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(merge, async (merged) => {
        const parts = partsOf(merged);
        const composed = parts === null ? null : composeMessage(parts);
        if (parts === null || composed?.kind !== 'composed') {
          counts.refused += 1;
          expect(mayBeRefused(merged)).toBe(true);
          return;
        }
        counts.composed += 1;
        const { raw } = composed;
        expectInOrder(raw);
        const read = readStrictly(raw);
        expect(read.headers.map(([name]) => name)).toEqual(NAMES);
        expectHeaders(new Map(read.headers), parts);
        expect(read.parts).toEqual([canonical(parts.text), canonical(parts.html)]);
        await expectOtherReader(raw, parts);
      }),
      { numRuns: RUNS },
    );
    // Neither side may be trivial.
    expect(counts.composed).toBeGreaterThan(RUNS / 2);
    expect(counts.refused).toBeGreaterThan(RUNS / 50);
  },
  Math.max(120_000, RUNS * 6),
);

/** Only these are reasons to refuse: controls in a header, a subject or a name far too long, NUL. */
function mayBeRefused({ hello, name, body, shown }: Merge): boolean {
  const subject = `${hello}, ${name}`;
  return (
    /\p{Cc}/u.test(subject) ||
    subject.length > 900 ||
    shown.length > 3_900 ||
    `${name}${body}`.includes('\0')
  );
}

function expectInOrder(raw: Buffer): void {
  const text = raw.toString('latin1');
  expect(/[^\0-\x7f]|\0/.test(text)).toBe(false);
  expect(/\r(?!\n)|(?<!\r)\n/.test(text)).toBe(false);
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4).split('\r\n');
  expect(head.filter((line) => line.length > 998 || line.trim() === '')).toEqual([]);
  expect(body.filter((line) => line.length > 76 || /^\.|[ \t]$/.test(line))).toEqual([]);
}

interface Read {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Decoded bytes of the text and the HTML part. */
  readonly parts: readonly Buffer[];
}

/** A reader that allows nothing but what composing should write. */
function readStrictly(raw: Buffer): Read {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const headers = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((field) => {
      const found = /^([!-9;-~]+): ([^]*)$/.exec(field.replaceAll('\r\n', ''));
      if (found === null) throw new Error(`not a header: ${field.slice(0, 99)}`);
      return [found[1] ?? '', found[2] ?? ''] as const;
    });
  const boundary = /boundary="([^"]+)"/.exec(new Map(headers).get('Content-Type') ?? '')?.[1];
  const [before, ...pieces] = `\r\n${text.slice(end + 4)}`.split(`\r\n--${boundary}`);
  expect(before).toBe('');
  expect(pieces.pop()).toBe('--\r\n');
  const parts = pieces.map((piece, i) => {
    const head =
      `\r\nContent-Type: text/${i === 0 ? 'plain' : 'html'}; charset=utf-8\r\n` +
      'Content-Transfer-Encoding: quoted-printable\r\n';
    expect(piece.startsWith(`${head}\r\n`) || piece === head).toBe(true);
    return unquoted(piece.slice(head.length + 2));
  });
  return { headers, parts };
}

function unquoted(text: string): Buffer {
  const joined = text.replaceAll('=\r\n', '');
  expect(joined).not.toMatch(/=(?![0-9A-F]{2})/);
  return Buffer.from(
    joined.replaceAll(/=(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** RFC 2047 section 6.2: between two encoded words white space is not shown. */
function decoded(value: string): string {
  const word = /=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/;
  const words = value.match(new RegExp(word, 'g')) ?? [];
  expect(words.filter((one) => one.length > 75)).toEqual([]);
  return value
    .replaceAll(/(\?=)[ \t]+(?==\?UTF-8)/g, '$1')
    .replaceAll(new RegExp(word, 'g'), (_, base64: string) =>
      Buffer.from(base64, 'base64').toString(),
    );
}

function expectHeaders(headers: ReadonlyMap<string, string>, parts: MessageParts): void {
  expect(decoded(headers.get('Subject') ?? '')).toBe(parts.subject.toWellFormed());
  const note = headers.get('X-Note') ?? '';
  expect(decoded(note)).toBe((parts.headers?.['X-Note'] ?? '').toWellFormed());
  for (const name of NAMES.slice(5, 10)) expect(headers.get(name)).toBe(parts.headers?.[name]);
  for (const [name, { address, name: shown = '' }] of [
    ['From', parts.from],
    ['To', parts.to],
  ] as const) {
    const value = headers.get(name) ?? '';
    expect(value.endsWith(`<${address}>`)).toBe(true);
    const phrase = value.slice(0, -address.length - 2).replace(/ $/, '');
    const plain = /^".*"$/.test(phrase)
      ? phrase.slice(1, -1).replaceAll(/\\(.)/g, '$1')
      : decoded(phrase);
    expect(plain).toBe(shown.toWellFormed());
  }
}

/** A body as it has to arrive: its line breaks as CRLF, without the last, which MIME takes. */
const canonical = (body: string): Buffer =>
  Buffer.from(
    body
      .toWellFormed()
      .replaceAll(/\r\n|\r|\n/g, '\r\n')
      .replace(/\r\n$/, ''),
  );

const lf = (text: string): string => text.replaceAll(/\r\n|\r/g, '\n').replace(/\n+$/, '');
/** Readers differ about runs of spaces in headers, and drop U+FEFF where an encoded word begins. */
const squeeze = (text: string): string =>
  text.toWellFormed().replaceAll('\ufeff', '').replaceAll(/\s+/g, ' ').trim();

async function expectOtherReader(raw: Buffer, parts: MessageParts): Promise<void> {
  const read = await PostalMime.parse(raw);
  expect(read.headers.map(({ key }) => key)).toEqual(NAMES.map((name) => name.toLowerCase()));
  expect(lf(read.html ?? '')).toBe(lf(parts.html.toWellFormed()));
  expect(lf(read.text ?? '')).toBe(lf(parts.text.toWellFormed()));
  expect(squeeze(read.subject ?? '')).toBe(squeeze(parts.subject));
  expect(read.to).toHaveLength(1);
  expect(read.to?.[0]).toMatchObject({ address: 'ada@example.org' });
  expect(squeeze(read.to?.[0]?.name ?? '')).toBe(squeeze(parts.to.name ?? ''));
  expect(read.attachments).toEqual([]);
}

const PYTHON = `
import sys, json, base64, email, email.policy
for line in sys.stdin:
    m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.SMTP)
    parts = [base64.b64encode(p.get_payload(decode=True)).decode() for p in m.walk() if not p.is_multipart()]
    print(json.dumps({"names": m.keys(), "subject": m["subject"], "way": m["list-unsubscribe"],
                      "defects": [type(d).__name__ for p in m.walk() for d in p.defects], "parts": parts}))
`;
const hasPython = spawnSync('python3', ['-c', 'import email.policy']).status === 0;

test.skipIf(!hasPython)('Python reads the same messages the same', () => {
  const all = fc
    .sample(merge, PYTHON_RUNS)
    .map(partsOf)
    .filter((parts) => parts !== null)
    .flatMap((parts) => {
      const composed = composeMessage(parts);
      return composed.kind === 'composed' ? [{ parts, raw: composed.raw.toString('base64') }] : [];
    });
  const { stdout } = spawnSync('python3', ['-c', PYTHON], {
    input: all.map(({ raw }) => raw).join('\n'),
    maxBuffer: 1e9,
  });
  const read = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { subject: string });
  expect(read).toHaveLength(all.length);
  for (const [i, { parts }] of all.entries()) {
    const bytes = [parts.text, parts.html].map((body) => canonical(body).toString('base64'));
    const { subject, ...rest } = read[i] ?? { subject: '' };
    expect(rest).toEqual({
      names: NAMES,
      way: parts.headers?.['List-Unsubscribe'],
      defects: [],
      parts: bytes,
    });
    expect(squeeze(subject)).toBe(squeeze(parts.subject));
  }
});

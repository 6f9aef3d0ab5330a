import { createHmac, createSign, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { DomainError } from '../platform/errors.ts';
import { importIdentitySecret, readClaims, verifyUserToken } from './identity.ts';
import { hasStrictForm } from './token-form.ts';

const SECRET = `mp_is_test_${'a'.repeat(40)}`;
const OTHER_SECRET = `mp_is_test_${'b'.repeat(40)}`;
const REVOKED_SECRET = `mp_is_test_${'c'.repeat(40)}`;
const NOW = new Date('2026-03-01T12:00:00.500Z');
const NOW_S = Math.floor(NOW.getTime() / 1_000);
const USER = 'user-42';

const REQUIRED = 'user_token is required when identity verification is enabled';
const INVALID = 'Invalid user_token';
const MISMATCH = 'user_token does not match user_id';

const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const HEADER = '{"alg":"HS256","typ":"JWT"}';
const PAYLOAD = `{"user_id":"${USER}"}`;

/** Signs whatever texts are given, right or wrong. */
function sign(
  payload: string | Uint8Array,
  header: string | Uint8Array = HEADER,
  key = SECRET,
): string {
  return signParts(b64(header), b64(payload), key);
}

function signParts(
  header: string,
  payload: string,
  key: string | Buffer = SECRET,
  hash = 'sha256',
): string {
  const mac = createHmac(hash, key).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${mac}`;
}

const withAlg = (alg: unknown): string => sign(PAYLOAD, JSON.stringify({ alg, typ: 'JWT' }));
const withHeader = (more: object): string =>
  sign(PAYLOAD, JSON.stringify({ alg: 'HS256', ...more }));
const claiming = (more: object, userId: unknown = USER): string =>
  sign(JSON.stringify({ user_id: userId, ...more }));
/** Claims in the very spelling, for what JSON.stringify would not write. */
const spelled = (more: string): string => sign(`{"user_id":"${USER}",${more}}`);

const VALID = sign(PAYLOAD);
const [H = '', P = '', S = ''] = VALID.split('.');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;

/** The last character of a part, changed in bits that decode to nothing. */
function withStrayBits(part: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + letters[last ^ 1];
}

/** A payload whose length is no multiple of three, so that its last character has unused bits. */
const ODD_PAYLOAD = b64(`{"user_id":"${USER}","x":1}`.padEnd(35));

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const MISSING: Record<string, string | null | undefined> = {
  'no token': undefined,
  'null for a token': null,
  'an empty token': '',
};

const MALFORMED: Record<string, string> = {
  'one space': ' ',
  'a word': 'token',
  'the word null': 'null',
  'the word undefined': 'undefined',
  'only dots': '..',
  'one dot': '.',
  'three dots': '...',
  'no signature and no dot for it': `${H}.${P}`,
  'an empty signature': `${H}.${P}.`,
  'an empty header': `.${P}.${S}`,
  'an empty payload': signParts(H, ''),
  'five parts, as an encrypted token has': `${VALID}.${S}.${S}`,
  'four parts': `${VALID}.${S}`,
  'a trailing dot': `${VALID}.`,
  'a leading dot': `.${VALID}`,
  'only the header': H,
  'the JSON form of a JWS': JSON.stringify({ protected: H, payload: P, signature: S }),
  'JSON instead of a token': PAYLOAD,
  'the word Bearer before it': `Bearer ${VALID}`,
  'quotes around it': `"${VALID}"`,
  'a space before it': ` ${VALID}`,
  'a space after it': `${VALID} `,
  'a line feed after it': `${VALID}\n`,
  'CR LF after it': `${VALID}\r\n`,
  'a tab after it': `${VALID}\t`,
  'a NUL after it': `${VALID}\0`,
  'a NUL in the payload part': `${H}.${P}\0.${S}`,
  'a byte order mark before it': `\ufeff${VALID}`,
  'a line feed in the header': `${H.slice(0, 8)}\n${H.slice(8)}.${P}.${S}`,
  'a space in the payload': `${H}.${P.slice(0, 4)} ${P.slice(4)}.${S}`,
  'a line feed in the signature': `${H}.${P}.${S.slice(0, 40)}\n${S.slice(40)}`,
  'padding of the header, signed so': signParts(`${b64('{"alg":"HS256" }')}==`, P),
  'padding of the payload, signed so': signParts(H, `${ODD_PAYLOAD}=`),
  'padding of the signature': `${VALID}=`,
  'double padding of the signature': `${VALID}==`,
  'stray bits at the end of the payload, signed so': signParts(H, withStrayBits(ODD_PAYLOAD)),
  'stray bits at the end of the header, signed so': signParts(
    withStrayBits(b64('{"alg":"HS256" }')),
    P,
  ),
  'stray bits at the end of the signature': `${H}.${P}.${withStrayBits(S)}`,
  'a payload of impossible length': signParts(H, `${b64('{"user_id":"user-42" }')}A`),
  'standard base64 letters in the payload, signed so': signParts(
    H,
    Buffer.from('{"user_id":"user-42","x":"???>>>"}').toString('base64').replaceAll('=', ''),
  ),
  'a character outside ASCII in the signature': `${H}.${P}.${S.slice(0, 42)}é`,
  'a full-width dot between parts': `${H}．${P}．${S}`,
  'percent signs for the dots': `${H}%2E${P}%2E${S}`,
  'a token twice': `${VALID}${VALID}`,
  'two tokens with a comma': `${VALID},${VALID}`,
  'trailing letters': `${VALID}AAAA`,
  'a signature cut short by one': VALID.slice(0, -1),
  'a signature cut to half': `${H}.${P}.${S.slice(0, 21)}`,
  'a signature of one byte': `${H}.${P}.AA`,
  'a lone surrogate for a character': `${H}.${P}.${S.slice(0, 42)}\ud800`,
  '8,193 bytes, signed': claiming({ x: 'x'.repeat(6_052) }).padEnd(8_193, 'A'),
  'more than 8 KiB, signed': claiming({ x: 'x'.repeat(9_000) }),
  'a megabyte': 'A'.repeat(1_000_000),
  'a megabyte of dots': '.'.repeat(1_000_000),
};

const WRONG_ALGORITHM: Record<string, string> = {
  none: `${b64('{"alg":"none"}')}.${P}.`,
  'none with a signature': withAlg('none'),
  'None with a signature': withAlg('None'),
  'NONE with a signature': withAlg('NONE'),
  'nOnE with a signature': withAlg('nOnE'),
  'none and a space': withAlg('none '),
  'an empty algorithm': withAlg(''),
  'no algorithm': sign(PAYLOAD, '{"typ":"JWT"}'),
  'null for the algorithm': withAlg(null),
  'a number for the algorithm': withAlg(256),
  'true for the algorithm': withAlg(true),
  'a list with the algorithm': withAlg(['HS256']),
  'an object for the algorithm': withAlg({ name: 'HS256' }),
  'hs256 in small letters': withAlg('hs256'),
  'Hs256 in mixed letters': withAlg('Hs256'),
  'HS256 with a space': withAlg('HS256 '),
  'HS256 after a space': withAlg(' HS256'),
  'HS256 with a NUL': withAlg('HS256\0'),
  'HS256 with a zero-width space': withAlg('HS256\u200b'),
  'HS256 in full-width letters': withAlg('ＨＳ２５６'),
  'HS256 with a Cyrillic letter': withAlg('НS256'),
  'HMAC-SHA256': withAlg('HMAC-SHA256'),
  'HS384 named over HS256': withAlg('HS384'),
  'HS512 named over HS256': withAlg('HS512'),
  'real HS384': signParts(b64('{"alg":"HS384"}'), P, SECRET, 'sha384'),
  'real HS512': signParts(b64('{"alg":"HS512"}'), P, SECRET, 'sha512'),
  HS1: signParts(b64('{"alg":"HS1"}'), P, SECRET, 'sha1'),
  RS256: withAlg('RS256'),
  'real RS256': (() => {
    const head = b64('{"alg":"RS256"}');
    const mac = createSign('sha256').update(`${head}.${P}`).sign(rsa.privateKey);
    return `${head}.${P}.${b64(mac)}`;
  })(),
  PS256: withAlg('PS256'),
  ES256: withAlg('ES256'),
  EdDSA: withAlg('EdDSA'),
  Ed25519: withAlg('Ed25519'),
  'ML-DSA-44': withAlg('ML-DSA-44'),
  'dir, of encrypted tokens': withAlg('dir'),
  A128KW: withAlg('A128KW'),
  'PBES2-HS256+A128KW': withAlg('PBES2-HS256+A128KW'),
  'the algorithm under another name': sign(PAYLOAD, '{"Alg":"HS256"}'),
  'the algorithm in the payload only': sign(`{"alg":"HS256","user_id":"${USER}"}`, '{}'),
  'the algorithm twice, right one last': sign(PAYLOAD, '{"alg":"none","alg":"HS256"}'),
  'the algorithm twice, right one first': sign(PAYLOAD, '{"alg":"HS256","alg":"none"}'),
  'the algorithm twice the same': sign(PAYLOAD, '{"alg":"HS256","alg":"HS256"}'),
  'the algorithm twice, once escaped': sign(PAYLOAD, '{"alg":"HS256","\\u0061lg":"none"}'),
  'the algorithm through the prototype': sign(PAYLOAD, '{"__proto__":{"alg":"HS256"}}'),
};

const WRONG_HEADER: Record<string, string> = {
  'crit with an unknown name': withHeader({ crit: ['exp'], exp: 1 }),
  'crit with b64': withHeader({ crit: ['b64'], b64: true }),
  'an empty crit': withHeader({ crit: [] }),
  'null for crit': withHeader({ crit: null }),
  'crit with its own name': withHeader({ crit: ['crit'] }),
  'b64 false': withHeader({ b64: false }),
  'b64 false with crit': withHeader({ b64: false, crit: ['b64'] }),
  'b64 true': withHeader({ b64: true }),
  'an embedded key': withHeader({ jwk: { kty: 'oct', k: b64(SECRET) } }),
  'an embedded key that signed it': sign(
    PAYLOAD,
    JSON.stringify({ alg: 'HS256', jwk: { kty: 'oct', k: b64('attacker') } }),
    'attacker',
  ),
  'a key address': withHeader({ jku: 'https://example.com/jwks' }),
  'a certificate address': withHeader({ x5u: 'https://example.com/cert' }),
  'a certificate chain': withHeader({ x5c: ['MII'] }),
  compression: withHeader({ zip: 'DEF' }),
  'a content encryption': withHeader({ enc: 'A128GCM' }),
  'an ephemeral key': withHeader({ epk: {} }),
  'a header that is a list': sign(PAYLOAD, '["HS256"]'),
  'a header that is null': sign(PAYLOAD, 'null'),
  'a header that is a string': sign(PAYLOAD, '"HS256"'),
  'a header that is a number': sign(PAYLOAD, '256'),
  'a header that is no JSON': sign(PAYLOAD, '{alg:HS256}'),
  'a header with a comma too many': sign(PAYLOAD, '{"alg":"HS256",}'),
  'a header with text after it': sign(PAYLOAD, '{"alg":"HS256"}x'),
  'a header with a second object after it': sign(PAYLOAD, '{"alg":"HS256"}{"alg":"none"}'),
  'a header with a byte order mark': sign(PAYLOAD, '\ufeff{"alg":"HS256"}'),
  'a header with a NUL': sign(PAYLOAD, '{"alg":"HS256"}\0'),
  'a header that is no UTF-8': sign(PAYLOAD, Buffer.from('{"alg":"HS256","x":"\xff"}', 'latin1')),
  'a header in UTF-16': sign(PAYLOAD, Buffer.from('{"alg":"HS256"}', 'utf16le')),
  'a header nested 5,000 deep': sign(PAYLOAD, `{"alg":"HS256","x":${nested(2_900)}}`),
  'a header with kid twice': sign(PAYLOAD, '{"alg":"HS256","kid":"a","kid":"b"}'),
};

const WRONG_PAYLOAD: Record<string, string> = {
  'a payload that is a list': sign(`[{"user_id":"${USER}"}]`),
  'a payload that is null': sign('null'),
  'a payload that is true': sign('true'),
  'a payload that is a number': sign('42'),
  'a payload that is the user id': sign(`"${USER}"`),
  'a payload that is no JSON': sign(`user_id=${USER}`),
  'a payload with single quotes': sign(`{'user_id':'${USER}'}`),
  'a payload with a comma too many': sign(`{"user_id":"${USER}",}`),
  'a payload with a comment': sign(`{"user_id":"${USER}"/* */}`),
  'a payload cut short': sign(PAYLOAD.slice(0, -1)),
  'a payload with text after it': sign(`${PAYLOAD}x`),
  'a payload with a second object after it': sign(`${PAYLOAD}${PAYLOAD}`),
  'a payload with a byte order mark': sign(`\ufeff${PAYLOAD}`),
  'a payload with a NUL after it': sign(`${PAYLOAD}\0`),
  'a payload with a bare line feed in a string': sign(`{"user_id":"${USER}","x":"a\nb"}`),
  'a payload with a no-break space': sign(`\u00a0${PAYLOAD}`),
  'a payload with NaN': spelled('"x":NaN'),
  'a payload with Infinity': spelled('"x":Infinity'),
  'a payload with a number in hexadecimal': spelled('"x":0x10'),
  'a payload with a leading zero': spelled('"x":01'),
  'a payload that is no UTF-8': sign(Buffer.from('{"user_id":"user-42","x":"\xff"}', 'latin1')),
  'a payload with an overlong encoding': sign(
    Buffer.concat([
      Buffer.from('{"user_id":"user-42","x":"'),
      Buffer.of(0xc0, 0xaf),
      Buffer.from('"}'),
    ]),
  ),
  'a payload with an encoded surrogate': sign(
    Buffer.concat([Buffer.from('{"user_id":"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"}')]),
  ),
  'a payload in UTF-16': sign(Buffer.from(PAYLOAD, 'utf16le')),
  'a payload that is itself a token': sign(VALID),
  'user_id twice, right one last': sign(`{"user_id":"other","user_id":"${USER}"}`),
  'user_id twice, right one first': sign(`{"user_id":"${USER}","user_id":"other"}`),
  'user_id twice the same': sign(`{"user_id":"${USER}","user_id":"${USER}"}`),
  'user_id twice, once escaped': sign(`{"user_id":"${USER}","\\u0075ser_id":"other"}`),
  'exp twice': spelled(`"exp":1,"exp":${NOW_S + 600}`),
  'scope twice': spelled('"scope":"a","scope":"users.update"'),
  '__proto__ twice': spelled('"__proto__":1,"__proto__":2'),
  'a payload nested 33 deep': spelled(`"x":${nested(32)}`),
  'a payload nested 2,900 deep': spelled(`"x":${nested(2_900)}`),
  'objects nested 900 deep': spelled(`"x":${'{"a":'.repeat(900)}1${'}'.repeat(900)}`),
};

const WRONG_TIME: Record<string, string> = {
  'exp an hour ago': claiming({ exp: NOW_S - 3_600 }),
  'exp 60 seconds ago': claiming({ exp: NOW_S - 60 }),
  'exp 0': claiming({ exp: 0 }),
  'exp negative': claiming({ exp: -1 }),
  'exp far below zero': spelled('"exp":-1e300'),
  'exp minus infinity': spelled('"exp":-1e999'),
  'exp infinity': spelled('"exp":1e999'),
  'exp as a string': claiming({ exp: String(NOW_S + 600) }),
  'exp as an ISO date': claiming({ exp: '2099-01-01T00:00:00Z' }),
  'exp as an empty string': claiming({ exp: '' }),
  'exp NaN as a string': claiming({ exp: 'NaN' }),
  'exp null': claiming({ exp: null }),
  'exp true': claiming({ exp: true }),
  'exp in a list': claiming({ exp: [NOW_S + 600] }),
  'exp as an object': claiming({ exp: { valueOf: NOW_S + 600 } }),
  'nbf in an hour': claiming({ nbf: NOW_S + 3_600 }),
  'nbf in 61 seconds': claiming({ nbf: NOW_S + 61 }),
  'nbf infinity': spelled('"nbf":1e999'),
  'nbf minus infinity': spelled('"nbf":-1e999'),
  'nbf as a string': claiming({ nbf: String(NOW_S - 600) }),
  'nbf null': claiming({ nbf: null }),
  'nbf false': claiming({ nbf: false }),
  'nbf in milliseconds': claiming({ nbf: NOW.getTime() }),
  'iat as a string': claiming({ iat: String(NOW_S) }),
  'iat null': claiming({ iat: null }),
  'iat in milliseconds': claiming({ iat: NOW.getTime() }),
  'iat two days ahead': claiming({ iat: NOW_S + 2 * 86_400 }),
  'iat infinity': spelled('"iat":1e999'),
  'a good exp and an nbf to come': claiming({ exp: NOW_S + 7_200, nbf: NOW_S + 3_600 }),
};

const WRONG_SIGNATURE: Record<string, string> = {
  'the secret of another workspace': sign(PAYLOAD, HEADER, OTHER_SECRET),
  'a revoked secret': sign(PAYLOAD, HEADER, REVOKED_SECRET),
  'an empty secret': sign(PAYLOAD, HEADER, ''),
  'the word secret': sign(PAYLOAD, HEADER, 'secret'),
  'the secret without its prefix': sign(PAYLOAD, HEADER, 'a'.repeat(40)),
  'the secret with a line feed': sign(PAYLOAD, HEADER, `${SECRET}\n`),
  'the secret cut by one': sign(PAYLOAD, HEADER, SECRET.slice(0, -1)),
  'the secret in capitals': sign(PAYLOAD, HEADER, SECRET.toUpperCase()),
  'the live secret of the same letters': sign(PAYLOAD, HEADER, SECRET.replace('test', 'live')),
  'the secret as base64': sign(PAYLOAD, HEADER, Buffer.from(SECRET).toString('base64')),
  'the secret as hexadecimal': sign(PAYLOAD, HEADER, Buffer.from(SECRET).toString('hex')),
  'the base64 bytes of the secret': signParts(H, P, Buffer.from('a'.repeat(40), 'base64')),
  'the hash of the secret': signParts(H, P, createHmac('sha256', SECRET).update('').digest()),
  'a widget key': sign(PAYLOAD, HEADER, `mp_wk_test_${'a'.repeat(40)}`),
  'a public key, as in key confusion': sign(PAYLOAD, HEADER, rsaPem),
  'zeros for a signature': `${H}.${P}.${'A'.repeat(43)}`,
  'a signature of another payload': `${H}.${b64('{"user_id":"user-43"}')}.${S}`,
  'a signature of another header': `${b64('{"alg":"HS256"}')}.${P}.${S}`,
  'a signature in standard base64': (() => {
    for (let i = 0; ; i += 1) {
      const token = sign(`{"user_id":"${USER}","i":${i}}`);
      if (/[-_][^.]*$/.test(token))
        return token.replace(/-(?=[^.]*$)/g, '+').replace(/_(?=[^.]*$)/g, '/');
    }
  })(),
  'a signature in hexadecimal': `${H}.${P}.${Buffer.from(S, 'base64url').toString('hex')}`,
  'a signature with one bit changed': `${H}.${P}.${S.startsWith('A') ? 'B' : 'A'}${S.slice(1)}`,
  'a signature with letters swapped in case': `${H}.${P}.${S.replace(/[a-z]/, (c) => c.toUpperCase())}`,
  'a signature over the decoded parts': `${H}.${P}.${createHmac('sha256', SECRET)
    .update(`${HEADER}.${PAYLOAD}`)
    .digest('base64url')}`,
  'a signature over the payload only': `${H}.${P}.${createHmac('sha256', SECRET).update(P).digest('base64url')}`,
  'a plain hash for a signature': `${H}.${P}.${b64(createHmac('sha256', '').update(`${H}.${P}`).digest())}`,
};

const WRONG_USER: Record<string, { token: string; userId?: string }> = {
  'another user': { token: claiming({}, 'user-43') },
  'no user': { token: sign('{}') },
  'no user but a name': { token: sign(`{"name":"${USER}"}`) },
  'a number for the string': { token: sign('{"user_id":42}'), userId: '42' },
  null: { token: sign('{"user_id":null}'), userId: 'null' },
  'null with a good sub': { token: sign(`{"user_id":null,"sub":"${USER}"}`) },
  'an empty user with a good sub': { token: sign(`{"user_id":"","sub":"${USER}"}`) },
  true: { token: sign('{"user_id":true}'), userId: 'true' },
  'a list of the user': { token: claiming({}, [USER]) },
  'an object': { token: claiming({}, { toString: USER }), userId: '[object Object]' },
  'another user with a good sub': { token: claiming({ sub: USER }, 'user-43') },
  'a wrong sub alone': { token: sign('{"sub":"user-43"}') },
  'a sub that is a number': { token: sign('{"sub":42}'), userId: '42' },
  capitals: { token: claiming({}, 'USER-42') },
  'a space before': { token: claiming({}, ` ${USER}`) },
  'a space after': { token: claiming({}, `${USER} `) },
  'a NUL after': { token: claiming({}, `${USER}\0`) },
  'a zero-width space': { token: claiming({}, `${USER}\u200b`) },
  'the composed form of the decomposed': { token: claiming({}, 'caf\u00e9'), userId: 'cafe\u0301' },
  'the decomposed form of the composed': { token: claiming({}, 'cafe\u0301'), userId: 'caf\u00e9' },
  'a compatible letter': { token: claiming({}, '\ufb01n'), userId: 'fin' },
  'the Kelvin sign for K': { token: claiming({}, '\u212a'), userId: 'K' },
  'a Turkish small i': { token: claiming({}, 'i\u0307d'), userId: 'İd' },
  'a lone surrogate for U+FFFD': { token: sign('{"user_id":"\\ud800"}'), userId: '\ufffd' },
  'one lone surrogate for another': { token: sign('{"user_id":"\\ud800"}'), userId: '\ud801' },
  'user_id in other letters': { token: sign(`{"User_Id":"${USER}"}`) },
  'user_id through the prototype': { token: sign(`{"__proto__":{"user_id":"${USER}"}}`) },
  'the name of a method': { token: sign('{}'), userId: 'function toString() { [native code] }' },
};

const BAD_TOKENS = {
  ...prefixed('malformed', MALFORMED),
  ...prefixed('algorithm', WRONG_ALGORITHM),
  ...prefixed('header', WRONG_HEADER),
  ...prefixed('payload', WRONG_PAYLOAD),
  ...prefixed('time', WRONG_TIME),
  ...prefixed('signature', WRONG_SIGNATURE),
};

function prefixed<T>(group: string, table: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [`${group}: ${name}`, value]),
  );
}

const LIVE = [await importIdentitySecret('1', SECRET)];

/** `ok`, or the message of the refusal; anything else that is thrown fails the test. */
async function answerTo(
  token: string | null | undefined,
  {
    userId = USER,
    secrets = LIVE,
    requireExp = false,
    now = NOW,
  }: { userId?: string; secrets?: typeof LIVE; requireExp?: boolean; now?: Date } = {},
): Promise<string> {
  try {
    await verifyUserToken({ token, userId, secrets, requireExp, now });
    return 'ok';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.kind).toBe('forbidden');
    return error.message;
  }
}

test('more than 120 kinds of bad token are tried', () => {
  expect(Object.keys(BAD_TOKENS).length).toBeGreaterThan(120);
});

test.each(Object.entries(MISSING))('%s is asked for', async (_name, token) => {
  expect(await answerTo(token)).toBe(REQUIRED);
});

test.each(Object.entries(BAD_TOKENS))('%s is an invalid token', async (_name, token) => {
  expect(await answerTo(token)).toBe(INVALID);
  expect(await answerTo(token, { userId: 'somebody else' })).toBe(INVALID);
});

test('what has a wrong form is refused by our own check, before the library sees it', () => {
  const tables = [MALFORMED, WRONG_ALGORITHM, WRONG_HEADER, WRONG_PAYLOAD];
  for (const token of tables.flatMap((table) => Object.values(table))) {
    expect(hasStrictForm(token), token.slice(0, 200)).toBe(false);
  }
  for (const token of [...Object.values(WRONG_TIME), VALID])
    expect(hasStrictForm(token)).toBe(true);
});

test.each(Object.entries(WRONG_USER))(
  'a token for %s does not match',
  async (_name, { token, userId }) => {
    expect(await answerTo(token, userId === undefined ? {} : { userId })).toBe(MISMATCH);
  },
);

const GOOD: Record<string, { token: string; userId?: string; requireExp?: boolean }> = {
  'the plainest': { token: VALID },
  'no type in the header': { token: sign(PAYLOAD, '{"alg":"HS256"}') },
  'a key id in the header': { token: withHeader({ kid: 'any' }) },
  'spaces in the JSON': { token: sign(`{ "user_id" : "${USER}" }`, '{ "alg" : "HS256" }') },
  'sub for the user': { token: sign(`{"sub":"${USER}"}`) },
  'user_id with another sub': { token: claiming({ sub: 'other' }) },
  'an escaped claim name': { token: sign(`{"\\u0075ser_id":"${USER}"}`) },
  'keys repeated further inside': { token: spelled('"x":{"a":1,"a":2},"y":[{"b":1,"b":1}]') },
  'quotes, colons and braces in strings': { token: spelled('"x":"\\":{[\\\\","y":"a:b"') },
  'a payload nested 32 deep': { token: spelled(`"x":${nested(31)}`) },
  'exp 59 seconds ago': { token: claiming({ exp: NOW_S - 59 }) },
  'exp to come': { token: claiming({ exp: NOW_S + 600 }), requireExp: true },
  'exp with a fraction': { token: claiming({ exp: NOW_S + 600.5 }), requireExp: true },
  'exp in milliseconds, which is far away': { token: claiming({ exp: NOW.getTime() }) },
  'nbf in 60 seconds': { token: claiming({ nbf: NOW_S + 60 }) },
  'iat an hour ahead, as of a clock that is wrong': { token: claiming({ iat: NOW_S + 3_600 }) },
  'iat long ago': { token: claiming({ iat: 0 }) },
  'the decomposed form for the decomposed': {
    token: claiming({}, 'cafe\u0301'),
    userId: 'cafe\u0301',
  },
  'an emoji': { token: claiming({}, '😀'), userId: '😀' },
  'an emoji escaped as a pair': { token: sign('{"user_id":"\\ud83d\\ude00"}'), userId: '😀' },
  'an id called __proto__': { token: claiming({}, '__proto__'), userId: '__proto__' },
  'almost 8 KiB': { token: claiming({ x: 'x'.repeat(6_000) }) },
};

test.each(Object.entries(GOOD))('a token with %s is accepted', async (_name, good) => {
  expect(await answerTo(good.token, good)).toBe('ok');
});

test('a token of exactly 8 KiB is read and one byte more is not', async () => {
  const lengthOf = (fill: number) => claiming({ x: 'x'.repeat(fill) }).length;
  let fill = 6_000;
  while (lengthOf(fill + 1) <= 8_192) fill += 1;
  expect(lengthOf(fill)).toBeGreaterThan(8_189);
  expect(await answerTo(claiming({ x: 'x'.repeat(fill) }))).toBe('ok');
  expect(await answerTo(claiming({ x: 'x'.repeat(fill + 3) }))).toBe(INVALID);
});

test('a token made by another library is accepted', async () => {
  const token = await new SignJWT({ user_id: USER })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(NOW_S)
    .setExpirationTime(NOW_S + 300)
    .sign(new TextEncoder().encode(SECRET));
  expect(await answerTo(token, { requireExp: true })).toBe('ok');
});

test('a token without exp is refused where exp is compulsory', async () => {
  expect(await answerTo(VALID, { requireExp: true })).toBe(INVALID);
});

test('during a rotation both secrets are accepted, and neither once revoked', async () => {
  const old = await importIdentitySecret('1', SECRET);
  const young = await importIdentitySecret('2', OTHER_SECRET);
  const tokens = [VALID, sign(PAYLOAD, HEADER, OTHER_SECRET)];
  const answers = async (secrets: typeof LIVE) =>
    Promise.all(tokens.map((token) => answerTo(token, { secrets })));
  expect(await answers([old, young])).toEqual(['ok', 'ok']);
  expect(await answers([young])).toEqual([INVALID, 'ok']);
  expect(await answers([])).toEqual([INVALID, INVALID]);
});

test('the key of an imported secret cannot be read back', async () => {
  const [secret] = LIVE;
  await expect(crypto.subtle.exportKey('raw', secret?.key as never)).rejects.toThrow();
  expect(JSON.stringify(secret)).not.toContain('aaaa');
});

test('the claims of a trusted token can be read', async () => {
  const token = claiming({ scope: 'users.update', exp: NOW_S + 60 });
  const claims = await readClaims({ token, secrets: LIVE, requireExp: true, now: NOW });
  expect(claims).toEqual({ user_id: USER, scope: 'users.update', exp: NOW_S + 60 });
});

test('a token at the worst length with the worst nesting is refused within milliseconds', async () => {
  const hostile = [
    sign(`${'{"a":'.repeat(1_150)}1${'}'.repeat(1_150)}`),
    sign(nested(2_900)),
    sign(`{"a":"${'\\"'.repeat(2_900)}"}`),
    'A.'.repeat(500_000),
  ];
  const startedMs = performance.now();
  for (const token of hostile) await answerTo(token);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

// A second verifier, written without a line of the first: regular expressions, an HMAC and a JSON
// reader of its own. Both must give the same answer to everything.
function oracle(
  token: string,
  { userId, secrets, now }: { userId: string; secrets: string[]; now: Date },
): string {
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/.exec(token);
  if (token.length > 8_192 || match === null || token.endsWith('\n')) return INVALID;
  const [, head = '', body = '', mac = ''] = match;
  for (const part of [head, body, mac]) {
    const spare = [0, 6, 4, 2][part.length % 4] ?? 0;
    if (spare === 6) return INVALID;
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    if (letters.indexOf(part.at(-1) ?? '') % 2 ** spare !== 0) return INVALID;
  }
  const given = Buffer.from(mac, 'base64url');
  const isSigned = secrets.some((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(`${head}.${body}`).digest(), given),
  );
  if (!isSigned) return INVALID;
  const header = strictObject(head);
  const claims = strictObject(body);
  if (header === null || claims === null || header.get('alg') !== 'HS256') return INVALID;
  const names = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'zip', 'enc', 'epk'];
  if (names.some((name) => header.has(name))) return INVALID;
  const nowS = Math.floor(now.getTime() / 1_000);
  for (const name of ['exp', 'nbf', 'iat']) {
    if (!claims.has(name)) continue;
    const at = claims.get(name);
    if (typeof at !== 'number' || !Number.isFinite(at)) return INVALID;
    if (name === 'exp' && at + 60 <= nowS) return INVALID;
    if (name === 'nbf' && at - 60 > nowS) return INVALID;
    if (name === 'iat' && at - 86_400 > now.getTime() / 1_000) return INVALID;
  }
  const claimed = claims.has('user_id') ? claims.get('user_id') : claims.get('sub');
  return claimed === userId ? 'ok' : MISMATCH;
}

/** The members of a JSON object, or null when the text is anything else, repeats a key or nests too deep. */
function strictObject(part: string): Map<string, unknown> | null {
  const bytes = Buffer.from(part, 'base64url');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? [];
  if (tokens[0] !== '{') return null;
  const members = new Map<string, unknown>();
  let level = 0;
  for (const [i, token] of tokens.entries()) {
    if (token === '{' || token === '[') level += 1;
    if (token === '}' || token === ']') level -= 1;
    if (level > 32) return null;
    if (level !== 1 || token !== ':') continue;
    const name = JSON.parse(tokens[i - 1] ?? '') as string;
    if (members.has(name)) return null;
    members.set(name, valueAt(tokens, i + 1));
  }
  return members;
}

function valueAt(tokens: string[], from: number): unknown {
  let level = 0;
  let to = from;
  do {
    if (tokens[to] === '{' || tokens[to] === '[') level += 1;
    if (tokens[to] === '}' || tokens[to] === ']') level -= 1;
    to += 1;
  } while (level > 0);
  return JSON.parse(tokens.slice(from, to).join(''));
}

const oracleKnows = { userId: USER, secrets: [SECRET], now: NOW };

test('a second verifier gives the same answer to every token of the tables', async () => {
  for (const token of Object.values(BAD_TOKENS)) expect(oracle(token, oracleKnows)).toBe(INVALID);
  for (const { token, userId = USER } of [...Object.values(WRONG_USER), ...Object.values(GOOD)]) {
    expect(oracle(token, { ...oracleKnows, userId })).toBe(await answerTo(token, { userId }));
  }
});

type Edit = {
  at: number;
  kind: 'flip' | 'insert' | 'delete' | 'replace';
  bit: number;
  text: string;
};
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(400),
  kind: fc.constantFrom('flip', 'insert', 'delete', 'replace'),
  bit: fc.nat(7),
  text: fc.oneof(
    fc.constantFrom('A', 'Q', '=', '.', '-', '_', '+', '/', ' ', '\n', '\0', '%', 'é', '\ud800'),
    fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }),
  ),
});

function edited(token: string, { at, kind, bit, text }: Edit): string {
  const place = at % (token.length + 1);
  const code = token.charCodeAt(Math.min(place, token.length - 1));
  const rest = token.slice(place + 1);
  if (kind === 'flip') return token.slice(0, place) + String.fromCharCode(code ^ (1 << bit)) + rest;
  if (kind === 'insert') return token.slice(0, place) + text + token.slice(place);
  return token.slice(0, place) + (kind === 'replace' ? text : '') + rest;
}

test('property: a token changed anywhere is never accepted, and refused in the documented way', async () => {
  const sources = [
    VALID,
    claiming({ exp: NOW_S + 600, iat: NOW_S, sub: 'x' }),
    signParts(H, ODD_PAYLOAD),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sources),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      async (source, edits) => {
        const token = edits.reduce(edited, source);
        const expected = sources.includes(token) ? 'ok' : token === '' ? REQUIRED : INVALID;
        expect(await answerTo(token)).toBe(expected);
        if (token !== '') expect(oracle(token, oracleKnows)).toBe(expected);
      },
    ),
    { numRuns: 2_000 },
  );
});

const time = fc.oneof(
  fc.integer({ min: -62, max: 62 }).map((offset) => String(NOW_S + offset)),
  fc.integer({ min: 86_398, max: 86_402 }).map((offset) => String(NOW_S + offset)),
  fc.constantFrom('1e999', '-1e999', '0', '-0', 'null', '"1"', '1e3', '1.5', '[]', String(2 ** 53)),
);
const spelling = fc.constantFrom(
  `"${USER}"`,
  '"other"',
  '42',
  'null',
  `["${USER}"]`,
  '"user-4\\u0032"',
);
const member = fc.oneof(
  fc.tuple(fc.constantFrom('"exp"', '"nbf"', '"iat"'), time),
  fc.tuple(fc.constantFrom('"user_id"', '"sub"', '"\\u0075ser_id"'), spelling),
  fc.tuple(fc.constantFrom('"x"', '"__proto__"', '"crit"'), fc.json({ maxDepth: 3 })),
);
const objectText = (members: fc.Arbitrary<string[]>): fc.Arbitrary<string> =>
  fc
    .tuple(members, fc.constantFrom(',', ' , ', ',\n'))
    .map(([list, comma]) => `{${list.join(comma)}}`);
const payload = objectText(
  fc.array(
    member.map(([name, value]) => `${name}:${value}`),
    { maxLength: 4 },
  ),
);
const header = fc.oneof(
  { weight: 4, arbitrary: fc.constant(HEADER) },
  {
    weight: 1,
    arbitrary: objectText(
      fc.array(
        fc.constantFrom(
          '"alg":"HS256"',
          '"alg":"none"',
          '"typ":"JWT"',
          '"kid":"1"',
          '"b64":true',
          '"crit":[]',
        ),
        { maxLength: 3 },
      ),
    ),
  },
);

test('property: two verifiers agree on every signed token, whatever it claims', async () => {
  await fc.assert(
    fc.asyncProperty(payload, header, async (claims, head) => {
      const token = sign(claims, head);
      expect(await answerTo(token)).toBe(oracle(token, oracleKnows));
    }),
    { numRuns: 2_000 },
  );
});

import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';

/**
 * Tokens by which a caller may say who they are, right ones and wrong ones of some 200 kinds, signed
 * with a given secret. For the verifier itself, and for the route that asks it.
 */

/** The user that the tokens speak of, unless it says otherwise. */
export const TOKEN_USER = 'user-42';
const USER = TOKEN_USER;
/** Secrets that are not the workspace's, or no longer. */
export const OTHER_SECRET = `mp_is_test_${'b'.repeat(40)}`;
const REVOKED_SECRET = `mp_is_test_${'c'.repeat(40)}`;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
export const TOKEN_HEADER = '{"alg":"HS256","typ":"JWT"}';
const HEADER = TOKEN_HEADER;
const PAYLOAD = `{"user_id":"${USER}"}`;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });

/** The last character of a part, changed in bits that decode to nothing. */
function withStrayBits(part: string): string {
  return part.slice(0, -1) + LETTERS[LETTERS.indexOf(part.at(-1) ?? '') ^ 1];
}

/** A payload whose length is no multiple of three, so that its last character has unused bits. */
const ODD_PAYLOAD = b64(`{"user_id":"${USER}","x":1}`.padEnd(35));

export const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A token that is right but for this one thing. */
export interface NamedToken {
  readonly token: string;
  /** Whom the request names; `TOKEN_USER` when absent. */
  readonly userId?: string;
}

/** Writes tokens with one secret. */
export function tokenWriter(secret: string) {
  /** Signs whatever parts are given, right or wrong. */
  const signParts = (
    header: string,
    payload: string,
    key: string | Buffer = secret,
    hash = 'sha256',
  ): string => {
    const mac = createHmac(hash, key).update(`${header}.${payload}`).digest('base64url');
    return `${header}.${payload}.${mac}`;
  };
  /** Signs whatever texts are given, right or wrong. */
  const sign = (
    payload: string | Uint8Array,
    header: string | Uint8Array = HEADER,
    key: string = secret,
  ): string => signParts(b64(header), b64(payload), key);
  return {
    sign,
    signParts,
    withHeader: (more: object): string => sign(PAYLOAD, JSON.stringify({ alg: 'HS256', ...more })),
    claiming: (more: object, userId: unknown = USER): string =>
      sign(JSON.stringify({ user_id: userId, ...more })),
    /** Claims in the very spelling, for what JSON.stringify would not write. */
    spelled: (more: string): string => sign(`{"user_id":"${USER}",${more}}`),
    valid: sign(PAYLOAD),
  };
}

/** No token at all. */
export const MISSING_TOKENS: Readonly<Record<string, string | null | undefined>> = {
  'no token': undefined,
  'null for a token': null,
  'an empty token': '',
};

/**
 * All kinds of token, by what is special about each.
 *
 * @param secret signs them, where nothing else is said
 * @param now the instant at which they will be looked at
 */
export function userTokens({ secret: SECRET, now: NOW }: { secret: string; now: Date }) {
  const { sign, signParts, withHeader, claiming, spelled, valid: VALID } = tokenWriter(SECRET);
  const withAlg = (alg: unknown): string => sign(PAYLOAD, JSON.stringify({ alg, typ: 'JWT' }));
  const [H = '', P = '', S = ''] = VALID.split('.');
  const NOW_S = Math.floor(NOW.getTime() / 1_000);

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
    'the secret without its prefix': sign(PAYLOAD, HEADER, SECRET.slice(11)),
    'the secret with a line feed': sign(PAYLOAD, HEADER, `${SECRET}\n`),
    'the secret cut by one': sign(PAYLOAD, HEADER, SECRET.slice(0, -1)),
    'the secret in capitals': sign(PAYLOAD, HEADER, SECRET.toUpperCase()),
    'the secret of the other side, of the same letters': sign(
      PAYLOAD,
      HEADER,
      SECRET.replace(/_(live|test)_/, (side) => (side === '_live_' ? '_test_' : '_live_')),
    ),
    'the secret as base64': sign(PAYLOAD, HEADER, Buffer.from(SECRET).toString('base64')),
    'the secret as hexadecimal': sign(PAYLOAD, HEADER, Buffer.from(SECRET).toString('hex')),
    'the base64 bytes of the secret': signParts(H, P, Buffer.from(SECRET.slice(11), 'base64')),
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

  const WRONG_USER: Record<string, NamedToken> = {
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
    'the composed form of the decomposed': {
      token: claiming({}, 'caf\u00e9'),
      userId: 'cafe\u0301',
    },
    'the decomposed form of the composed': {
      token: claiming({}, 'cafe\u0301'),
      userId: 'caf\u00e9',
    },
    'a compatible letter': { token: claiming({}, '\ufb01n'), userId: 'fin' },
    'the Kelvin sign for K': { token: claiming({}, '\u212a'), userId: 'K' },
    'a Turkish small i': { token: claiming({}, 'i\u0307d'), userId: 'İd' },
    'a lone surrogate for U+FFFD': { token: sign('{"user_id":"\\ud800"}'), userId: '\ufffd' },
    'one lone surrogate for another': { token: sign('{"user_id":"\\ud800"}'), userId: '\ud801' },
    'user_id in other letters': { token: sign(`{"User_Id":"${USER}"}`) },
    'user_id through the prototype': { token: sign(`{"__proto__":{"user_id":"${USER}"}}`) },
    'the name of a method': { token: sign('{}'), userId: 'function toString() { [native code] }' },
  };

  const GOOD: Record<string, NamedToken & { requireExp?: boolean }> = {
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

  return {
    valid: VALID,
    malformed: MALFORMED,
    algorithm: WRONG_ALGORITHM,
    header: WRONG_HEADER,
    payload: WRONG_PAYLOAD,
    time: WRONG_TIME,
    signature: WRONG_SIGNATURE,
    /** All of the above: invalid tokens. */
    bad: {
      ...prefixed('malformed', MALFORMED),
      ...prefixed('algorithm', WRONG_ALGORITHM),
      ...prefixed('header', WRONG_HEADER),
      ...prefixed('payload', WRONG_PAYLOAD),
      ...prefixed('time', WRONG_TIME),
      ...prefixed('signature', WRONG_SIGNATURE),
    },
    /** Valid tokens of somebody else. */
    wrongUser: WRONG_USER,
    good: GOOD,
  };
}

function prefixed<T>(group: string, table: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [`${group}: ${name}`, value]),
  );
}

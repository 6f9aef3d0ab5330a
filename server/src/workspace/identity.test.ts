import { createHmac, timingSafeEqual } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import {
  MISSING_TOKENS,
  nested,
  OTHER_SECRET,
  TOKEN_HEADER as HEADER,
  TOKEN_USER as USER,
  tokenWriter,
  userTokens,
} from '../../test/support/user-tokens.ts';
import { DomainError } from '../platform/errors.ts';
import { importIdentitySecret, readClaims, verifyUserToken } from './identity.ts';
import { hasStrictForm } from './token-form.ts';
import { threadMsOf } from '../../test/support/thread-time.ts';

const SECRET = `mp_is_test_${'a'.repeat(40)}`;
const NOW = new Date('2026-03-01T12:00:00.500Z');
const NOW_S = Math.floor(NOW.getTime() / 1_000);

const REQUIRED = 'user_token is required when identity verification is enabled';
const INVALID = 'Invalid user_token';
const MISMATCH = 'user_token does not match user_id';

const { sign, claiming, valid: VALID } = tokenWriter(SECRET);
const tokens = userTokens({ secret: SECRET, now: NOW });
const { bad: BAD_TOKENS, wrongUser: WRONG_USER, good: GOOD } = tokens;
const PAYLOAD = `{"user_id":"${USER}"}`;

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

test.each(Object.entries(MISSING_TOKENS))('%s is asked for', async (_name, token) => {
  expect(await answerTo(token)).toBe(REQUIRED);
});

test.each(Object.entries(BAD_TOKENS))('%s is an invalid token', async (_name, token) => {
  expect(await answerTo(token)).toBe(INVALID);
  expect(await answerTo(token, { userId: 'somebody else' })).toBe(INVALID);
});

test('what has a wrong form is refused by our own check, before the library sees it', () => {
  const tables = [tokens.malformed, tokens.algorithm, tokens.header, tokens.payload];
  for (const token of tables.flatMap((table) => Object.values(table))) {
    expect(hasStrictForm(token), token.slice(0, 200)).toBe(false);
  }
  for (const token of [...Object.values(tokens.time), VALID])
    expect(hasStrictForm(token)).toBe(true);
});

test.each(Object.entries(WRONG_USER))(
  'a token for %s does not match',
  async (_name, { token, userId }) => {
    expect(await answerTo(token, userId === undefined ? {} : { userId })).toBe(MISMATCH);
  },
);

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
  const ms = await threadMsOf(async () => {
    for (const token of hostile) await answerTo(token);
  });
  expect(ms).toBeLessThan(1_000);
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
    sign(`{"user_id":"${USER}","x":1}`.padEnd(35)),
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

import { compactVerify, errors } from 'jose';
import { DomainError } from '../../platform/errors.ts';
import { readClaims, verifyUserToken, type IdentitySecret } from '../identity.ts';
import { hasStrictForm } from '../token-form.ts';

/** One thing that a token must have. */
export interface TokenCheck {
  readonly name: 'form' | 'signature' | 'expires' | 'times' | 'user';
  /** Null where what comes before it is wrong already. */
  readonly isRight: boolean | null;
  readonly sentence: string;
}

/** What is right and wrong with an identity token. */
export interface TokenVerdict {
  /** Whether a call with a widget key would be let through now. */
  readonly isValid: boolean;
  /** Of the refusal; null where there is none. */
  readonly code: string | null;
  readonly checks: readonly TokenCheck[];
  /** What the token says, proved or not; null where it cannot be read. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly expiresAt: Date | null;
}

type Claims = Readonly<Record<string, unknown>>;

interface TokenAsk {
  readonly token: string;
  readonly userId: string;
  readonly secrets: readonly IdentitySecret[];
  readonly requireExp: boolean;
  readonly now: Date;
}

/**
 * Tells whoever makes tokens what is wrong with one. The verdict is that of the calls themselves; the
 * checks say why. Nothing of a secret is told.
 */
export async function testToken(ask: TokenAsk): Promise<TokenVerdict> {
  const code = await refusalOf(() => verifyUserToken(ask));
  const claims = claimsOf(ask.token);
  const isSigned = claims !== null && (await hasSignature(ask));
  const areTimesRight = (await refusalOf(() => readClaims({ ...ask, requireExp: false }))) === null;
  return {
    isValid: code === null,
    code,
    checks: [
      formCheck(ask.token, claims),
      signatureCheck(ask, { claims, isSigned }),
      expiryCheck(ask, { claims, isSigned }),
      timesCheck(claims, { isSigned, areTimesRight }),
      userCheck(ask.userId, claims),
    ],
    claims,
    expiresAt: instantOf(claims?.['exp']),
  };
}

async function refusalOf(verify: () => Promise<unknown>): Promise<string | null> {
  try {
    await verify();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

function claimsOf(token: string): Claims | null {
  if (!hasStrictForm(token)) return null;
  const payload = token.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
}

async function hasSignature({ token, secrets }: TokenAsk): Promise<boolean> {
  const proofs = await Promise.all(
    secrets.map(async ({ key }) => {
      try {
        await compactVerify(token, key, { algorithms: ['HS256'] });
        return true;
      } catch (error) {
        if (error instanceof errors.JOSEError) return false;
        throw error;
      }
    }),
  );
  return proofs.includes(true);
}

const check = (
  name: TokenCheck['name'],
  isRight: boolean | null,
  sentence: string,
): TokenCheck => ({ name, isRight, sentence });

function formCheck(token: string, claims: Claims | null): TokenCheck {
  if (claims !== null) return check('form', true, 'It is a JSON Web Token, signed with HS256');
  const parts = token.split('.').length;
  const why =
    parts === 3
      ? 'It is no JSON Web Token that is accepted: the algorithm must be HS256, and header and ' +
        'payload JSON objects in base64url without padding'
      : `It has ${parts} parts between dots; a JSON Web Token has 3`;
  return check('form', false, why);
}

function signatureCheck(
  { secrets }: TokenAsk,
  { claims, isSigned }: { claims: Claims | null; isSigned: boolean },
): TokenCheck {
  if (claims === null) return check('signature', null, 'Not looked at');
  if (isSigned) return check('signature', true, 'An identity secret of this side has signed it');
  const none = 'This side has no identity secret: make a key of the kind identity';
  const other =
    'No live identity secret of this side has signed it. The secret is the whole text, mp_is_ ' +
    'included; it is not the widget key or the secret key, and each side has its own';
  return check('signature', false, secrets.length === 0 ? none : other);
}

function expiryCheck(
  { requireExp, now }: TokenAsk,
  { claims, isSigned }: { claims: Claims | null; isSigned: boolean },
): TokenCheck {
  if (claims === null || !isSigned) return check('expires', null, 'Not looked at');
  if (claims['exp'] === undefined) {
    return requireExp
      ? check('expires', false, 'It has no exp, which the settings of this side ask for')
      : check(
          'expires',
          true,
          'It never expires; with exp a token that leaks is soon worth nothing',
        );
  }
  const at = instantOf(claims['exp']);
  if (at === null) return check('expires', false, 'exp is not a number of seconds since 1970');
  const isOver = at.getTime() + LEEWAY_MS <= now.getTime();
  return check('expires', !isOver, `It ${isOver ? 'expired' : 'expires'} at ${at.toISOString()}`);
}

/** As the check itself has it. */
const LEEWAY_MS = 60_000;

function timesCheck(
  claims: Claims | null,
  { isSigned, areTimesRight }: { isSigned: boolean; areTimesRight: boolean },
): TokenCheck {
  if (claims === null || !isSigned) return check('times', null, 'Not looked at');
  if (areTimesRight) return check('times', true, 'Its times allow it now');
  const sentence =
    'Its times do not allow it now: exp must be ahead, nbf and iat behind, all in whole seconds ' +
    'since 1970, not milliseconds';
  return check('times', false, sentence);
}

function userCheck(userId: string, claims: Claims | null): TokenCheck {
  if (claims === null) return check('user', null, 'Not looked at');
  const name = Object.hasOwn(claims, 'user_id') ? 'user_id' : 'sub';
  if (!Object.hasOwn(claims, name)) {
    return check('user', false, 'It names nobody: put the id into the claim user_id or sub');
  }
  const claimed = claims[name];
  if (typeof claimed !== 'string') {
    return check('user', false, `${name} must be a text; it is ${JSON.stringify(claimed)}`);
  }
  return claimed === userId
    ? check('user', true, `${name} is the id of the user`)
    : check('user', false, `${name} is another id than that of the user, to the letter`);
}

const INSTANT_MAX_MS = 8.64e15;

function instantOf(seconds: unknown): Date | null {
  if (typeof seconds !== 'number' || Math.abs(seconds * 1_000) > INSTANT_MAX_MS) return null;
  return Number.isNaN(seconds) ? null : new Date(seconds * 1_000);
}

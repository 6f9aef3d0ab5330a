import { errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { userTokenInvalid, userTokenMismatch, userTokenRequired } from './errors.ts';
import { hasStrictForm } from './token-form.ts';

/**
 * An identity secret made ready to verify with. It cannot be turned back into text, so that it may
 * be cached and even logged without harm.
 */
export interface IdentitySecret {
  readonly id: string;
  readonly key: CryptoKey;
}

/** What the claims of a trusted token say. */
export type Claims = Readonly<Record<string, unknown>>;

interface TokenCheck {
  readonly token: string | null | undefined;
  /** The live secrets of the workspace side that the API key belongs to; two during a rotation. */
  readonly secrets: readonly IdentitySecret[];
  /** Refuse tokens without `exp`. */
  readonly requireExp: boolean;
  /** The real time, for test sides too: tokens are made by real servers. */
  readonly now: Date;
}

/** Clocks of our customers' servers and ours differ; RFC 8725 allows no more than a few minutes. */
const LEEWAY_SECONDS = 60;
/** A token issued this far in the future comes from a wrong clock or counts milliseconds. */
const ISSUED_AHEAD_SECONDS_MAX = 86_400;
/** How long a token with a scope may live. Source: spec/api.md, users/update. */
const SCOPE_SECONDS_MAX = 3_600;

/**
 * Makes an identity secret ready to verify with.
 *
 * @param text the whole secret, `mp_is_…`; its UTF-8 bytes are the HS256 key
 */
export async function importIdentitySecret(id: string, text: string): Promise<IdentitySecret> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = new TextEncoder().encode(text);
  return { id, key: await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']) };
}

/**
 * Returns when the token proves that its bearer may act as this user.
 *
 * The claim is `user_id`, or `sub` where `user_id` is absent, and must be a string equal to
 * `userId` byte for byte: nothing is trimmed, folded or normalised. A trusted token that names
 * nobody, or not by a string, does not match.
 *
 * @throws workspace.user_token_required, workspace.user_token_invalid,
 *   workspace.user_token_mismatch
 */
export async function verifyUserToken(check: TokenCheck & { userId: string }): Promise<void> {
  const claims = await readClaims(check);
  const name = Object.hasOwn(claims, 'user_id') ? 'user_id' : 'sub';
  const claimed = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (claimed !== check.userId) throw userTokenMismatch();
}

/**
 * Returns when the token lets its bearer do what the scope names, whoever they are.
 *
 * `exp` is compulsory and at most an hour ahead (and the 60 seconds by which clocks may differ), so
 * that a token which leaks is soon worth nothing. A token about a user says nothing of a scope.
 *
 * @throws workspace.user_token_required, workspace.user_token_invalid
 */
export async function verifyScopeToken(
  check: Omit<TokenCheck, 'requireExp'> & { scope: string },
): Promise<void> {
  const claims = await readClaims({ ...check, requireExp: true });
  const scope = Object.hasOwn(claims, 'scope') ? claims['scope'] : undefined;
  const latest = check.now.getTime() / 1_000 + SCOPE_SECONDS_MAX + LEEWAY_SECONDS;
  if (scope !== check.scope || Number(claims['exp']) > latest) throw userTokenInvalid();
}

/**
 * The claims of a token that one of the secrets signed and that is valid now.
 *
 * `exp` and `nbf` are honoured with 60 seconds of leeway. Which check failed is not told.
 *
 * @throws workspace.user_token_required when it is absent or empty, else
 *   workspace.user_token_invalid
 */
export async function readClaims(check: TokenCheck): Promise<Claims> {
  const { token, secrets, now, requireExp } = check;
  if (token === undefined || token === null || token === '') throw userTokenRequired();
  if (!hasStrictForm(token)) throw userTokenInvalid();

  // All secrets are always tried, so that the time taken does not tell which one is right.
  const answers = await Promise.all(secrets.map((secret) => claimsOf(token, secret, now)));
  const claims = answers.find((answer) => answer !== null);
  if (claims === undefined || claims === null) throw userTokenInvalid();
  if (!hasSoundTimes(claims, { requireExp, now })) throw userTokenInvalid();
  return claims;
}

/** The payload when this secret signed the token and `exp` and `nbf` allow it; null otherwise. */
async function claimsOf(
  token: string,
  secret: IdentitySecret,
  now: Date,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, secret.key, {
      algorithms: ['HS256'],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** What jose leaves open: infinite times (`1e999`), a compulsory `exp`, and an issue far ahead. */
function hasSoundTimes(
  claims: JWTPayload,
  { requireExp, now }: { requireExp: boolean; now: Date },
): boolean {
  const { exp, nbf, iat } = claims;
  const isFinite = [exp, nbf, iat].every((at) => at === undefined || Number.isFinite(at));
  if (!isFinite || (requireExp && exp === undefined)) return false;
  return iat === undefined || iat <= now.getTime() / 1_000 + ISSUED_AHEAD_SECONDS_MAX;
}

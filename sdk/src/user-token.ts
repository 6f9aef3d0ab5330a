import { bytesOf, hmacKeyOf, toBase64Url } from './bytes.ts';

/** Who the token is for, and how long it is good. */
export interface UserTokenOptions {
  /** `mp_is_…` of the same side as the widget key. */
  readonly identitySecret: string;
  /** The id by which you identify the user. */
  readonly userId: string;
  /** 3,600 when left out; negative gives a token that has expired, for tests. */
  readonly expiresInSeconds?: number;
  /** Further claims, such as `{ scope: 'users.update' }`. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** When it is signed; now when left out. */
  readonly now?: Date;
}

const HOUR_SECONDS = 3_600;
const HEADER = { alg: 'HS256', typ: 'JWT' };

/**
 * Signs the `user_token` by which a browser proves who its user is: an HS256 JSON Web Token with the
 * claim `user_id`. Sign it for the user of your own session, never for an id that a browser names.
 */
export async function signUserToken({
  identitySecret,
  userId,
  expiresInSeconds = HOUR_SECONDS,
  claims = {},
  now = new Date(),
}: UserTokenOptions): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const payload = { ...claims, user_id: userId, iat: issuedAt, exp: issuedAt + expiresInSeconds };
  const content = [HEADER, payload].map(partOf).join('.');
  const key = await hmacKeyOf(bytesOf(identitySecret), 'sign');
  const signature = await crypto.subtle.sign('HMAC', key, bytesOf(content));
  return `${content}.${toBase64Url(new Uint8Array(signature))}`;
}

const partOf = (part: object): string => {
  const bytes = bytesOf(JSON.stringify(part));
  return toBase64Url(bytes);
};

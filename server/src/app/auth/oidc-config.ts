/** The identity provider of an installation. */
export interface OidcConfig {
  /** Without `/.well-known/openid-configuration`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly name: string;
}

const NAME_DEFAULT = 'single sign-on';

/** Names of this machine, where a provider may be tried out without TLS. */
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @throws Error whose message follows the setting's name */
export function readIssuer(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.search + url.hash + url.username + url.password === '';
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOCAL.has(url.hostname));
  if (isPlain && isSafe) return text.replace(/\/+$/, '');
  throw new Error('must begin with https:// and hold neither a query nor a password');
}

/** The provider; null where none is named. What is wrong with it is added to `faults`. */
export function readOidc(
  given: { readonly [Name in keyof OidcConfig]: string | null },
  faults: string[],
): OidcConfig | null {
  const { issuer, clientId, clientSecret, name } = given;
  if (issuer === null && clientId === null && clientSecret === null && name === null) return null;
  if (issuer !== null && clientId !== null && clientSecret !== null) {
    return { issuer, clientId, clientSecret, name: name ?? NAME_DEFAULT };
  }
  faults.push(
    'MILEPOST_OIDC_ISSUER, MILEPOST_OIDC_CLIENT_ID and MILEPOST_OIDC_CLIENT_SECRET belong together.',
  );
  return null;
}

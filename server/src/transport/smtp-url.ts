import { isIP } from 'node:net';

/** Where and how to reach an SMTP server. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly isTls: boolean;
  /** Of STARTTLS: `auto` uses it when offered, `required` insists, `off` never asks. */
  readonly startTls: 'auto' | 'required' | 'off';
  /** Whether the server's certificate has to be valid for its name. */
  readonly verifiesCertificate: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
  /** What to call ourselves in EHLO; null for the host's name. */
  readonly name: string | null;
}

/** The address of an SMTP server, read; or what is wrong with it, without the password. */
export type SmtpUrl =
  | { readonly kind: 'server'; readonly server: SmtpServer }
  | { readonly kind: 'fault'; readonly message: string };

const DEFAULT_PORT = { 'smtp:': 587, 'smtps:': 465 } as const;
const PARAMETERS = ['tls', 'tls_verify', 'name'];
const EHLO_NAME = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f.:]+\])$/i;

/**
 * Reads `smtp://user:password@host:port?tls=…` (port 587 unless given) or `smtps://…` (465).
 *
 * - `tls=auto` (default): STARTTLS when the server offers it. With a user it must be offered,
 *   unless the server is on this host: a password does not travel in the clear.
 * - `tls=required`: no STARTTLS, no mail. `tls=off`: never STARTTLS, password in the clear.
 * - `tls_verify=no`: any certificate will do. For servers with one of their own making.
 * - `name=mail.example.org`: the name given in EHLO.
 *
 * User and password are percent-encoded, as everywhere in URLs.
 */
export function parseSmtpUrl(text: string): SmtpUrl {
  const url = URL.parse(text.trim());
  if (url === null) return fault('is not a URL');
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    return fault('must begin with smtp:// or smtps://');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') return fault('names no host');
  if (url.pathname !== '' && url.pathname !== '/') return fault('must not have a path');
  const query = url.searchParams;
  const unknown = [...query.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) return fault(`has the unknown option "${unknown}"`);
  const startTls = query.get('tls') ?? 'auto';
  if (startTls !== 'auto' && startTls !== 'required' && startTls !== 'off') {
    return fault('tls must be auto, required or off');
  }
  const verify = query.get('tls_verify') ?? 'yes';
  if (verify !== 'yes' && verify !== 'no') return fault('tls_verify must be yes or no');
  const name = query.get('name');
  if (name !== null && !EHLO_NAME.test(name)) return fault('name must be a host name');
  const auth = authOf(url);
  if (auth === undefined) return fault('has a user or password that is not percent-encoded');
  if (auth !== null && (auth.user === '' || auth.pass === '')) {
    return fault('must have both a user and a password, or neither');
  }
  const isTls = url.protocol === 'smtps:';
  const mustEncrypt = auth !== null && !isTls && startTls === 'auto' && !isThisHost(host);
  return {
    kind: 'server',
    server: {
      host,
      port: url.port === '' ? DEFAULT_PORT[url.protocol] : Number(url.port),
      isTls,
      startTls: mustEncrypt ? 'required' : startTls,
      verifiesCertificate: verify === 'yes',
      auth,
      name,
    },
  };
}

const fault = (message: string): SmtpUrl => ({ kind: 'fault', message });

const isThisHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function authOf(url: URL): SmtpServer['auth'] | undefined {
  if (url.username === '' && url.password === '') return null;
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    return undefined;
  }
}

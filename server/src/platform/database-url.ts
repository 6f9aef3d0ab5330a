import { readFileSync } from 'node:fs';
import { SetupError } from './setup-error.ts';

/** Where a database listens and who we are to it, as postgres.js takes it. */
export interface DatabaseAddress {
  /** A host name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `false` is plain text; an object verifies the certificate. */
  readonly ssl:
    | false
    | 'prefer'
    | 'require'
    | { ca?: string; checkServerIdentity?: () => undefined };
}

const PORT = 5432;

/**
 * Reads a connection string the way libpq does.
 *
 * postgres.js itself takes neither `?host=/socket/dir` nor `%2Fsocket%2Fdir`, and would send
 * `sslrootcert` to the server as a setting.
 * Source: PostgreSQL manual, "Connection URIs".
 *
 * @param url `postgres://user:password@host:port/database?sslmode=…`, or for a Unix socket
 *   `postgres:///database?host=/directory&user=name`
 * @throws SetupError that never repeats the password
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new SetupError(
      'The database URL is not valid. It looks like postgres://user:password@host:5432/database.',
    );
  }
  // In a query of libpq a plus is a plus.
  const query = new URLSearchParams(parsed.search.replaceAll('+', '%2B'));
  const part = (name: string, fallback: string) => query.get(name) || decode(fallback);

  const user = part('user', parsed.username);
  const database = part('dbname', parsed.pathname.slice(1)) || user;
  if (user === '') throw new SetupError('The database URL names no user.');

  const host = part('host', parsed.hostname.replace(/^\[(.*)\]$/, '$1')) || 'localhost';
  const port = Number(part('port', parsed.port) || PORT);
  const password = part('password', parsed.password);
  return { host, port, user, password, database, ssl: host.startsWith('/') ? false : ssl(query) };
}

/** The URL of a database behind a Unix socket, readable by us and by libpq. */
export function socketUrl(address: { directory: string; user: string; database: string }): string {
  const [database, host, user] = [address.database, address.directory, address.user].map(
    encodeURIComponent,
  );
  return `postgres:///${database}?host=${host}&user=${user}`;
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

function ssl(query: URLSearchParams): DatabaseAddress['ssl'] {
  const mode = query.get('sslmode') ?? query.get('ssl') ?? 'disable';
  const file = query.get('sslrootcert');
  const ca = file === null || file === 'system' ? {} : { ca: readFileSync(file, 'utf8') };
  switch (mode) {
    case 'disable':
    case 'false':
      return false;
    case 'allow':
    case 'prefer':
      return 'prefer';
    case 'require':
    case 'true':
      return file === null ? 'require' : { ...ca, checkServerIdentity: () => undefined };
    case 'verify-ca':
      return { ...ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return ca;
    default:
      throw new SetupError(
        `The database URL has sslmode=${mode}; use disable, prefer, require, verify-ca or verify-full.`,
      );
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SetupError('The database URL has a % that is not an escape; write it as %25.');
  }
}

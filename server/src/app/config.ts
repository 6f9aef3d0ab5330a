import { isIP } from 'node:net';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDatabaseUrl } from '../platform/database-url.ts';
import { LOG_LEVELS, type LogLevel } from '../platform/log.ts';
import { SetupError } from '../platform/setup-error.ts';
import { isEmailSender } from '../platform/email-address.ts';
import {
  dkimFault,
  parsePrivateHosts,
  parseSmtpUrl,
  SMTP_CONNECTIONS_DEFAULT,
  type DkimKey,
  type PrivateHosts,
} from '../transport/index.ts';
import { readIssuer, readOidc, type OidcConfig } from './auth/oidc-config.ts';
import { parseEncryptionKey } from './encryption-key.ts';

/** How this process is set up. Read once, at the edge; passed on in narrow pieces. */
export interface Config {
  readonly host: string;
  /** 0 leaves the choice to the system. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
  /** As `parseSmtpUrl` reads it. Null: mail is captured and shown, never handed over. */
  readonly smtpUrl: string | null;
  readonly smtpConnections: number;
  /** Who sends where neither step nor workspace names anybody. */
  readonly from: string;
  /** Where people reach this server, without a trailing slash; null: where it listens. */
  readonly publicUrl: string | null;
  /** 32 bytes; null: the one that is kept beside the embedded database. */
  readonly encryptionKey: Buffer | null;
  /** Whose `X-Forwarded-For` is believed: addresses and networks, or how many proxies stand before us. */
  readonly trustProxy: string | number | boolean;
  readonly logLevel: LogLevel;
  /** Where webhooks may go beside the public internet. */
  readonly webhookPrivateHosts: PrivateHosts;
  /** Where the events of all sides are written as JSON Lines; `-` is standard output, null nowhere. */
  readonly eventsFile: string | null;
  readonly dkim: DkimKey | null;
  /** Where members sign in by single sign-on. */
  readonly oidc: OidcConfig | null;
  /** Names in the environment that look like ours and mean nothing: most likely a slip of the pen. */
  readonly unknownNames: readonly string[];
}

/** Options of the command line, which go before the environment. */
export interface ConfigOptions {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly dataDir?: string | undefined;
}

/** Everything that is wrong with the configuration, a line each. */
export class ConfigError extends SetupError {
  /** EX_CONFIG of sysexits.h. */
  readonly status = 78;
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `- ${fault}`)].join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: its name in the environment, what it is when nobody sets it, and how it is read. */
interface Setting<T> {
  readonly name: string;
  readonly option?: keyof ConfigOptions;
  readonly initial: T;
  /** @throws Error whose message follows the setting's name: "must be …" */
  readonly read: (text: string) => T;
}

const setting = <T>(
  name: string,
  initial: T,
  read: (text: string) => T,
  option?: keyof ConfigOptions,
): Setting<T> => ({ name, initial, read, ...(option === undefined ? {} : { option }) });

const SETTINGS = {
  host: setting('MILEPOST_HOST', '127.0.0.1', readHost, 'host'),
  port: setting('MILEPOST_PORT', 4400, readWhole(0, 65_535), 'port'),
  dataDir: setting('MILEPOST_DATA_DIR', '.milepost', (text) => text, 'dataDir'),
  databaseUrl: setting<string | null>('DATABASE_URL', null, readDatabaseUrl),
  smtpUrl: setting<string | null>('MILEPOST_SMTP_URL', null, readSmtpUrl),
  smtpConnections: setting(
    'MILEPOST_SMTP_CONNECTIONS',
    SMTP_CONNECTIONS_DEFAULT,
    readWhole(1, 500),
  ),
  from: setting<string | null>('MILEPOST_FROM', null, readSender),
  publicUrl: setting<string | null>('MILEPOST_PUBLIC_URL', null, readPublicUrl),
  encryptionKey: setting<Buffer | null>('MILEPOST_ENCRYPTION_KEY', null, parseEncryptionKey),
  trustProxy: setting<string | number | boolean>('MILEPOST_TRUST_PROXY', false, readTrustProxy),
  logLevel: setting<LogLevel>('MILEPOST_LOG_LEVEL', 'info', readLogLevel),
  webhookPrivateHosts: setting(
    'MILEPOST_WEBHOOK_ALLOW_PRIVATE',
    parsePrivateHosts('false'),
    parsePrivateHosts,
  ),
  eventsFile: setting<string | null>('MILEPOST_EVENTS_FILE', null, (text) => text),
  dkimDomain: setting<string | null>('MILEPOST_DKIM_DOMAIN', null, (text) => text),
  dkimSelector: setting<string | null>('MILEPOST_DKIM_SELECTOR', null, (text) => text),
  dkimKey: setting<string | null>('MILEPOST_DKIM_KEY', null, (text) => text),
  oidcIssuer: setting<string | null>('MILEPOST_OIDC_ISSUER', null, readIssuer),
  oidcClientId: setting<string | null>('MILEPOST_OIDC_CLIENT_ID', null, (text) => text),
  oidcClientSecret: setting<string | null>('MILEPOST_OIDC_CLIENT_SECRET', null, (text) => text),
  oidcName: setting<string | null>('MILEPOST_OIDC_NAME', null, (text) => text),
} as const;

/** Only ever shown: mail is captured while no sender is set. */
const CAPTURED_FROM = 'Milepost <milepost@example.com>';

/**
 * Reads the whole configuration: options before the environment, and of each name also `…_FILE`,
 * which names a file that holds the value. An empty value counts as none.
 *
 * @throws ConfigError with every fault there is
 */
export function readConfig(env: Environment, options: ConfigOptions = {}): Config {
  const faults: string[] = [];
  const value = <T>(wanted: Setting<T>): T => valueOf(wanted, env, options, faults);
  const dkim = readDkim(
    value(SETTINGS.dkimDomain),
    value(SETTINGS.dkimSelector),
    value(SETTINGS.dkimKey),
    faults,
  );
  const oidc = readOidc(
    {
      issuer: value(SETTINGS.oidcIssuer),
      clientId: value(SETTINGS.oidcClientId),
      clientSecret: value(SETTINGS.oidcClientSecret),
      name: value(SETTINGS.oidcName),
    },
    faults,
  );
  const from = value(SETTINGS.from);
  const config: Config = {
    host: value(SETTINGS.host),
    port: value(SETTINGS.port),
    dataDir: resolve(value(SETTINGS.dataDir)),
    databaseUrl: value(SETTINGS.databaseUrl),
    smtpUrl: value(SETTINGS.smtpUrl),
    smtpConnections: value(SETTINGS.smtpConnections),
    from: from ?? CAPTURED_FROM,
    publicUrl: value(SETTINGS.publicUrl),
    encryptionKey: value(SETTINGS.encryptionKey),
    trustProxy: value(SETTINGS.trustProxy),
    webhookPrivateHosts: value(SETTINGS.webhookPrivateHosts),
    logLevel: value(SETTINGS.logLevel),
    eventsFile: value(SETTINGS.eventsFile),
    dkim,
    oidc,
    unknownNames: unknownNamesIn(env),
  };
  const isSet = ({ name }: Setting<unknown>): boolean => Boolean(env[name] || env[`${name}_FILE`]);
  if (isSet(SETTINGS.databaseUrl) && !isSet(SETTINGS.encryptionKey)) {
    faults.push(
      'MILEPOST_ENCRYPTION_KEY is needed with DATABASE_URL: 32 bytes, the same for every process. ' +
        'Make one with "openssl rand -base64 32".',
    );
  }
  if (isSet(SETTINGS.smtpUrl) && !isSet(SETTINGS.from)) {
    faults.push('MILEPOST_FROM is needed with MILEPOST_SMTP_URL: "Name <address@your.domain>".');
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

function valueOf<T>(
  { name, option, initial, read }: Setting<T>,
  env: Environment,
  options: ConfigOptions,
  faults: string[],
): T {
  const given = option === undefined ? undefined : options[option];
  const file = env[`${name}_FILE`];
  const source =
    given !== undefined && option !== undefined
      ? {
          what: `--${option.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
          text: given,
        }
      : file
        ? { what: `${name}_FILE`, text: readOrFault(name, file, env, faults) }
        : { what: name, text: env[name] };
  if (!source.text) return initial;
  try {
    return read(source.text);
  } catch (error) {
    faults.push(`${source.what} ${error instanceof Error ? error.message : String(error)}.`);
    return initial;
  }
}

function readOrFault(
  name: string,
  file: string,
  env: Environment,
  faults: string[],
): string | undefined {
  if (env[name]) {
    faults.push(`${name} and ${name}_FILE are both set; keep one.`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`${name}_FILE cannot be read: ${error instanceof Error ? error.message : 'no'}.`);
    return undefined;
  }
}

/** What commands read that talk to a running server. */
const OF_COMMANDS = ['MILEPOST_URL', 'MILEPOST_SECRET_KEY'];

function unknownNamesIn(env: Environment): string[] {
  const known = new Set<string>(Object.values(SETTINGS).map(({ name }) => name));
  for (const name of OF_COMMANDS) known.add(name);
  return Object.keys(env).filter(
    (name) =>
      name.startsWith('MILEPOST_') && !known.has(name) && !known.has(name.replace(/_FILE$/, '')),
  );
}

function readDkim(
  domain: string | null,
  selector: string | null,
  key: string | null,
  faults: string[],
): DkimKey | null {
  if (domain === null && selector === null && key === null) return null;
  if (domain === null || selector === null || key === null) {
    faults.push(
      'MILEPOST_DKIM_DOMAIN, MILEPOST_DKIM_SELECTOR and MILEPOST_DKIM_KEY (or …_KEY_FILE) belong together.',
    );
    return null;
  }
  // A variable cannot always hold the line ends of a PEM file.
  const dkim = { domain, selector, key: key.replaceAll('\\n', '\n') };
  const fault = dkimFault(dkim);
  if (fault !== null) faults.push(`MILEPOST_DKIM_…: ${fault}.`);
  return dkim;
}

function readHost(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host)) return host;
  throw new Error('must be a host name or an address');
}

function readWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new Error(`must be a whole number from ${min} to ${max}`);
  };
}

function readDatabaseUrl(text: string): string {
  try {
    parseDatabaseUrl(text);
    return text;
  } catch (error) {
    throw new Error(`is refused: ${(error as Error).message.replace(/\.$/, '')}`, { cause: error });
  }
}

function readSmtpUrl(text: string): string {
  const url = parseSmtpUrl(text);
  if (url.kind === 'fault') throw new Error(`is refused: it ${url.message}`);
  return text;
}

function readSender(text: string): string {
  if (isEmailSender(text)) return text;
  throw new Error('must look like "Name <address@your.domain>"');
}

function readPublicUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.search + url.hash + url.username + url.password === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new Error('must begin with http:// or https:// and hold neither a query nor a password');
}

function readTrustProxy(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const isNetwork = (part: string): boolean => {
    const [address = '', bits] = part.trim().split('/');
    if (bits === undefined && /^(loopback|linklocal|uniquelocal)$/.test(address)) return true;
    const version = isIP(address);
    if (version === 0 || bits === undefined) return version !== 0;
    return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
  };
  if (text.split(',').every(isNetwork)) return text;
  throw new Error('must be a count of proxies, or addresses and networks with commas between them');
}

function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
}

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const KEY = Buffer.alloc(32, 7);
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function file(text: string): string {
  const path = join(dir, 'value');
  writeFileSync(path, text);
  return path;
}

function faultsOf(env: Record<string, string>, options = {}): readonly string[] {
  try {
    readConfig(env, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('nothing set is a complete configuration: loopback, embedded database, captured mail', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4400,
    dataDir: resolve('.milepost'),
    databaseUrl: null,
    smtpUrl: null,
    smtpConnections: 10,
    from: 'Milepost <milepost@example.com>',
    publicUrl: null,
    encryptionKey: null,
    trustProxy: false,
    logLevel: 'info',
    dkim: null,
    oidc: null,
    webhookPrivateHosts: expect.anything(),
    eventsFile: null,
    unknownNames: [],
  });
  expect(Object.isFrozen(readConfig({}))).toBe(true);
});

test('everything can be set, and options go before the environment', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const config = readConfig(
    {
      MILEPOST_HOST: '[::]',
      MILEPOST_EVENTS_FILE: '/var/log/events.jsonl',
      MILEPOST_PORT: '80',
      MILEPOST_DATA_DIR: '/elsewhere',
      DATABASE_URL: 'postgres://a:b@db/milepost',
      MILEPOST_SMTP_URL: 'smtps://a:b@mail.example.com',
      MILEPOST_SMTP_CONNECTIONS: '3',
      MILEPOST_FROM: 'Ada <ada@example.com>',
      MILEPOST_PUBLIC_URL: 'https://mail.example.com/',
      MILEPOST_ENCRYPTION_KEY: KEY.toString('hex'),
      MILEPOST_TRUST_PROXY: 'loopback, 10.0.0.0/8',
      MILEPOST_LOG_LEVEL: 'debug',
      MILEPOST_DKIM_DOMAIN: 'example.com',
      MILEPOST_DKIM_SELECTOR: 's1',
      MILEPOST_DKIM_KEY: pem.replaceAll('\n', '\\n'),
      MILEPOST_OIDC_ISSUER: 'https://id.example.com/',
      MILEPOST_OIDC_CLIENT_ID: 'milepost',
      MILEPOST_OIDC_CLIENT_SECRET: 'x',
    },
    { port: '0', dataDir: dir, host: undefined },
  );
  expect(config).toEqual({
    host: '::',
    port: 0,
    dataDir: dir,
    databaseUrl: 'postgres://a:b@db/milepost',
    smtpUrl: 'smtps://a:b@mail.example.com',
    smtpConnections: 3,
    from: 'Ada <ada@example.com>',
    publicUrl: 'https://mail.example.com',
    encryptionKey: KEY,
    trustProxy: 'loopback, 10.0.0.0/8',
    logLevel: 'debug',
    dkim: { domain: 'example.com', selector: 's1', key: pem },
    oidc: {
      issuer: 'https://id.example.com',
      clientId: 'milepost',
      clientSecret: 'x',
      name: 'single sign-on',
    },
    webhookPrivateHosts: expect.anything(),
    eventsFile: '/var/log/events.jsonl',
    unknownNames: [],
  });
});

test('all faults are told together, each by the name that was used, without secrets', () => {
  const faults = faultsOf(
    {
      MILEPOST_PORT: '1',
      MILEPOST_HOST: 'a b',
      DATABASE_URL: 'mysql://a:hidden@db/x',
      MILEPOST_SMTP_URL: 'http://a:hidden@mail',
      MILEPOST_SMTP_CONNECTIONS: '0',
      MILEPOST_PUBLIC_URL: 'mail.example.com',
      MILEPOST_TRUST_PROXY: 'everybody',
      MILEPOST_LOG_LEVEL: 'loud',
      MILEPOST_DKIM_DOMAIN: 'example.com',
      MILEPOST_OIDC_CLIENT_SECRET: 'hidden',
    },
    { port: '65536' },
  );
  const names = faults.map((fault) => fault.split(/[ ,]/)[0]);
  expect(names.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
    '--port',
    'DATABASE_URL',
    'MILEPOST_DKIM_DOMAIN',
    'MILEPOST_ENCRYPTION_KEY',
    'MILEPOST_FROM',
    'MILEPOST_HOST',
    'MILEPOST_LOG_LEVEL',
    'MILEPOST_OIDC_ISSUER',
    'MILEPOST_PUBLIC_URL',
    'MILEPOST_SMTP_CONNECTIONS',
    'MILEPOST_SMTP_URL',
    'MILEPOST_TRUST_PROXY',
  ]);
  expect(faults.join()).not.toContain('hidden');
  expect(new ConfigError(faults)).toMatchObject({ status: 78 });
});

test('each value may come from a file, whose last line end does not count', () => {
  const path = file(`${KEY.toString('base64')}\n`);
  expect(readConfig({ MILEPOST_ENCRYPTION_KEY_FILE: path }).encryptionKey).toEqual(KEY);
  expect(readConfig({ MILEPOST_PORT_FILE: file('81\n') }).port).toBe(81);
  expect(faultsOf({ MILEPOST_PORT_FILE: join(dir, 'none') })).toEqual([
    expect.stringContaining('MILEPOST_PORT_FILE cannot be read'),
  ]);
  expect(faultsOf({ MILEPOST_PORT: '1', MILEPOST_PORT_FILE: file('2') })).toEqual([
    'MILEPOST_PORT and MILEPOST_PORT_FILE are both set; keep one.',
  ]);
  expect(faultsOf({ MILEPOST_PORT_FILE: file('x') })).toEqual([
    expect.stringMatching(/^MILEPOST_PORT_FILE must be a whole number/),
  ]);
});

test('an empty value counts as none', () => {
  const empty = {
    MILEPOST_PORT: '',
    DATABASE_URL: '',
    MILEPOST_SMTP_URL_FILE: '',
    MILEPOST_FROM: '',
  };
  expect(readConfig(empty)).toEqual(readConfig({}));
});

test('a database of our own choosing needs the key, wherever it comes from', () => {
  const DATABASE_URL = 'postgres://a@db/x';
  expect(faultsOf({ DATABASE_URL })).toEqual([
    expect.stringContaining('is needed with DATABASE_URL'),
  ]);
  expect(faultsOf({ DATABASE_URL_FILE: file(DATABASE_URL) })).toHaveLength(1);
  expect(faultsOf({ DATABASE_URL, MILEPOST_ENCRYPTION_KEY: KEY.toString('base64url') })).toEqual(
    [],
  );
});

test('a name that looks like ours and is not is told', () => {
  expect(readConfig({ MILEPOST_PROT: '1', MILEPOST_FROM_FILE: '' }).unknownNames).toEqual([
    'MILEPOST_PROT',
  ]);
});

test.each([
  ['true', true],
  ['false', false],
  ['2', 2],
  ['127.0.0.1', '127.0.0.1'],
  ['fd00::/8,loopback', 'fd00::/8,loopback'],
])('MILEPOST_TRUST_PROXY=%s', (text, expected) => {
  expect(readConfig({ MILEPOST_TRUST_PROXY: text }).trustProxy).toBe(expected);
});

test.each(['1/2', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', 'localhost', '1.2.3.4,'])(
  'MILEPOST_TRUST_PROXY=%s is refused',
  (text) => {
    expect(faultsOf({ MILEPOST_TRUST_PROXY: text })).toHaveLength(1);
  },
);

test('an identity provider is reached by TLS, but on this machine', () => {
  const of = (issuer: string) =>
    faultsOf({
      MILEPOST_OIDC_ISSUER: issuer,
      MILEPOST_OIDC_CLIENT_ID: 'milepost',
      MILEPOST_OIDC_CLIENT_SECRET: 'x',
    });
  expect(of('https://id.example.com/realms/one')).toEqual([]);
  expect(of('http://127.0.0.1:8080')).toEqual([]);
  for (const issuer of ['http://id.example.com', 'id.example.com', 'https://a:b@id.example.com']) {
    expect(of(issuer)[0]).toMatch(/^MILEPOST_OIDC_ISSUER must begin with https/);
  }
});

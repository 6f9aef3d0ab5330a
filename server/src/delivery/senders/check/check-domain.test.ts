import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startDnsZone, type DnsZone, type ZoneEntry } from '../../../../test/support/dns-zone.ts';
import { dkimRecordOf, makeKeyPair, type StoredDkimKey } from '../dkim-key.ts';
import type { Finding, RecordKind, Verdict } from '../sender-domain.ts';
import { checkDomain } from './check-domain.ts';
import { dnsFor } from './dns.ts';

/**
 * Goal: records that are right are found right, and of every wrong one the words say what stands there
 * and what should. Method: a name server on loopback with the usual mistakes in its zone, asked through
 * the resolver that is used in earnest.
 */
let zone: DnsZone;
let key: StoredDkimKey;
let edKey: StoredDkimKey;

const DKIM = 'mp1._domainkey.example.com';
const ED = 'mp2._domainkey.example.com';
const BOUNCES = 'bounces.example.com';

beforeAll(async () => {
  zone = await startDnsZone();
  key = await keyOf('rsa-2048', 'mp1');
  edKey = await keyOf('ed25519', 'mp2');
});
afterAll(() => zone.close());
afterEach(() => zone.names.clear());

async function keyOf(algorithm: 'rsa-2048' | 'ed25519', selector: string): Promise<StoredDkimKey> {
  const { publicKey } = await makeKeyPair(algorithm);
  const at = new Date(0);
  return {
    id: selector,
    domainId: 'd',
    selector,
    algorithm,
    publicKey,
    state: 'pending',
    misses: 0,
    createdAt: at,
    seenAt: null,
    activatedAt: null,
    retiresAt: null,
  };
}

type Zone = Readonly<Record<string, ZoneEntry>>;

/** A zone in which all is well. */
const goodZone = (): Zone => ({
  [DKIM]: { txt: [dkimRecordOf(key)] },
  [ED]: { txt: [dkimRecordOf(edKey)] },
  'example.com': { txt: ['google-site-verification=x', 'v=spf1 include:spf.example.net ~all'] },
  'spf.example.net': { txt: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.example.com': { txt: ['v=DMARC1; p=none; rua=mailto:dmarc@example.com'] },
  [BOUNCES]: { mx: [[10, 'mail.example.com']], txt: ['v=spf1 include:spf.example.net ~all'] },
  'mail.example.com': { a: ['192.0.2.7'] },
});

interface Options {
  readonly from?: readonly string[];
  readonly host?: string | null;
  readonly server?: string | null;
  readonly mechanisms?: readonly string[];
}

async function findingsOf(
  zoneNow: Zone,
  {
    from = ['example.com'],
    host = BOUNCES,
    server = 'mail.example.com',
    mechanisms = ['include:spf.example.net'],
  }: Options = {},
): Promise<readonly Finding[]> {
  for (const [name, entry] of Object.entries(zoneNow)) zone.names.set(name, entry);
  const domain = { domain: 'example.com', returnPathHost: host, returnPathServer: server };
  const dns = dnsFor(zone.resolver, { checkMs: 5_000 });
  const { findings } = await checkDomain(dns, { domain, keys: [key, edKey], mechanisms, from });
  return findings;
}

const only = (findings: readonly Finding[], record: RecordKind, selector?: string): Finding => {
  const found = findings.find(
    (one) => one.record === record && (selector === undefined || one.selector === selector),
  );
  if (found === undefined) throw new Error(`nothing was found of ${record}`);
  return found;
};

test('of a domain whose records are right everything is right, and nobody is lectured', async () => {
  const findings = await findingsOf(goodZone());
  expect(findings.map(({ record, verdict }) => [record, verdict])).toEqual([
    ['dkim', 'ok'],
    ['dkim', 'ok'],
    ['spf', 'ok'],
    ['dmarc', 'ok'],
    ['return_path_mx', 'ok'],
    ['return_path_spf', 'ok'],
  ]);
  expect(findings.flatMap(({ reasons }) => reasons)).toEqual([]);
  expect(only(findings, 'dmarc').says).toEqual([expect.stringContaining('The policy is none')]);
  expect(findings.every(({ expected }) => expected === null)).toBe(true);
});

const rsaRecordOf = (modulusLength: number): string => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
};
const record = (): string => dkimRecordOf(key);
const include = (count: number): string =>
  Array.from({ length: count }, (_, i) => `include:s${i}.example.net`).join(' ');
const leaves = (count: number): Zone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `s${i}.example.net`,
      { txt: ['v=spf1 ip4:192.0.2.9 ~all'] },
    ]),
  );

type Case = readonly [
  title: string,
  record: RecordKind,
  /** Laid over the good zone; null takes a name out. */
  zone: () => Readonly<Record<string, ZoneEntry | null>>,
  verdict: Verdict,
  words: RegExp,
  options?: Options,
];

const spf =
  (text: string, more: Zone = {}) =>
  (): Zone => ({
    ...more,
    [BOUNCES]: { mx: [[10, 'mail.example.com']], txt: [text] },
  });
const dmarc =
  (...txt: string[]) =>
  (): Zone => ({ '_dmarc.example.com': { txt } });
const dkim = (make: () => string) => (): Zone => ({ [DKIM]: { txt: [make()] } });

const CASES: readonly Case[] = [
  // DKIM
  ['no record', 'dkim', () => ({ [DKIM]: null }), 'missing', /^There is no TXT record at mp1\._/],
  [
    'a name that the provider completed twice',
    'dkim',
    () => ({ [DKIM]: null, [`${DKIM}.example.com`]: { txt: [record()] } }),
    'missing',
    /adds the domain by itself; enter mp1\._domainkey as its name/,
  ],
  [
    'an alias that leads nowhere',
    'dkim',
    () => ({ [DKIM]: { cname: 'dkim.example.net' } }),
    'missing',
    /alias \(CNAME\) of dkim\.example\.net, where there is no TXT record/,
  ],
  [
    'an alias that leads to the record',
    'dkim',
    () => ({ [DKIM]: { cname: 'dkim.example.net' }, 'dkim.example.net': { txt: [record()] } }),
    'ok',
    /^$/,
  ],
  [
    'aliases in a circle',
    'dkim',
    () => ({ [DKIM]: { cname: 'dkim.example.net' }, 'dkim.example.net': { cname: DKIM } }),
    'wrong',
    /round in a circle/,
  ],
  ['name servers that fail', 'dkim', () => ({ [DKIM]: 'servfail' }), 'unknown', /SERVFAIL/],
  ['name servers that are silent', 'dkim', () => ({ [DKIM]: 'silent' }), 'unknown', /in time/],
  ['name servers that refuse', 'dkim', () => ({ [DKIM]: 'refused' }), 'unknown', /refused to/],
  [
    'a revoked key',
    'dkim',
    dkim(() => 'v=DKIM1; k=rsa; p='),
    'wrong',
    /^The key is revoked: p= is empty/,
  ],
  ['another key', 'dkim', dkim(() => rsaRecordOf(2048)), 'wrong', /^Another key stands there; /],
  [
    'a short key',
    'dkim',
    dkim(() => rsaRecordOf(1024)),
    'wrong',
    /of only 1024 bits; ours has 2048/,
  ],
  [
    'a very short key',
    'dkim',
    dkim(() => rsaRecordOf(768)),
    'wrong',
    /768 bits; .*none below 1024/,
  ],
  [
    'a key cut off',
    'dkim',
    dkim(() => record().slice(0, 255)),
    'wrong',
    /cut off after \d+ of 392/,
  ],
  ['no key at all', 'dkim', dkim(() => 'v=DKIM1; k=rsa'), 'wrong', /it has no p=/],
  [
    'nonsense for a key',
    'dkim',
    dkim(() => 'v=DKIM1; p=hello'),
    'wrong',
    /no key that can be read/,
  ],
  ['another version', 'dkim', dkim(() => record().replace('DKIM1', 'DKIM2')), 'wrong', /v=DKIM2/],
  [
    'a wrong type',
    'dkim',
    dkim(() => record().replace('k=rsa', 'k=ed25519')),
    'wrong',
    /needs k=rsa/,
  ],
  ['only old hashes', 'dkim', dkim(() => `${record()}; h=sha1`), 'wrong', /h=sha1 only/],
  ['another service', 'dkim', dkim(() => `${record()}; s=chat`), 'wrong', /not for email/],
  ['a trial', 'dkim', dkim(() => `${record()}; t=y`), 'warning', /t=y .* take it out/],
  ['quotation marks', 'dkim', dkim(() => `"${record()}"`), 'wrong', /in quotation marks/],
  [
    'spaces inside the key, which are allowed',
    'dkim',
    dkim(() => record().replace(/(p=.{80})/, '$1 \t ')),
    'ok',
    /^$/,
  ],
  [
    'two records',
    'dkim',
    () => ({ [DKIM]: { txt: [record(), 'v=DKIM1; p='] } }),
    'wrong',
    /^2 TXT records stand there/,
  ],
  // SPF, of the return-path
  [
    'no SPF record',
    'return_path_spf',
    () => ({ [BOUNCES]: { mx: [[10, 'mail.example.com']] } }),
    'missing',
    /no SPF record .* at bounces\.example\.com/,
  ],
  [
    'a name that does not exist',
    'return_path_spf',
    () => ({ [BOUNCES]: null }),
    'missing',
    /the name bounces\.example\.com does not exist/,
  ],
  [
    'a record that is nearly one',
    'return_path_spf',
    spf('spf1 mx ~all'),
    'missing',
    /does not begin/,
  ],
  [
    'two SPF records',
    'return_path_spf',
    () => ({ [BOUNCES]: { txt: ['v=spf1 mx ~all', 'v=spf1 a ~all'] } }),
    'wrong',
    /^2 SPF records stand there; with more than one none counts/,
  ],
  [
    'a server that is not allowed',
    'return_path_spf',
    spf('v=spf1 mx -all'),
    'wrong',
    /does not allow include:spf\.example\.net; add it/,
  ],
  [
    'a server that is allowed by what is included',
    'return_path_spf',
    spf('v=spf1 include:all.example.net ~all', {
      'all.example.net': { txt: ['v=spf1 include:spf.example.net ~all'] },
    }),
    'ok',
    /^$/,
  ],
  [
    'everybody allowed',
    'return_path_spf',
    spf('v=spf1 include:spf.example.net +all'),
    'wrong',
    /^\+all lets everybody/,
  ],
  [
    'everybody allowed, by an all without a sign',
    'return_path_spf',
    spf('v=spf1 include:spf.example.net all'),
    'wrong',
    /^\+all lets everybody/,
  ],
  [
    'nothing said of others',
    'return_path_spf',
    spf('v=spf1 include:spf.example.net ?all'),
    'warning',
    /^\?all says nothing/,
  ],
  [
    'no end',
    'return_path_spf',
    spf('v=spf1 include:spf.example.net'),
    'warning',
    /has no end: add ~all/,
  ],
  [
    'ptr',
    'return_path_spf',
    spf('v=spf1 ptr include:spf.example.net ~all'),
    'warning',
    /ptr is slow/,
  ],
  [
    'a slip in a term',
    'return_path_spf',
    spf('v=spf1 ipv4:192.0.2.1 include:spf.example.net ~all'),
    'wrong',
    /^"ipv4:192\.0\.2\.1" is no part of SPF/,
  ],
  [
    'exactly ten look-ups',
    'return_path_spf',
    () => spf(`v=spf1 ${include(9)} include:spf.example.net ~all`, leaves(9))(),
    'ok',
    /^$/,
  ],
  [
    'eleven look-ups',
    'return_path_spf',
    () => spf(`v=spf1 ${include(9)} mx include:spf.example.net ~all`, leaves(9))(),
    'wrong',
    /needs 11 DNS look-ups; past 10/,
  ],
  [
    'eleven look-ups, of which ten are in what is included',
    'return_path_spf',
    () =>
      spf('v=spf1 include:spf.example.net ~all', {
        'spf.example.net': { txt: [`v=spf1 ${include(10)} ~all`] },
        ...leaves(10),
      })(),
    'wrong',
    /needs 11 DNS look-ups/,
  ],
  [
    'the same include by two ways, which counts twice',
    'return_path_spf',
    spf('v=spf1 include:one.example.net include:two.example.net include:spf.example.net ~all', {
      'one.example.net': { txt: ['v=spf1 include:big.example.net ~all'] },
      'two.example.net': { txt: ['v=spf1 include:big.example.net ~all'] },
      'big.example.net': { txt: ['v=spf1 a mx exists:x.example.net ~all'] },
    }),
    'wrong',
    /needs 11 DNS look-ups/,
  ],
  [
    'an include without a record',
    'return_path_spf',
    spf('v=spf1 include:gone.example.net include:spf.example.net ~all'),
    'wrong',
    /include:gone\.example\.net leads to no SPF record/,
  ],
  [
    'includes in a circle',
    'return_path_spf',
    spf('v=spf1 include:x.example.net include:spf.example.net ~all', {
      'x.example.net': { txt: ['v=spf1 include:bounces.example.com ~all'] },
    }),
    'wrong',
    /include:bounces\.example\.com leads round in a circle/,
  ],
  [
    'includes in a circle among others',
    'return_path_spf',
    spf('v=spf1 include:x.example.net include:spf.example.net ~all', {
      'x.example.net': { txt: ['v=spf1 include:y.example.net ~all'] },
      'y.example.net': { txt: ['v=spf1 include:x.example.net ~all'] },
    }),
    'wrong',
    /include:x\.example\.net leads round in a circle/,
  ],
  [
    'an include that could not be read',
    'return_path_spf',
    spf('v=spf1 include:x.example.net ~all', { 'x.example.net': 'servfail' }),
    'unknown',
    /x\.example\.net, which the record includes, could not be read/,
  ],
  [
    'a redirect to a good record',
    'return_path_spf',
    spf('v=spf1 redirect=all.example.net', {
      'all.example.net': { txt: ['v=spf1 include:spf.example.net ~all'] },
    }),
    'ok',
    /^$/,
  ],
  ['SPF that is not answered', 'spf', () => ({ 'example.com': 'servfail' }), 'unknown', /SERVFAIL/],
  // DMARC
  [
    'no record',
    'dmarc',
    () => ({ '_dmarc.example.com': null }),
    'missing',
    /^There is no DMARC rec/,
  ],
  ['two records', 'dmarc', dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject'), 'wrong', /^2 DMARC/],
  [
    'no policy',
    'dmarc',
    dmarc('v=DMARC1; rua=mailto:a@example.com'),
    'wrong',
    /no policy: add p=none/,
  ],
  ['an unknown policy', 'dmarc', dmarc('v=DMARC1; p=block'), 'wrong', /^p=block is no policy/],
  [
    'a record that is nearly one',
    'dmarc',
    dmarc('v=dmarc1; p=none'),
    'wrong',
    /is no DMARC record/,
  ],
  ['no reports', 'dmarc', dmarc('v=DMARC1; p=reject'), 'warning', /^Nobody gets the reports/],
  [
    'reports to no address',
    'dmarc',
    dmarc('v=DMARC1; p=none; rua=dmarc@example.com'),
    'warning',
    /names no address that reports can go to/,
  ],
  [
    'a share',
    'dmarc',
    dmarc('v=DMARC1; p=reject; pct=50; rua=mailto:a@example.com'),
    'warning',
    /pct=50 holds the policy back/,
  ],
  [
    'strict SPF, which a return-path below does not meet',
    'dmarc',
    dmarc('v=DMARC1; p=reject; aspf=s; rua=mailto:a@example.com'),
    'warning',
    /SPF of the return-path bounces\.example\.com does not count .* aspf=s .* DKIM does/,
  ],
  [
    'a return-path of somebody else',
    'dmarc',
    () => ({}),
    'warning',
    /it is of another domain/,
    { host: 'bounces.example.net' },
  ],
  [
    'strict DKIM and a sender below the domain',
    'dmarc',
    dmarc('v=DMARC1; p=reject; adkim=s; rua=mailto:a@example.com'),
    'wrong',
    /mail from news\.example\.com is signed by example\.com and fails/,
    { from: ['example.com', 'news.example.com'] },
  ],
  [
    'DMARC that is not answered',
    'dmarc',
    () => ({ '_dmarc.example.com': 'silent' }),
    'unknown',
    /time/,
  ],
  // Return-path
  [
    'no such name',
    'return_path_mx',
    () => ({ [BOUNCES]: null }),
    'missing',
    /The name bounces\.example\.com does not exist: add an MX/,
  ],
  [
    'a name without MX',
    'return_path_mx',
    () => ({ [BOUNCES]: { txt: ['x'] } }),
    'missing',
    /^There is no MX record at bounces/,
  ],
  [
    'an address only',
    'return_path_mx',
    () => ({ [BOUNCES]: { a: ['192.0.2.1'] } }),
    'warning',
    /go to the address of bounces/,
  ],
  [
    'another server',
    'return_path_mx',
    () => ({ [BOUNCES]: { mx: [[5, 'mx.example.org']] } }),
    'wrong',
    /^Bounces go to mx\.example\.org instead of mail\.example\.com/,
  ],
  [
    'a null MX',
    'return_path_mx',
    () => ({ [BOUNCES]: { mx: [[0, '']] } }),
    'wrong',
    /no mail is taken \(a null MX/,
  ],
  [
    'an MX that names an address',
    'return_path_mx',
    () => ({ [BOUNCES]: { mx: [[10, '192.0.2.1']] } }),
    'wrong',
    /has to name a server; 192\.0\.2\.1 is an address/,
    { server: null },
  ],
  [
    'a server without an address',
    'return_path_mx',
    () => ({ 'mail.example.com': null }),
    'wrong',
    /^mail\.example\.com has no address: bounces reach nobody/,
  ],
  [
    'a server with an address of the new kind only',
    'return_path_mx',
    () => ({ 'mail.example.com': { aaaa: ['2001:db8::7'] } }),
    'ok',
    /^$/,
  ],
  [
    'an alias of a name with MX',
    'return_path_mx',
    () => ({
      [BOUNCES]: { cname: 'in.example.net' },
      'in.example.net': { mx: [[10, 'mail.example.com']] },
    }),
    'ok',
    /is an alias \(CNAME\) of in\.example\.net$/,
  ],
  [
    'an alias of a name without',
    'return_path_mx',
    () => ({ [BOUNCES]: { cname: 'in.example.net' } }),
    'missing',
    /alias \(CNAME\) of in\.example\.net, which has no MX record/,
  ],
  [
    'MX that is not answered',
    'return_path_mx',
    () => ({ [BOUNCES]: 'servfail' }),
    'unknown',
    /SERV/,
  ],
];

test.each(CASES.map((one) => [`${one[1]}: ${one[0]} → ${one[3]}`, one] as const))(
  '%s',
  async (_title, [, record, changes, verdict, words, options]) => {
    const merged = { ...goodZone(), ...changes() };
    const entries = Object.entries(merged).filter((entry): entry is [string, ZoneEntry] => {
      return entry[1] !== null;
    });
    const findings = await findingsOf(Object.fromEntries(entries), options);
    const finding = only(findings, record, record === 'dkim' ? 'mp1' : undefined);
    expect(finding.verdict, JSON.stringify(finding)).toBe(verdict);
    expect(finding.says[0] ?? '').toMatch(words);
    // Whoever has something to do is told who asks for it.
    if (verdict !== 'ok') expect(finding.reasons.join(' ')).toMatch(/Gmail|Bounces/);
  },
);

test('a key that is missing is shown as it has to stand there, and an SPF record with what it lacks', async () => {
  const findings = await findingsOf({
    ...goodZone(),
    [DKIM]: { txt: ['v=DKIM1; p='] },
    [BOUNCES]: { mx: [[10, 'mail.example.com']], txt: ['v=spf1 ip4:192.0.2.1 mx -all'] },
  });
  expect(only(findings, 'dkim', 'mp1').expected).toBe(dkimRecordOf(key));
  expect(only(findings, 'dkim', 'mp2').expected).toBeNull();
  const { found, expected } = only(findings, 'return_path_spf');
  expect(found).toEqual(['v=spf1 ip4:192.0.2.1 mx -all']);
  expect(expected).toBe('v=spf1 ip4:192.0.2.1 mx include:spf.example.net -all');
});

test('two SPF records are proposed as one', async () => {
  const txt = ['v=spf1 mx ~all', 'v=spf1 include:spf.example.net -all'];
  const findings = await findingsOf({ ...goodZone(), [BOUNCES]: { txt } });
  expect(only(findings, 'return_path_spf').expected).toBe('v=spf1 mx include:spf.example.net ~all');
});

test('a policy of the domain above counts, by what it says of those below', async () => {
  zone.names.set('_dmarc.example.com', {
    txt: ['v=DMARC1; p=none; sp=reject; rua=mailto:dmarc@example.com'],
  });
  const { findings } = await checkDomain(dnsFor(zone.resolver), {
    domain: { domain: 'news.example.com', returnPathHost: null, returnPathServer: null },
    keys: [],
    mechanisms: [],
    from: [],
  });
  expect(only(findings, 'dmarc')).toMatchObject({
    verdict: 'ok',
    says: ['The policy is reject, by the record of example.com'],
  });
});

test('a record that asks for names without end is left in time', async () => {
  const names: Record<string, ZoneEntry> = {};
  for (let i = 0; i < 200; i += 1) {
    names[`n${i}.example.net`] = {
      txt: [`v=spf1 include:n${i * 2 + 1}.example.net include:n${i * 2 + 2}.example.net ~all`],
    };
  }
  names[BOUNCES] = { txt: ['v=spf1 include:n0.example.net ~all'] };
  zone.asked.length = 0;
  const findings = await findingsOf({ ...goodZone(), ...names });
  expect(only(findings, 'return_path_spf').says.join(' ')).toContain(
    'needs 30 or more DNS look-ups',
  );
  expect(zone.asked.length).toBeLessThan(80);
});

test('no question is waited for past the end of a check', async () => {
  const never = () => new Promise<never>(() => {});
  const resolver = {
    resolveTxt: never,
    resolveMx: never,
    resolveCname: never,
    resolve4: never,
    resolve6: never,
  };
  const { findings, sightings } = await checkDomain(dnsFor(resolver, { checkMs: 20 }), {
    domain: { domain: 'example.com', returnPathHost: BOUNCES, returnPathServer: null },
    keys: [key],
    mechanisms: [],
    from: [],
  });
  expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  expect(sightings.get('mp1')).toBe('unknown');
});

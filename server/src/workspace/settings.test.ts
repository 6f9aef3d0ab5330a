import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '../platform/errors.ts';
import { patchStored, readSettingsPatch } from './settings-patch.ts';
import { initialSettings, isOriginAllowed, settingsOf, settingsViewOf } from './settings.ts';

const ports = { isMailbox: (text: string) => /^[^@\s]+@[^@\s]+$/.test(text) };
const row = { name: 'Acme', timezone: 'UTC' };

/** Paths and messages of a refused body. */
function faultsOf(body: unknown): Record<string, string> {
  try {
    readSettingsPatch(body, ports);
    return {};
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('workspace.settings_invalid');
    expect(error.kind).toBe('invalid');
    const faults = error.details['details'] as { path: string; message: string }[];
    return Object.fromEntries(faults.map(({ path, message }) => [path, message]));
  }
}

test('a new live side verifies identities, a new test side does not, and both have the default limits', () => {
  const live = settingsViewOf(settingsOf({ ...row, stored: initialSettings('live') }));
  expect(live).toEqual({
    name: 'Acme',
    timezone: 'UTC',
    identity_verification: { enabled: true, require_exp: false },
    allowed_origins: [],
    rate_limits: {
      widget_per_minute: 600,
      widget_unknown_user_per_minute: 60,
      secret_per_second: 1_000,
      enrollments_per_user_per_hour: 60,
    },
    limits: { series_at_once: null, emails: null },
    from: null,
    reply_to: null,
    postal_address: null,
    brand: { logo_url: null, colour: '#1f5fbf', website_url: null, footer: null },
    tracking: { opens: true, clicks: true },
    soft_bounces: { count: 3, days: 14 },
    auto_pause: { enabled: true, bounce_percent: 4, complaint_percent: 0.1, min_sends: 200 },
    alerts_url: null,
  });
  const test = settingsOf({ ...row, stored: initialSettings('test') });
  expect(test.identityVerification).toEqual({ enabled: false, requireExp: false });
});

test('a patch changes what it names, at every level, and nothing else', () => {
  const stored = patchStored(
    patchStored(initialSettings('live'), {
      rate_limits: { widget_per_minute: 5 },
      from: 'a@b.example',
    }),
    readSettingsPatch(
      {
        rate_limits: { secret_per_second: 0 },
        identity_verification: { require_exp: true },
        allowed_origins: ['https://app.example.com'],
      },
      ports,
    ),
  );
  const settings = settingsOf({ ...row, stored });
  expect(settings.rateLimits).toMatchObject({ widgetPerMinute: 5, secretPerSecond: 0 });
  expect(settings.rateLimits.widgetUnknownUserPerMinute).toBe(60);
  expect(settings.identityVerification).toEqual({ enabled: true, requireExp: true });
  expect(settings.from).toBe('a@b.example');
  expect(settings.allowedOrigins).toEqual(['https://app.example.com']);
});

test('limits of a user are set one by one, replaced whole, and cleared with null', () => {
  const both = readSettingsPatch(
    { limits: { series_at_once: 2, emails: { count: 3, days: 7, x: 1 } } },
    ports,
  );
  const stored = patchStored({}, both);
  expect(stored.limits).toEqual({ series_at_once: 2, emails: { count: 3, days: 7 } });
  const cleared = patchStored(stored, readSettingsPatch({ limits: { emails: null } }, ports));
  expect(settingsOf({ ...row, stored: cleared }).limits).toEqual({ seriesAtOnce: 2, emails: null });
});

test.each([
  [{ series_at_once: 0 }, 'limits/series_at_once'],
  [{ series_at_once: 1.5 }, 'limits/series_at_once'],
  [{ series_at_once: '2' }, 'limits/series_at_once'],
  [{ series_at_once: 1_001 }, 'limits/series_at_once'],
  [{ emails: 3 }, 'limits/emails'],
  [{ emails: { count: 3 } }, 'limits/emails'],
  [{ emails: { count: 0, days: 7 } }, 'limits/emails'],
  [{ emails: { count: 3, days: 367 } }, 'limits/emails'],
  [{ emails: [3, 7] }, 'limits/emails'],
  [3, 'limits'],
])('the limits %j are refused at %s', (limits, path) => {
  expect(Object.keys(faultsOf({ limits }))).toEqual([path]);
});

test('name and zone are columns of their own and are not stored twice', () => {
  const patch = readSettingsPatch({ name: '  Acme ', timezone: 'europe/berlin' }, ports);
  expect(patch).toEqual({ name: 'Acme', timezone: 'Europe/Berlin' });
  expect(patchStored({}, patch)).not.toHaveProperty('name');
  expect(patchStored({}, patch)).not.toHaveProperty('timezone');
});

test('null clears the sender and the reply address', () => {
  const patch = readSettingsPatch({ from: null, reply_to: null }, ports);
  const stored = patchStored({ from: 'a@b.example', reply_to: 'c@d.example' }, patch);
  expect(settingsOf({ ...row, stored })).toMatchObject({ from: null, replyTo: null });
});

test('every fault is told at once, with its path', () => {
  expect(
    faultsOf({
      name: '',
      timezone: 'Mars/Olympus',
      identity_verification: { enabled: 'yes', require_exp: 1 },
      allowed_origins: ['https://ok.example', 'app.example.com'],
      rate_limits: {
        widget_per_minute: -1,
        widget_unknown_user_per_minute: 1.5,
        secret_per_second: '10',
        enrollments_per_user_per_hour: Infinity,
      },
      from: 'nobody',
      reply_to: 42,
    }),
  ).toEqual({
    name: 'must not be empty',
    timezone: 'is not a known IANA time zone',
    'identity_verification/enabled': 'must be true or false',
    'identity_verification/require_exp': 'must be true or false',
    allowed_origins: 'must have origins such as https://app.example.com; number 2 is none',
    'rate_limits/widget_per_minute': 'must be a whole number from 0 to 1000000; 0 means no limit',
    'rate_limits/widget_unknown_user_per_minute':
      'must be a whole number from 0 to 1000000; 0 means no limit',
    'rate_limits/secret_per_second': 'must be a whole number from 0 to 1000000; 0 means no limit',
    'rate_limits/enrollments_per_user_per_hour':
      'must be a whole number from 0 to 1000000; 0 means no limit',
    from: 'is not a valid email address',
    reply_to: 'must be a string or null',
  });
});

test.each([
  [null, { '': 'must be an object' }],
  [[], { '': 'must be an object' }],
  ['x', { '': 'must be an object' }],
  [{ rate_limits: null }, { rate_limits: 'must be an object' }],
  [{ identity_verification: true }, { identity_verification: 'must be an object' }],
  [{ identity_verification: [] }, { identity_verification: 'must be an object' }],
  [{ timezone: null }, { timezone: 'must be a string' }],
  [{ timezone: 'IST' }, { timezone: 'is not a known IANA time zone' }],
  [{ timezone: '+02:00' }, { timezone: 'is not a known IANA time zone' }],
  [{ name: null }, { name: 'must be a string' }],
  [{ name: ' \t ' }, { name: 'must not be empty' }],
  [{ name: 'x'.repeat(201) }, { name: 'must be at most 200 characters' }],
  [{ name: 'a\nb' }, { name: 'must not contain control characters or unpaired surrogates' }],
  [{ name: 'a\0b' }, { name: 'must not contain control characters or unpaired surrogates' }],
  [{ name: 'a\ud800' }, { name: 'must not contain control characters or unpaired surrogates' }],
  [{ from: `${'x'.repeat(600)}@b.example` }, { from: 'is not a valid email address' }],
  [{ allowed_origins: '*' }, { allowed_origins: 'must be a list of origins' }],
  [
    { allowed_origins: Array(51).fill('https://a.example') },
    { allowed_origins: 'must have at most 50 origins' },
  ],
] as [unknown, Record<string, string>][])('the body %j is refused as %j', (body, faults) => {
  expect(faultsOf(body)).toEqual(faults);
});

test('the message names the first fault and how many there are', () => {
  expect(() => readSettingsPatch({ name: 1, from: 2, reply_to: 3 }, ports)).toThrow(
    'name must be a string (and 2 more)',
  );
});

test('unknown members are ignored, also when they are called like those of every object', () => {
  const body = JSON.parse(
    '{"__proto__":{"name":1},"toString":1,"rate_limits":{"x":1},"hasOwnProperty":1}',
  );
  expect(readSettingsPatch(body, ports)).toEqual({});
});

test.each([
  ['https://app.example.com', 'https://app.example.com'],
  ['https://app.example.com/', 'https://app.example.com'],
  ['HTTPS://APP.Example.com', 'https://app.example.com'],
  ['https://app.example.com:443', 'https://app.example.com'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
])('the origin %s is kept as %s', (sent, kept) => {
  expect(readSettingsPatch({ allowed_origins: [sent, sent] }, ports)).toEqual({
    allowed_origins: [kept],
  });
});

test.each([
  'app.example.com',
  '*',
  'null',
  '',
  'https://',
  'https://a.example/path',
  'https://a.example?x=1',
  'https://a.example?',
  'https://a.example#x',
  'https://user:pass@a.example',
  ' https://a.example',
  'https://a.example\n',
  'javascript:alert(1)',
  'ftp://a.example',
  'file:///etc',
  'data:text/html,x',
  42,
  null,
  {},
])('%j is not an origin', (sent) => {
  expect(faultsOf({ allowed_origins: [sent] })).toHaveProperty('allowed_origins');
});

test('no list of origins allows every origin, a list only those on it, and a request without one is no browser', () => {
  const any = settingsOf({ ...row, stored: {} });
  const some = settingsOf({ ...row, stored: { allowed_origins: ['https://a.example'] } });
  expect(isOriginAllowed(any, 'https://x.example')).toBe(true);
  expect(isOriginAllowed(some, 'https://a.example')).toBe(true);
  expect(isOriginAllowed(some, 'https://x.example')).toBe(false);
  expect(isOriginAllowed(some, 'null')).toBe(false);
  expect(isOriginAllowed(some, undefined)).toBe(true);
});

const anything = fc.jsonValue({ maxDepth: 2 });

test('property: any JSON is either read or refused with faults, and what is read is stable', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          name: anything,
          timezone: fc.oneof(fc.constantFrom('UTC', 'europe/paris', 'EST5EDT'), anything),
          identity_verification: fc.oneof(fc.record({ enabled: fc.boolean() }), anything),
          allowed_origins: fc.oneof(
            fc.array(
              fc.domain().map((host) => `https://${host}`),
              { maxLength: 3 },
            ),
            anything,
          ),
          rate_limits: fc.oneof(fc.record({ widget_per_minute: fc.integer() }), anything),
          from: fc.oneof(fc.emailAddress(), anything),
        },
        { requiredKeys: [] },
      ),
      (body) => {
        if (Object.keys(faultsOf(body)).length > 0) return;
        const patch = readSettingsPatch(body, ports);
        expect(readSettingsPatch(patch, ports)).toEqual(patch);
      },
    ),
  );
});

test('how emails look and are followed is set member by member, and bad values name their path', () => {
  const sent = {
    postal_address: ' 1 Way\nBerlin ',
    brand: { colour: '#AABBCC', logo_url: 'https://acme.example/logo.png' },
    tracking: { opens: false },
    auto_pause: { complaint_percent: 0.05 },
  };
  const settings = settingsOf({ ...row, stored: patchStored({}, readSettingsPatch(sent, ports)) });
  expect(settings.postalAddress).toBe('1 Way\nBerlin');
  expect(settings.brand).toMatchObject({ colour: '#aabbcc', websiteUrl: null });
  expect(settings.tracking).toEqual({ opens: false, clicks: true });
  expect(settings.autoPause).toMatchObject({ complaintPercent: 0.05, bouncePercent: 4 });
  const faults = faultsOf({
    brand: { colour: 'red', logo_url: 'javascript:alert(1)', footer: 'a\0' },
    tracking: { clicks: 'no' },
    soft_bounces: { count: 0 },
    auto_pause: { bounce_percent: 0, min_sends: 1.5 },
    alerts_url: 'ftp://acme.example/',
  });
  expect(Object.keys(faults)).toEqual([
    'brand/logo_url',
    'brand/colour',
    'brand/footer',
    'tracking/clicks',
    'soft_bounces/count',
    'auto_pause/bounce_percent',
    'auto_pause/min_sends',
    'alerts_url',
  ]);
});

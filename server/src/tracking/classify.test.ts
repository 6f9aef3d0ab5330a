import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageProxyOf, judge, staticReasonOf, type Visit } from './classify.ts';

const GMAIL =
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const YAHOO = 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';
const seen = (userAgent: string, more: object = {}) =>
  staticReasonOf({ kind: 'opened', method: 'GET', userAgent, isPrefetch: false, ...more });

test.each([
  CHROME,
  IPHONE,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.0',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36',
  'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; Microsoft Outlook 16.0.18)',
  GMAIL,
  YAHOO,
])('%s is a person, as far as it goes', (userAgent) => {
  expect(seen(userAgent)).toBeNull();
  expect(seen(userAgent, { kind: 'clicked' })).toBeNull();
});

test.each([
  ['Mozilla/5.0', 'apple_privacy_proxy'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
    'gmail_prefetch',
  ],
  ['', 'no_user_agent'],
  ['Barracuda Sentinel (EE)', 'scanner'],
  ['Mozilla/5.0 (compatible; Proofpoint URL Defense)', 'scanner'],
  ['Mimecast-URL-Protect', 'scanner'],
  ['Microsoft Office Existence Discovery', 'scanner'],
  ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'scanner'],
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'scanner'],
  ['WhatsApp/2.23.20.0', 'scanner'],
  ['facebookexternalhit/1.1', 'scanner'],
  ['python-requests/2.32.3', 'scanner'],
  ['curl/8.5.0', 'scanner'],
  ['Go-http-client/2.0', 'scanner'],
  ['Java/17.0.2', 'scanner'],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36',
    'scanner',
  ],
])('%j is a machine: %s', (userAgent, reason) => {
  expect(seen(userAgent)).toBe(reason);
});

test('asking for headers only, or ahead of anybody, is a machine with any name', () => {
  expect(seen(CHROME, { method: 'HEAD' })).toBe('head_request');
  expect(seen(CHROME, { isPrefetch: true })).toBe('prefetch');
});

test('the picture proxies of mailboxes are told apart', () => {
  expect([GMAIL, YAHOO, CHROME].map(imageProxyOf)).toEqual(['gmail', 'yahoo', null]);
});

const ACCEPTED = new Date('2026-01-05T10:00:00.000Z');
const at = (seconds: number): Date => new Date(ACCEPTED.getTime() + seconds * 1_000);
let ids = 0;
const visit = (seconds: number, more: Partial<Visit> = {}): Visit => ({
  id: `v${(ids += 1)}`,
  kind: 'clicked',
  at: at(seconds),
  linkId: 'l1',
  reason: null,
  isMachine: false,
  isTrap: false,
  ...more,
});
const trap = (seconds: number): Visit =>
  visit(seconds, { linkId: null, isTrap: true, isMachine: true, reason: 'honeypot_link' });
const judged = (visits: Visit[], more = {}): (string | null)[] => {
  const reasons = judge(visits, { acceptedAt: ACCEPTED, isBeingSent: false, ...more });
  return visits.map(({ id }) => reasons.get(id) ?? null);
};

test('sooner than a second and a half after the acceptance nobody reads', () => {
  expect(judged([visit(1.4), visit(-3, { kind: 'opened' })])).toEqual(['too_soon', 'too_soon']);
  expect(judged([visit(1.5)])).toEqual([null]);
  expect(judged([visit(60)], { acceptedAt: null, isBeingSent: true })).toEqual(['too_soon']);
  expect(judged([visit(60)], { acceptedAt: null })).toEqual([null]);
});

test('many links within seconds are a machine, also the first of them', () => {
  const links = ['l1', 'l2', 'l3'].map((linkId, n) => visit(100 + n * 3, { linkId }));
  expect(judged(links)).toEqual(Array(3).fill('all_links_at_once'));
  const two = ['l1', 'l2'].map((linkId, n) => visit(100 + n * 0.4, { linkId }));
  expect(judged(two)).toEqual(Array(2).fill('all_links_at_once'));
});

test('a person may follow one link often, and several in their own time', () => {
  expect(judged([visit(100), visit(100.2), visit(100.4), visit(101)])).toEqual(Array(4).fill(null));
  const links = ['l1', 'l2', 'l3', 'l4'].map((linkId, n) => visit(100 + n * 6, { linkId }));
  expect(judged(links)).toEqual(Array(4).fill(null));
});

test('the hidden link marks the clicks of ten minutes around it, and no openings', () => {
  const visits = [
    visit(1_000),
    trap(1_500),
    visit(2_000),
    visit(2_101),
    visit(1_400, { kind: 'opened' }),
  ];
  expect(judged(visits)).toEqual(['honeypot', 'honeypot_link', 'honeypot', null, null]);
});

test('property: neither the order of visits nor when they are judged changes the end', () => {
  const one = fc
    .record({
      seconds: fc.integer({ min: 2, max: 40 }),
      linkId: fc.constantFrom('l1', 'l2', 'l3'),
      isTrap: fc.boolean(),
      kind: fc.constantFrom('opened' as const, 'clicked' as const),
    })
    .map(({ seconds, isTrap, ...more }) => (isTrap ? trap(seconds) : visit(seconds, more)));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 7 }), fc.integer({ min: 0, max: 7 }), (visits, cut) => {
      const context = { acceptedAt: ACCEPTED, isBeingSent: false };
      const machines = (found: Map<string, string>): string[] => [...found.keys()].toSorted();
      const together = judge(visits, context);
      const first = judge(visits.slice(cut), context);
      const known = visits.slice(cut).map((v) => {
        const reason = first.get(v.id) ?? v.reason;
        return { ...v, reason, isMachine: reason !== null };
      });
      const second = judge([...visits.slice(0, cut), ...known].toReversed(), context);
      expect(machines(second)).toEqual(machines(together));
    }),
    { numRuns: 300 },
  );
});

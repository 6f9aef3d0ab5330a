import { expect, test } from 'vitest';
import { canonicalZone, tzVersion } from './zone.ts';

test('a zone is found in any letter case and gets its proper spelling', () => {
  expect(canonicalZone('europe/berlin')).toBe('Europe/Berlin');
  expect(canonicalZone('AMERICA/ARGENTINA/BUENOS_AIRES')).toBe('America/Argentina/Buenos_Aires');
  expect(canonicalZone('america/port-au-prince')).toBe('America/Port-au-Prince');
  expect(canonicalZone('utc')).toBe('UTC');
  expect(canonicalZone('etc/gmt+5')).toBe('Etc/GMT+5');
  expect(canonicalZone('Etc/UTC')).toBe('Etc/UTC');
});

test('a link counts and stays the name that was meant', () => {
  expect(canonicalZone('us/pacific')).toBe('US/Pacific');
  expect(canonicalZone('Asia/Calcutta')).toBe('Asia/Calcutta');
  expect(canonicalZone('Asia/Kolkata')).toBe('Asia/Kolkata');
  expect(canonicalZone('Europe/Kiev')).toBe('Europe/Kiev');
});

test.each([
  ['offsets', ['+05:00', '-08', '+0530', 'UTC+5', 'GMT+5', 'GMT-0', 'Etc/GMT+15']],
  ['abbreviations', ['IST', 'EST', 'PST', 'CET', 'MST7MDT', 'EST5EDT', 'GMT', 'Z', 'Zulu']],
  ['single words', ['Japan', 'Cuba', 'GB', 'Universal', 'Factory', 'localtime', 'posixrules']],
  ['POSIX strings', ['FOO3', 'EST5EDT,M3.2.0,M11.1.0', '<+03>-3', ':Europe/Berlin']],
  ['unknown names', ['Not/AZone', 'Etc/Unknown', 'Europe/Berlin/Mitte', 'SystemV/EST5EDT']],
  ['paths', ['posix/Europe/Berlin', 'right/Europe/Berlin', '../Europe/Berlin', 'Europe//Berlin']],
  ['texts around a name', [' Europe/Berlin', 'Europe/Berlin\n', '2026-01-01T00:00[Europe/Berlin]']],
  ['look-alikes', ['Eu\u0440ope/Berlin', 'A\u017Fia/Tokyo', 'Europe/Berlin\0', '\uD800/City']],
  ['other types', [null, undefined, 1, true, {}, ['Europe/Berlin'], '', 'a/'.repeat(100_000)]],
])('%s are not zones', (_, names) => {
  for (const name of names) expect(canonicalZone(name), JSON.stringify(name)).toBeNull();
});

test('any number of unknown names leaves the known ones known', () => {
  for (let count = 0; count < 10_000; count += 1) canonicalZone(`Nowhere/City${count}`);
  expect(canonicalZone('europe/berlin')).toBe('Europe/Berlin');
});

test('the version of the zone data is named', () => {
  expect(tzVersion()).toMatch(/^20\d\d[a-z]+$/);
});

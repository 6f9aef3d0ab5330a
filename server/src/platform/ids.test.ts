import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketOf, companyIdOf, userIdOf, uuidv5, uuidv7 } from './ids.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WORKSPACE = '018f2b6c-1111-7000-8000-000000000001';

test('uuidv7 carries the instant it is given and is never the same twice', () => {
  const now = new Date('2026-11-23T07:00:00.123Z');
  const ids = Array.from({ length: 10_000 }, () => uuidv7(now));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(UUID.exec(id)?.[1]).toBe('7');
    expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(now.getTime());
  }
});

test('property: ids of a later instant sort later, and any date gives a valid id', () => {
  const instants = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') });
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 1e9 }), (date, laterMs) => {
      expect(uuidv7(date) < uuidv7(new Date(date.getTime() + laterMs))).toBe(true);
    }),
  );
  for (const ms of [-8.64e15, -1, 8.64e15]) expect(uuidv7(new Date(ms))).toMatch(UUID);
});

test('uuidv5 gives the published example of RFC 9562', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(uuidv5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a user id is the same for the same names and differs by workspace and by name', () => {
  const id = userIdOf(WORKSPACE, 'user-1');
  expect(id).toBe(userIdOf(WORKSPACE, 'user-1'));
  expect(id).toMatch(UUID);
  expect(id).not.toBe(userIdOf(WORKSPACE, 'user-2'));
  expect(id).not.toBe(userIdOf(WORKSPACE.replace(/1$/, '2'), 'user-1'));
});

test('a company id is the same for the same names and never that of a user', () => {
  const id = companyIdOf(WORKSPACE, 'acme');
  expect(id).toBe(companyIdOf(WORKSPACE, 'acme'));
  expect(id).toMatch(UUID);
  expect(id).not.toBe(companyIdOf(WORKSPACE, 'acme-2'));
  for (const name of ['acme', 'company', 'company acme', 'companyacme']) {
    expect(id).not.toBe(userIdOf(WORKSPACE, name));
  }
});

test('buckets are whole numbers from 0 to 63, about equally full', () => {
  const counts = Array.from({ length: 64 }, () => 0);
  for (let n = 0; n < 64_000; n += 1) {
    const bucket = bucketOf(userIdOf(WORKSPACE, `user-${n}`));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  expect(counts).toHaveLength(64);
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});

import { expect, test } from 'vitest';
import { retryAfterMsOf, verdictOf } from './answer.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const read = (status: number, body: string | null = '', retryAfter?: string, wantsTraits = true) =>
  verdictOf(
    { status, retryAfter, body: body === null ? null : Buffer.from(body) },
    { wantsTraits, now: NOW, bytesMax: 9 },
  );

test.each([200, 201, 202, 204, 299])('%i is a yes', (status) => {
  expect(read(status)).toEqual({ kind: 'answered', status, traits: null, note: null });
});

test.each([300, 301, 302, 303, 304, 307, 308])(
  '%i is a no, for redirects are not followed',
  (s) => {
    const reason = `answered ${s}: redirects are not followed`;
    expect(read(s)).toEqual({ kind: 'failed', reason, status: s, isTemporary: false });
  },
);

test.each([
  [400, false],
  [401, false],
  [404, false],
  [408, true],
  [409, false],
  [410, false],
  [425, true],
  [429, true],
  [500, true],
  [501, true],
  [503, true],
  [599, true],
])('%i is tried again: %s', (status, isTemporary) => {
  expect(read(status)).toMatchObject({ kind: 'failed', status, isTemporary });
});

test('Retry-After counts where trying again may help', () => {
  expect(read(429, '', '7')).toMatchObject({ retryAfterMs: 7_000 });
  expect(read(503, '', 'Sun, 01 Mar 2026 12:01:00 GMT')).toMatchObject({ retryAfterMs: 60_000 });
  expect(read(400, '', '7')).not.toHaveProperty('retryAfterMs');
});

test.each([
  [undefined, null],
  ['0', 0],
  ['120', 120_000],
  ['-1', null],
  ['1.5', null],
  ['9'.repeat(10), null],
  ['soon', null],
  ['2026-03-01', null],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['Sun, 99 Mar 2026 12:01:00 GMT', null],
])('Retry-After %j is %j ms', (text, ms) => {
  expect(retryAfterMsOf(text, NOW)).toBe(ms);
});

test('traits are read from the answer when they are wanted', () => {
  const body = '{"traits":{"plan":"pro","old":null},"x":1}';
  expect(read(200, body)).toMatchObject({ traits: { plan: 'pro', old: null }, note: null });
  expect(read(200, body, undefined, false)).toMatchObject({ traits: null, note: null });
});

test.each([
  ['ok', 'the answer is not JSON: no traits were read'],
  ['{"traits":[1]}', 'traits of the answer is not an object: no traits were read'],
  ['{"traits":"x"}', 'traits of the answer is not an object: no traits were read'],
  [null, 'the answer is longer than 9 bytes: no traits were read'],
  ['{}', null],
  ['[]', null],
  ['null', null],
  ['{"traits":null}', null],
])('the answer %j sets nothing, and says %j', (body, note) => {
  expect(read(200, body)).toEqual({ kind: 'answered', status: 200, traits: null, note });
});

test('bytes that are no UTF-8 are not guessed at', () => {
  const body = Buffer.from([0x22, 0xff, 0x22]);
  const options = { wantsTraits: true, now: NOW, bytesMax: 9 };
  expect(verdictOf({ status: 200, retryAfter: undefined, body }, options)).toMatchObject({
    note: 'the answer is not JSON: no traits were read',
  });
});

import { expect, test } from 'vitest';
import { compileData, renderData } from './data.ts';

const FACTS = {
  user: { name: 'Ada <b>', plan: 'pro', long: 'x'.repeat(60_000) },
  event: { total: 30 },
  now: '2026-05-01T10:00:00.000Z',
};
const rendered = (json: unknown) => renderData(compileData(json), FACTS);

test('texts with Liquid in them are rendered wherever they stand, and everything else stays', () => {
  const json = {
    name: '{{ user.name | upcase }}',
    list: ['{{ event.total }}', 7, true, null, 'plain'],
    deep: { at: "{{ 'now' | date: '%Y' }}", '{{ user.plan }}': '{% if user.gone %}x{% endif %}' },
  };
  expect(rendered(json)).toEqual({
    kind: 'rendered',
    value: {
      name: 'ADA <B>',
      list: ['30', 7, true, null, 'plain'],
      deep: { at: '2026', '{{ user.plan }}': '' },
    },
  });
});

test('a member called __proto__ is a member like others', () => {
  const result = rendered(JSON.parse('{"__proto__":"{{ user.plan }}","a":{"__proto__":1}}'));
  if (result.kind === 'failed') throw new Error(result.reason);
  expect(JSON.stringify(result.value)).toBe('{"__proto__":"pro","a":{"__proto__":1}}');
  expect(Object.getPrototypeOf(result.value)).toBe(Object.prototype);
});

test('what does not parse is told with its path, all of it', () => {
  const { faults } = compileData({ a: '{{ user', b: ['ok', '{{ x | nofilter }}'], c: '{% raw' });
  expect(faults.map(({ path }) => path)).toEqual(['a', 'b/1', 'c']);
  expect(faults[1]?.message).toContain('there is no filter "nofilter"');
  expect(rendered('{{ user')).toMatchObject({ kind: 'failed' });
});

test('what fails for one user is told with its path', () => {
  expect(rendered({ a: ['{{ "%00" | url_decode }}'] })).toEqual({
    kind: 'failed',
    reason: 'a/0: a merged value holds a NUL character',
  });
  expect(rendered({ a: '{{ user.long }}', b: '{{ user.long }}' })).toEqual({
    kind: 'failed',
    reason: 'b: too long after merging',
  });
});

test('no template sees what another assigned', () => {
  expect(rendered(['{% assign x = 1 %}{{ x }}', '{{ x }}', '{{ user.plan }}'])).toEqual({
    kind: 'rendered',
    value: ['1', '', 'pro'],
  });
});

test('all templates together have the time and memory of one', () => {
  const large = '{% assign list = (1..100000) | reverse %}{{ list | size }}';
  expect(rendered([large])).toEqual({ kind: 'rendered', value: ['100000'] });
  const result = rendered(Array.from({ length: 50 }, () => large));
  expect(result).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('memory alloc limit exceeded'),
  });
});

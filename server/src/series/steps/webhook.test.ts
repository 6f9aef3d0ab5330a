import { expect, test } from 'vitest';
import { contextWith, personWith } from '../../../test/support/step-context.ts';
import type { WebhookStep } from '../step.ts';
import { webhook } from './webhook.ts';

const pathsOf = (step: object) => webhook.faults({ ...step }, 's').map(({ path }) => path);
const STEP: WebhookStep = {
  id: 'w',
  type: 'webhook',
  url: 'https://example.com/hook',
  data: { plan: '{{ user.plan }}', at: "{{ 'now' | date: '%Y-%m-%d' }}", n: 1 },
  next: 'n',
};
const context = contextWith({ person: personWith({}), merge: { user: { plan: 'pro' } } });

test('it asks for a call, with its data rendered', () => {
  const data = { plan: 'pro', at: '2026-11-20', n: 1 };
  expect(webhook.decide(STEP, context)).toEqual({ kind: 'call', data });
  const { data: _, ...bare } = STEP;
  expect(webhook.decide(bare, context)).toEqual({ kind: 'call', data: null });
  expect(webhook.words(STEP)).toBe('calls https://example.com');
});

test('nobody is called about an erased user, or with data that cannot be made', () => {
  expect(webhook.decide(STEP, contextWith())).toMatchObject({ kind: 'fail', to: 'n' });
  const step = { ...STEP, data: '{{ user.plan | date: user }}{{ "%00" | url_decode }}' };
  expect(webhook.decide(step, context)).toMatchObject({ kind: 'fail', to: 'n' });
});

test('an address is absolute, and holds no template and no password', () => {
  for (const url of ['https://a.example/x?y=1', 'http://localhost:8080', 'HTTPS://A.EXAMPLE']) {
    expect(pathsOf({ url }), url).toEqual([]);
  }
  const refused = [
    '',
    7,
    null,
    '/hook',
    'example.com',
    'ftp://example.com',
    'javascript:alert(1)',
    'https:example.com',
    'https:/\\example.com',
    'https://',
    'https://a.example/ b',
    'https://a.example/\n',
    'https://user@a.example/',
    'https://user:secret@a.example/',
    'https://{{ user.host }}/',
    `https://a.example/${'x'.repeat(2_000)}`,
  ];
  for (const url of refused) expect(pathsOf({ url }), `${url}`).toEqual(['s/url']);
});

test('every fault is told with its path', () => {
  const data = { a: ['{{ x | nofilter }}'], b: 'x' };
  expect(pathsOf({ url: 'x', data, set_traits: 'yes' })).toEqual([
    's/url',
    's/data/a/0',
    's/set_traits',
  ]);
  expect(pathsOf({ ...STEP, data: 'x'.repeat(20_001) })).toEqual(['s/data']);
  let deep: unknown = 1;
  for (let level = 0; level < 5_000; level += 1) deep = [deep];
  expect(pathsOf({ ...STEP, data: deep })).toEqual(['s/data']);
});

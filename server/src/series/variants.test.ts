import { expect, test } from 'vitest';
import { uuidv5 } from '../platform/ids.ts';
import { faultsOfSteps } from './graph.ts';
import type { EmailStep } from './step.ts';
import { variantFor, withVariant } from './variants.ts';

const STEP = {
  id: 'hello',
  type: 'email' as const,
  subject: 'Hello',
  html: '<p>Hi</p>',
  next: null,
  variants: [
    { name: 'A', weight: 1 },
    { name: 'B', weight: 3, subject: 'Hi there' },
  ],
};
const SERIES = '0198a000-0000-7000-8000-00000000000a';
const winnerless = { automationId: SERIES, winner: null };
const chosen = (step: EmailStep, userId: string, winner: string | null = null) =>
  variantFor(step, { ...winnerless, winner, userId })?.name;
const userIds = Array.from({ length: 20_000 }, (_, index) => uuidv5(SERIES, `user ${index}`));

test('variants are shared out by their weights, and a person keeps theirs', () => {
  const names = userIds.map((id) => chosen(STEP, id));
  expect(userIds.map((id) => chosen(STEP, id))).toEqual(names);
  const share = names.filter((name) => name === 'B').length / names.length;
  // Four deviations of a binomial with p = 0.75.
  expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / names.length));
});

test('variants of two emails, and of two series, have nothing to do with each other', () => {
  const even = { ...STEP, variants: STEP.variants.map((one) => ({ ...one, weight: 1 })) };
  const other = { ...even, id: 'other' };
  const same = userIds.filter((id) => chosen(even, id) === chosen(other, id)).length;
  expect(Math.abs(same / userIds.length - 0.5)).toBeLessThan(0.02);
});

test('a winner is what everybody gets, as long as there is a rule and the variant', () => {
  const ruled = { ...STEP, winner: { metric: 'opened' as const, after: 1_000 } };
  const some = userIds.slice(0, 100);
  expect(new Set(some.map((id) => chosen(ruled, id, 'A')))).toEqual(new Set(['A']));
  expect(some.map((id) => chosen(ruled, id, 'gone'))).toEqual(some.map((id) => chosen(STEP, id)));
  expect(some.map((id) => chosen(STEP, id, 'A'))).toEqual(some.map((id) => chosen(STEP, id)));
});

test('an email without variants has none', () => {
  const { variants: _, ...plain } = STEP;
  expect(chosen(plain, userIds[0]!)).toBeUndefined();
});

test('a variant takes over what it does not say itself; a new body takes the place of the old', () => {
  expect(withVariant(STEP, STEP.variants[1]!)).toEqual({
    id: 'hello',
    type: 'email',
    subject: 'Hi there',
    html: '<p>Hi</p>',
    next: null,
  });
  const mjml = '<mjml></mjml>';
  const said = withVariant({ ...STEP, preheader: 'x' }, { name: 'C', mjml, preheader: null });
  expect(said).toEqual({ id: 'hello', type: 'email', subject: 'Hello', next: null, mjml });
});

const winner = { metric: 'opened', after: 1_000 };
const two = (more: object) => [STEP.variants[0], { name: 'B', weight: 1, ...more }];
test.each([
  ['variants', { variants: [STEP.variants[0]] }],
  ['variants', { variants: 'A' }],
  ['variants/0', { variants: ['A', STEP.variants[1]] }],
  ['variants/1/name', { variants: two({ name: 'A' }) }],
  ['variants/1/name', { variants: two({ name: 'a/b' }) }],
  ['variants/1/weight', { variants: two({ weight: 0 }) }],
  ['variants/1/list_id', { variants: two({ list_id: SERIES }) }],
  ['variants/1/subject', { variants: two({ subject: '{{ broken' }) }],
  ['variants/1/from', { variants: two({ from: 'nobody' }) }],
  ['variants/1/mjml', { variants: two({ html: '<p>1</p>', mjml: '<mjml></mjml>' }) }],
  ['winner', { variants: undefined, winner }],
  ['winner/metric', { winner: { ...winner, metric: 'sent' } }],
  ['winner/after', { winner: { ...winner, after: 1 } }],
  ['winner/confidence', { winner: { ...winner, confidence: 1 } }],
])('what is wrong is told at %s', (path, more) => {
  expect(faultsOfSteps([{ ...STEP, ...more }]).map((fault) => fault.path)).toEqual([
    `steps/0/${path}`,
  ]);
});

test('what is wrong with the email itself is told once', () => {
  expect(faultsOfSteps([{ ...STEP, html: '{{ broken' }])).toHaveLength(1);
});

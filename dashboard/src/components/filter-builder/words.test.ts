import { expect, test } from 'vitest';
import { OPERATORS } from './operators.ts';
import { wordsOf } from './words.ts';

const about = (operator: string, value?: unknown, field = 'user.plan') =>
  wordsOf({ field, operator, ...(value === undefined ? {} : { value }) });

test.each([
  ['equals', 'pro', 'plan is pro'],
  ['not_equals', 'pro', 'plan is not pro'],
  ['contains', 'pr', 'plan contains pr'],
  ['starts_with', 'pr', 'plan starts with pr'],
  ['ends_with', 'ro', 'plan ends with ro'],
  ['one_of', ['pro', 'team'], 'plan is pro or team'],
  ['not_one_of', ['pro', 'team', 'free'], 'plan is not pro, team or free'],
  ['equals', 3, 'plan is 3'],
  ['greater_than', 3, 'plan is greater than 3'],
  ['at_least', 3, 'plan is at least 3'],
  ['less_than', 3, 'plan is less than 3'],
  ['at_most', 3, 'plan is at most 3'],
  ['between', [1, 3], 'plan is between 1 and 3'],
  ['equals', true, 'plan is yes'],
  ['not_equals', true, 'plan is not yes'],
  ['before', '2026-05-01', 'plan is before 2026-05-01'],
  ['after', '2026-05-01', 'plan is after 2026-05-01'],
  ['on', '2026-05-01', 'plan is on 2026-05-01'],
  ['within_last', { amount: 3, unit: 'days' }, 'plan is within the last 3 days'],
  ['within_next', { amount: 1, unit: 'weeks' }, 'plan is within the next 1 week'],
  ['more_than_ago', { amount: 3, unit: 'days' }, 'plan is more than 3 days ago'],
  ['more_than_ahead', { amount: 3, unit: 'hours' }, 'plan is more than 3 hours ahead'],
  ['contains_any', ['a', 'b'], 'plan contains a or b'],
  ['contains_all', ['a', 'b'], 'plan contains a and b'],
  ['size', 1, 'plan has exactly 1 entry'],
  ['size_at_least', 2, 'plan has at least 2 entries'],
  ['size_at_most', 2, 'plan has at most 2 entries'],
  ['is_set', undefined, 'plan is set'],
  ['is_not_set', undefined, 'plan is not set'],
])('%s with %j is told as it is said', (operator, value, words) => {
  expect(about(operator, value)).toBe(words);
});

test('no operator over a field is without words', () => {
  for (const { operator } of OPERATORS) {
    expect(about(operator, 1)).not.toContain(operator.includes('_') ? operator : '{');
  }
});

test.each([
  [{ operator: 'at_least', count: 1 }, 'did buy'],
  [{ operator: 'at_least', count: 3 }, 'did buy at least 3 times'],
  [{ operator: 'at_most', count: 1 }, 'did buy at most once'],
  [{ operator: 'at_most', count: 0 }, 'did not do buy'],
  [{ operator: 'exactly', count: 2 }, 'did buy exactly 2 times'],
  [{ operator: 'never' }, 'did not do buy'],
  [
    { operator: 'never', within: { amount: 30, unit: 'days' } },
    'did not do buy in the last 30 days',
  ],
  [
    {
      operator: 'at_least',
      count: 1,
      where: [
        { field: 'metadata.amount', operator: 'greater_than', value: 10 },
        { field: 'event.page_url', operator: 'contains', value: '/pay' },
      ],
    },
    'did buy where amount is greater than 10 and page contains /pay',
  ],
])('an event with %j is told as it is said', (rest, words) => {
  expect(wordsOf({ event: 'buy', ...rest })).toBe(words);
});

test('lists, consent and emails are told by their names', () => {
  const names = { lists: new Map([['l1', 'News']]), emails: new Map([['w', 'Welcome']]) };
  const told = (filter: Record<string, unknown>) => wordsOf(filter, names);
  expect(told({ list: 'l1', operator: 'subscribed' })).toBe('is on News');
  expect(told({ list: 'l1', operator: 'not_subscribed' })).toBe('is not on News');
  expect(told({ list: 'l1', operator: 'unsubscribed' })).toBe('has left News');
  expect(told({ consent: 'subscribed' })).toBe('has not unsubscribed from everything');
  expect(told({ consent: 'unsubscribed' })).toBe('has unsubscribed from everything');
  expect(told({ email: 'w', operator: 'opened' })).toBe('email Welcome was opened');
  expect(told({ email: 'any', operator: 'sent' })).toBe('any email was sent');
  expect(told({ email: 'w', operator: 'delivered' })).toBe('email Welcome was delivered');
  expect(told({ email: 'w', operator: 'clicked' })).toBe('email Welcome was clicked');
  expect(told({ email: 'w', operator: 'bounced' })).toBe('email Welcome bounced');
});

test('groups are joined, and in brackets only where they would be misread', () => {
  const pro = { field: 'user.plan', operator: 'equals', value: 'pro' };
  const trial = { field: 'user.trial', operator: 'equals', value: true };
  const idle = { event: 'purchase', operator: 'never', within: { amount: 30, unit: 'days' } };
  expect(wordsOf(null)).toBe('everybody');
  expect(wordsOf({ and: [pro, idle] })).toBe(
    'plan is pro and did not do purchase in the last 30 days',
  );
  expect(wordsOf({ and: [{ or: [pro, trial] }, idle] })).toBe(
    '(plan is pro or trial is yes) and did not do purchase in the last 30 days',
  );
  expect(wordsOf({ and: [{ or: [pro] }] })).toBe('plan is pro');
  expect(wordsOf({ not: { or: [pro, trial] } })).toBe('none of (plan is pro or trial is yes)');
  expect(wordsOf({ not: pro })).toBe('not (plan is pro)');
  expect(wordsOf({ not: { event: 'buy', operator: 'at_least', count: 1 } })).toBe('did not do buy');
});

test('fields are named as people say them, and texts of several words are quoted', () => {
  expect(about('equals', 'New York', 'company.city')).toBe('company city is “New York”');
  expect(about('is_set', undefined, 'user.signed_up_at')).toBe('signed up is set');
  expect(about('equals', '', 'traits.plan')).toBe('plan is “”');
  expect(about('one_of', ['a', 'b', 'c', 'd', 'e', 'f'])).toBe('plan is a, b, c, d or 2 more');
  expect(
    wordsOf({ field: 'user.x', operator: 'on', value: '2026-05-01', timezone: 'Europe/Berlin' }),
  ).toBe('x is on 2026-05-01 (Europe/Berlin)');
});

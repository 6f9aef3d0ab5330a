import { expect, test } from 'vitest';
import { bouncedOf, NO_COUNTS, ratesOf, sumOf } from './rates.ts';

const counts = (some: object) => ({ ...NO_COUNTS, ...some });

test('nothing has no rates', () => {
  const none = { delivered: null, opened: null, clicked: null };
  expect(ratesOf(NO_COUNTS)).toEqual({
    ...none,
    unsubscribed: null,
    bounced: null,
    complained: null,
  });
});

test('what people did is of what did not come back, whether deliveries are told or not', () => {
  const sent = counts({ sent: 110, bounced_hard: 5, blocked: 5, opened: 50, clicked: 25 });
  const rates = { opened: 0.5, clicked: 0.25, bounced: 0.0909 };
  expect(ratesOf(sent)).toMatchObject({ ...rates, delivered: 0 });
  expect(ratesOf({ ...sent, delivered: 100 })).toMatchObject({ ...rates, delivered: 0.9091 });
});

test('what came back at first and arrived later arrived', () => {
  const late = counts({ sent: 10, bounced_soft: 10, delivered: 10, opened: 5 });
  expect(ratesOf(late)).toMatchObject({ delivered: 1, opened: 0.5, bounced: 1 });
});

test('no rate is more than the whole', () => {
  expect(ratesOf(counts({ sent: 1, delivered: 1, opened: 3, complained: 2 }))).toMatchObject({
    opened: 1,
    complained: 1,
  });
});

test('counts add up kind by kind', () => {
  const sum = sumOf(counts({ sent: 1, blocked: 2 }), counts({ sent: 4, bounced_soft: 3 }));
  expect(sum).toEqual(counts({ sent: 5, blocked: 2, bounced_soft: 3 }));
  expect(bouncedOf(sum)).toBe(5);
});

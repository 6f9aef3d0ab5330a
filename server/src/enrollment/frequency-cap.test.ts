import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capBookOf, capOf } from './frequency-cap.ts';

const HOUR_MS = 60 * 60_000;
const now = new Date('2025-03-24T08:00:00.000Z');
const ago = (hours: number): Date => new Date(now.getTime() - hours * HOUR_MS);

test.each([
  ['nothing was sent', [], 1, 1, null],
  ['there is room for one more', [1], 2, 7, null],
  ['the count is reached', [1], 1, 7, ago(1 - 168)],
  ['the oldest that counts leaves the days first', [100, 1, 50], 3, 7, ago(100 - 168)],
  ['only as many as the cap count, the latest', [100, 90, 80, 1], 2, 7, ago(80 - 168)],
  ['what was sent exactly the days ago counts no more', [168], 1, 7, null],
  ['a moment less ago still counts', [167.9], 1, 7, ago(167.9 - 168)],
  ['what is leaving now counts', [0], 1, 1, ago(-24)],
] as [string, number[], number, number, Date | null][])(
  '%s',
  (_title, hours, count, days, freeAt) => {
    expect(capOf({ sentAt: hours.map(ago), count, days, now })?.freeAt ?? null).toEqual(freeAt);
  },
);

test('at the instant that is given one more may leave, and a moment earlier it may not', () => {
  const times = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 });
  const limit = fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    days: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(times, limit, (hours, { count, days }) => {
      const sentAt = hours.map(ago);
      const free = capOf({ sentAt, count, days, now });
      if (free === null) return;
      const moment = new Date(free.freeAt.getTime() - 1);
      expect(free.freeAt > now).toBe(true);
      expect(capOf({ sentAt, count, days, now: free.freeAt })).toBeNull();
      expect(capOf({ sentAt, count, days, now: moment })).not.toBeNull();
    }),
  );
});

test('a book counts what its own batch lets leave, and lets others pass', () => {
  const book = capBookOf(new Map([['ada', { count: 2, days: 1, sentAt: [ago(1)] }]]));
  expect(book.freeAt('ada', now)).toBeNull();
  book.send('ada', now);
  expect(book.freeAt('ada', now)).toEqual(ago(1 - 24));
  book.send('bob', now);
  expect(book.freeAt('bob', now)).toBeNull();
});

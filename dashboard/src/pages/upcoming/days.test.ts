import { expect, test } from 'vitest';
import { dayRowsOf } from './days.ts';

const sends = (hour: string, count: number, follows = 0) => ({
  hour,
  series_id: 's',
  sends: count,
  follows,
});

test('hours stand in the local day and hour', () => {
  const rows = dayRowsOf(
    {
      from: '2025-03-24T10:20:00Z',
      to: '2025-03-26T00:00:00Z',
      hours: [sends('2025-03-24T23:00:00.000Z', 7), sends('2025-03-24T23:00:00.000Z', 0, 2)],
    },
    'Europe/Berlin',
  );
  expect(rows.map(({ label }) => label)).toEqual(['Mon 24 Mar', 'Tue 25 Mar', 'Wed 26 Mar']);
  expect(rows[1]?.counts[0]).toBe(9);
  expect(rows[0]?.counts[10]).toBeNull();
  expect(rows[0]?.counts[11]).toBe(0);
});

test('the hour that a clock change leaves out is no hour', () => {
  const [day] = dayRowsOf(
    { from: '2025-03-29T23:00:00Z', to: '2025-03-30T22:00:00Z', hours: [] },
    'Europe/Berlin',
  );
  expect(day?.counts.filter((count) => count === null)).toHaveLength(1);
  expect(day?.counts[2]).toBeNull();
});

test('the hour that a clock change brings twice holds both', () => {
  const [day] = dayRowsOf(
    {
      from: '2025-10-25T22:00:00Z',
      to: '2025-10-26T23:00:00Z',
      hours: [sends('2025-10-26T00:00:00Z', 3), sends('2025-10-26T01:00:00Z', 4)],
    },
    'Europe/Berlin',
  );
  expect(day?.counts[2]).toBe(7);
});

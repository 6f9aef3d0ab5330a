import { expect, test } from 'vitest';
import {
  EVERY_LINE,
  heatRowsOf,
  type Line,
  linesOf,
  localHourOf,
  peopleOf,
  refusalsOf,
} from './result.ts';

const line = (at: string, userId: string, rest: Partial<Line> = {}): Line => ({
  at,
  user_id: userId,
  run: 1,
  seq: 1,
  step_id: 'welcome',
  what: 'sent',
  until: null,
  branch: null,
  to: null,
  reason: null,
  ...rest,
});

test('sends stand in the local day and hour of their clock', () => {
  const rows = heatRowsOf(
    [
      { at: '2026-03-27T23:30:00Z', count: 2, zone: 'Europe/Berlin' },
      { at: '2026-03-27T23:30:00Z', count: 5, zone: 'UTC' },
      { at: '2026-03-28T00:10:00Z', count: 1, zone: 'Europe/Berlin' },
    ],
    (day) => `day ${day}`,
  );
  expect(rows.map(({ label }) => label)).toEqual(['day 2026-03-27', 'day 2026-03-28']);
  expect(rows[0]?.counts[23]).toBe(5);
  expect(rows[1]?.counts.slice(0, 2)).toEqual([2, 1]);
});

test('a day on which nothing is sent has no row', () => {
  expect(heatRowsOf([], String)).toEqual([]);
});

test('the timeline is narrowed by person, kind, step and hour', () => {
  const all = [
    line('2026-03-27T08:00:00Z', 'person-1'),
    line('2026-03-27T09:00:00Z', 'person-12', { what: 'held' }),
    line('2026-03-27T09:30:00Z', 'ada', { step_id: 'tips' }),
  ];
  const find = (filter: object) =>
    linesOf(all, { ...EVERY_LINE, ...filter }, ({ at }) => localHourOf(at, 'UTC'));
  expect(find({})).toHaveLength(3);
  expect(find({ person: 'PERSON-1' })).toHaveLength(2);
  expect(find({ what: 'held' }).map(({ user_id: id }) => id)).toEqual(['person-12']);
  expect(find({ stepId: 'tips' })).toHaveLength(1);
  expect(find({ hour: { day: '2026-03-27', hour: 9 } })).toHaveLength(2);
});

test('people come in the order of their first line', () => {
  const people = peopleOf([line('1', 'b'), line('2', 'a'), line('3', 'b')]);
  expect([...people].map(([id, lines]) => [id, lines.length])).toEqual([
    ['b', 2],
    ['a', 1],
  ]);
});

test('why people do not enter is counted', () => {
  const no = (reason: string) => line('1', 'a', { what: 'not_entered', reason });
  expect(refusalsOf([no('not_meant'), no('too_soon'), no('not_meant'), line('2', 'b')])).toEqual([
    ['not_meant', 2],
    ['too_soon', 1],
  ]);
});

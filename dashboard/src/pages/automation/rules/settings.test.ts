import { expect, test } from 'vitest';
import {
  businessDaysOf,
  exitKindOf,
  exitsOf,
  minuteOfDay,
  partPatched,
  patched,
  placeOf,
  spanOf,
  triggerPatch,
  watchOfKind,
  windowOf,
} from './settings.ts';

/** Goal: what the tab edits changes what it says it does, and leaves all else as the server gave it. */
const FULL = {
  entry_trigger: 'event',
  entry_event_name: 'trial_started',
  entry_filter: { field: 'metadata.plan', operator: 'equals', value: 'pro' },
  audience: { and: [{ field: 'user.email', operator: 'is_set' }] },
  timezone: 'Europe/Berlin',
  use_user_timezone: false,
  send_window: { start: '22:00', end: '24:00' },
  business_days_only: true,
  business_days: [1, 7],
  holidays: { country: 'DE', region: 'BE' },
  max_lateness: { amount: 90, unit: 'minutes' },
  spread_minutes: 30,
  reenrollment: {
    enabled: true,
    cooldown: { amount: 30, unit: 'days' },
    max_runs: 3,
    after: 'leaving',
  },
  goal: { event: 'subscribed', filter: null, within: { amount: 14, unit: 'days' } },
  exit: [{ on: 'unsubscribe' }, { event: 'left' }, { filter: { and: [] } }, { enters: 'x' }],
  priority: 10,
  over_cap: 'skip',
  resume: { late: 'skip', after: { amount: 2, unit: 'days' } },
  of_a_later_release: { kept: true },
};

test('a change of one member leaves every other exactly as it is', () => {
  for (const name of Object.keys(FULL)) {
    const changed = patched(FULL, { [name]: 'else' });
    expect(changed).toEqual({ ...FULL, [name]: 'else' });
    expect(patched(changed, { [name]: FULL[name as keyof typeof FULL] })).toEqual(FULL);
  }
  expect(patched(FULL, {})).toEqual(FULL);
  expect(patched({ a: 1, b: 2 }, { b: undefined })).toEqual({ a: 1 });
});

test('a change within a part keeps the rest of the part', () => {
  expect(partPatched(FULL, 'reenrollment', { max_runs: null })).toEqual({
    reenrollment: { ...FULL.reenrollment, max_runs: null },
  });
  expect(partPatched({}, 'resume', { late: 'exit' })).toEqual({ resume: { late: 'exit' } });
});

test('another trigger lets go of the event, and only of it', () => {
  expect(patched(FULL, triggerPatch(FULL, 'manual'))).toEqual({
    ...FULL,
    entry_trigger: 'manual',
    entry_event_name: null,
    entry_filter: null,
  });
  expect(triggerPatch(FULL, 'event')['entry_event_name']).toBe('trial_started');
});

test('what is left out reads as the server takes it', () => {
  expect(businessDaysOf({})).toEqual([1, 2, 3, 4, 5]);
  expect(windowOf({})).toBeNull();
  expect(placeOf({})).toBeNull();
  expect(spanOf(null)).toBeNull();
  expect(exitsOf({ exit: null })).toEqual([]);
});

test('what is written reads as it is', () => {
  expect(businessDaysOf(FULL)).toEqual([1, 7]);
  expect(windowOf(FULL)).toEqual({ start: '22:00', end: '24:00' });
  expect(placeOf(FULL)).toEqual({ country: 'DE', region: 'BE' });
  expect(spanOf(FULL.max_lateness)).toEqual({ amount: 90, unit: 'minutes' });
  expect(exitsOf(FULL)).toEqual(FULL.exit);
  expect(exitsOf(FULL).map(exitKindOf)).toEqual(['on', 'event', 'filter', 'enters']);
});

test('a goal of another kind keeps until when it counts', () => {
  const goal = watchOfKind(FULL.goal, 'filter');
  expect(goal['within']).toEqual({ amount: 14, unit: 'days' });
  expect(Object.keys(goal)).not.toContain('event');
});

test.each([
  ['00:00', 0],
  ['09:30', 570],
  ['24:00', 1440],
  ['24:01', null],
  ['09:60', null],
  ['9:00', null],
  ['', null],
])('%s is minute %s of the day', (text, minute) => {
  expect(minuteOfDay(text)).toBe(minute);
});

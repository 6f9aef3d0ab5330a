import { expect, test } from 'vitest';
import { faultsOfSettings, settingsOf } from './settings.ts';

/** Goal: every group of settings says what is wrong with it, where, and fills in what is left out. */
const ID = '0197c5f0-0000-7000-8000-000000000000';
const PRO = { field: 'user.plan', operator: 'equals', value: 'pro' };
const pathsOf = (settings: object, seriesId: string | null = null): string[] =>
  faultsOfSettings(settings, { seriesId }).map(({ path }) => path);

test('what is left out is as it always was: nobody enters by themselves, once, and stays', () => {
  const defaults = {
    entry_trigger: 'api',
    entry_event_name: null,
    entry_filter: null,
    audience: null,
    reenrollment: { enabled: false, cooldown: null, max_runs: null, after: 'completing' },
    goal: null,
    exit: [],
    priority: 0,
    over_cap: 'delay',
    resume: { late: 'send', after: { amount: 0, unit: 'minutes' } },
  };
  expect(settingsOf({})).toEqual(defaults);
  expect(faultsOfSettings(defaults)).toEqual([]);
  expect(settingsOf({ ...settingsOf({}) })).toEqual(defaults);
  // As the first release stored them.
  const stored = { entry_trigger: 'api', reenrollment: { enabled: true }, goal: null, exit: [] };
  expect(settingsOf(stored).reenrollment).toEqual({ ...defaults.reenrollment, enabled: true });
});

test('everything together is taken, and kept without what means nothing', () => {
  const settings = {
    entry_trigger: 'event',
    entry_event_name: 'order_placed',
    entry_filter: { field: 'metadata.total', operator: 'greater_than', value: 10 },
    audience: PRO,
    reenrollment: { enabled: true, cooldown: { amount: 1, unit: 'weeks' }, after: 'leaving' },
    goal: { event: 'paid', within: { amount: 7, unit: 'days' }, colour: 'red' },
    exit: [{ filter: PRO }, { event: 'left' }, { on: 'complaint' }, { enters: ID.toUpperCase() }],
    priority: 50,
    over_cap: 'skip',
    resume: { late: 'exit', after: { amount: 2, unit: 'days' } },
  };
  expect(faultsOfSettings(settings)).toEqual([]);
  expect(settingsOf(settings)).toEqual({
    ...settings,
    reenrollment: { ...settings.reenrollment, max_runs: null },
    goal: { event: 'paid', within: { amount: 7, unit: 'days' } },
    exit: [{ filter: PRO }, { event: 'left' }, { on: 'complaint' }, { enters: ID }],
  });
});

test.each([
  ['an unknown trigger', { entry_trigger: 'birthday' }, ['entry_trigger']],
  ['an event without its name', { entry_trigger: 'event' }, ['entry_event_name']],
  ['a name without the trigger', { entry_event_name: 'x' }, ['entry_event_name']],
  [
    'a name that events never have',
    { entry_trigger: 'event', entry_event_name: 'x'.repeat(101) },
    ['entry_event_name'],
  ],
  [
    'an event filter without the trigger',
    { entry_filter: { field: 'metadata.x', operator: 'equals', value: 1 } },
    ['entry_filter'],
  ],
  ['manual without an audience', { entry_trigger: 'manual' }, ['audience']],
  ['a segment without an audience', { entry_trigger: 'segment_match' }, ['audience']],
  ['an audience that is no filter', { audience: { and: [] } }, ['audience/and']],
  ['re-enrollment of another kind', { reenrollment: { after: 'dying' } }, ['reenrollment/after']],
  ['no run at all', { reenrollment: { max_runs: 0 } }, ['reenrollment/max_runs']],
  ['an empty goal', { goal: {} }, ['goal']],
  ['a goal that is a word', { goal: 'win' }, ['goal']],
  [
    'a goal with faults everywhere',
    { goal: { event: '', filter: { or: 1 }, within: 3 } },
    ['goal/event', 'goal/filter/or', 'goal/within'],
  ],
  ['exits that are no list', { exit: {} }, ['exit']],
  ['too many exits', { exit: Array.from({ length: 21 }, () => ({ on: 'complaint' })) }, ['exit']],
  [
    'exits of every wrong kind',
    {
      exit: [
        1,
        {},
        { on: 'rain' },
        { enters: 'x' },
        { enters: 5 },
        { on: 'complaint', event: 'x' },
      ],
    },
    ['exit/0', 'exit/1', 'exit/2/on', 'exit/3/enters', 'exit/4/enters', 'exit/5'],
  ],
  ['a priority out of bounds', { priority: 101 }, ['priority']],
  ['another way over the cap', { over_cap: 'send' }, ['over_cap']],
  [
    'resuming in another way',
    { resume: { late: 'never', after: 1 } },
    ['resume/late', 'resume/after'],
  ],
  ['resuming with a word', { resume: 'send' }, ['resume']],
] as [string, object, string[]][])('%s is told with its path', (_title, settings, paths) => {
  expect(pathsOf(settings)).toEqual(paths.map((path) => `settings/${path}`));
});

test('a series must not end by being entered itself', () => {
  const settings = { exit: [{ enters: ID.toUpperCase() }] };
  expect(pathsOf(settings, ID)).toEqual(['settings/exit/0/enters']);
  expect(pathsOf(settings)).toEqual([]);
});

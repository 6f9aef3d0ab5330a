import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOfSettings } from './outline-words.ts';
import { settingsOf } from './settings.ts';

/**
 * Goal: no two rules that differ are told alike. Method: settings of small parts, of which each that
 * counts must be in the words.
 */
const wordsOf = (settings: object) =>
  wordsOfSettings(settingsOf({ ...settings }), { workspaceTimezone: 'UTC' });

const delay = fc.record({
  amount: fc.integer({ min: 0, max: 3 }),
  unit: fc.constantFrom('minutes', 'days'),
});
const filter = fc.constantFrom(
  { field: 'user.plan', operator: 'equals', value: 'pro' },
  { field: 'user.plan', operator: 'is_set' },
  { field: 'user.score', operator: 'greater_than', value: 3 },
);
const eventFilter = fc.constantFrom(null, {
  field: 'metadata.total',
  operator: 'greater_than',
  value: 3,
});
const event = fc.record({ event: fc.constantFrom('a', 'b'), filter: eventFilter });
const watch = fc.oneof(event, fc.record({ filter }));
const entry = fc.oneof(
  fc.record({
    entry_trigger: fc.constantFrom('api', 'manual', 'user_created', 'segment_match'),
  }),
  fc.record({
    entry_trigger: fc.constant('event'),
    entry_event_name: fc.constantFrom('a', 'b'),
    entry_filter: eventFilter,
  }),
);
const rest = fc.record({
  audience: fc.option(filter),
  reenrollment: fc.option(
    fc.record({
      enabled: fc.boolean(),
      cooldown: fc.option(delay),
      max_runs: fc.constantFrom(null, 1, 2),
      after: fc.constantFrom('completing', 'leaving'),
    }),
  ),
  goal: fc.option(
    fc
      .tuple(watch, fc.option(delay))
      .map(([on, within]) => (within === null ? on : { ...on, within })),
  ),
  exit: fc.array(
    fc.oneof(
      watch,
      fc.record({ on: fc.constantFrom('unsubscribe', 'hard_bounce', 'complaint') }),
      fc.record({ enters: fc.constantFrom('0197c5f0-0000-7000-8000-000000000000') }),
    ),
    { maxLength: 2 },
  ),
  priority: fc.integer({ min: 0, max: 3 }),
  over_cap: fc.constantFrom('delay', 'skip'),
  resume: fc.option(fc.record({ late: fc.constantFrom('send', 'skip', 'exit'), after: delay })),
});
const settings = fc.tuple(entry, rest).map(([one, other]) => ({ ...one, ...other }));

/** What counts: members that mean nothing beside the others are left out. */
function meaningOf(given: object): string {
  const { reenrollment, resume, ...all } = settingsOf({ ...given });
  return JSON.stringify({
    ...all,
    reenrollment: reenrollment.enabled ? reenrollment : null,
    resume:
      resume.late === 'send'
        ? null
        : { ...resume, after: resume.after.amount === 0 ? 0 : resume.after },
  });
}

test('every setting that differs gives different words', () => {
  fc.assert(
    fc.property(settings, settings, (one, other) => {
      const isSame = meaningOf(one) === meaningOf(other);
      const areWordsSame = JSON.stringify(wordsOf(one)) === JSON.stringify(wordsOf(other));
      if (areWordsSame) expect(meaningOf(one)).toBe(meaningOf(other));
      if (isSame) expect(wordsOf(one)).toEqual(wordsOf(other));
    }),
    { numRuns: 500 },
  );
});

test('changing one setting changes the words, or nothing', () => {
  fc.assert(
    fc.property(settings, rest, fc.nat(6), (one, other, index) => {
      const [name = '', value] = Object.entries(other)[index] ?? [];
      const changed = { ...one, [name]: value };
      const areWordsSame = JSON.stringify(wordsOf(one)) === JSON.stringify(wordsOf(changed));
      expect(areWordsSame).toBe(meaningOf(one) === meaningOf(changed));
    }),
    { numRuns: 1_000 },
  );
});

test('each rule is a sentence', () => {
  const words = wordsOf({
    entry_trigger: 'segment_match',
    audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
    exit: [{ on: 'complaint' }, { event: 'churned' }],
    resume: { late: 'skip', after: { amount: 2, unit: 'days' } },
    over_cap: 'skip',
    priority: 7,
  });
  expect(words).toMatchObject({
    entry: 'Whoever is in the audience or comes to be; or by a call',
    audience: "Where user.plan is 'pro'",
    reenrollment: 'Once: who has been through it does not enter again',
    goal: 'None',
    exits: ['Leaves on a complaint', "Leaves when they do 'churned'"],
    caps: 'Priority 7 of 100; an email over the frequency cap is skipped',
    resume:
      'What falls due in a pause is sent in the next window; what is overdue by more than 2 days is skipped',
  });
});

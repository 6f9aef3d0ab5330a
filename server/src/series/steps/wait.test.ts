import { expect, test } from 'vitest';
import { contextWith, FROM, personWith } from '../../../test/support/step-context.ts';
import type { WaitStep } from '../step.ts';
import { wait } from './wait.ts';

const stepUntil = (until: object): WaitStep => ({ id: 'w', type: 'wait', until, next: 'n' });
const TRIAL = stepUntil({ date: '{{ user.trial_ends_at }}' });
const pathsOf = (step: object) => wait.faults({ ...step }, 's').map(({ path }) => path);

test('a wait has a delay or an until, and each is looked through', () => {
  expect(pathsOf({ delay: { amount: 1, unit: 'days' } })).toEqual([]);
  expect(pathsOf({ until: { time: '09:00' }, delay: null })).toEqual([]);
  expect(pathsOf({})).toEqual(['s/delay']);
  expect(pathsOf({ until: { time: '09:00' }, delay: { amount: 1, unit: 'days' } })).toEqual([
    's/until',
  ]);
  expect(pathsOf({ until: { date: 'trial_ends_at', time: '9' } })).toEqual([
    's/until/time',
    's/until/date',
  ]);
});

test('a date is named as filters name fields, or as a merge tag', () => {
  const good = [
    'user.trial_ends_at',
    ' {{user.trial_ends_at}} ',
    '{{- traits.a.b -}}',
    'company.signed_up_at',
    'properties.starts_at',
    '{{ event.starts_at }}',
    'user.signed_up_at',
    'user.__proto__',
  ];
  for (const date of good) expect(pathsOf({ until: { date } }), date).toEqual([]);
  const bad = [
    '{{ user.a | date: "%s" }}',
    '{{ user.a',
    'user.email',
    'user.id',
    'x',
    '',
    7,
    'event.',
  ];
  for (const date of bad) expect(pathsOf({ until: { date } }), `${date}`).toEqual(['s/until/date']);
});

test('a delay is over when the step is asked, and waits for nothing but itself', () => {
  const step: WaitStep = { id: 'w', type: 'wait', delay: { amount: 3, unit: 'days' }, next: 'n' };
  expect(wait.decide(step, contextWith())).toMatchObject({ kind: 'go', to: 'n' });
  expect(wait.delayOf(step)).toEqual({ amount: 3, unit: 'days' });
  expect(wait.needs(step, contextWith().rules)).toEqual({ facts: null, waitsFor: null });
  expect(wait.words(step)).toBe('waits 3 days');
});

test('a time is held until it comes, and a held wait goes on', () => {
  const step = stepUntil({ time: '18:00' });
  const at = new Date('2026-11-20T17:00:00Z');
  const held = wait.decide(step, contextWith());
  expect(held).toMatchObject({ kind: 'hold', until: at });
  const again = contextWith({ isHeld: true, now: at, dueAt: at });
  expect(wait.decide(step, again)).toMatchObject({ kind: 'go', to: 'n' });
  expect(wait.decide(stepUntil({ time: '11:00' }), contextWith())).toMatchObject({ kind: 'go' });
  // Who was told until when is not held again, whatever has become of the date.
  const person = personWith({ trial_ends_at: '2027-01-01' });
  expect(wait.decide(TRIAL, { ...again, person })).toMatchObject({ kind: 'go', to: 'n' });
});

test('a date is held until it comes, in whatever form it was sent', () => {
  const decide = (value: unknown, more = {}) =>
    wait.decide(TRIAL, contextWith({ person: personWith({ trial_ends_at: value }), ...more }));
  const hold = (until: string) => ({ kind: 'hold', until: new Date(until) });
  expect(decide('2026-12-01T08:00:00+01:00')).toMatchObject(hold('2026-12-01T07:00:00.000Z'));
  expect(decide('2026-12-01')).toMatchObject(hold('2026-11-30T23:00:00.000Z'));
  expect(decide('2026-12-01', { userTimezone: 'Asia/Tokyo' })).toMatchObject(
    hold('2026-11-30T15:00:00.000Z'),
  );
  // The date moved while the step was waiting: asked anew, later, as for the first time.
  const later = { now: new Date('2026-11-30T00:00:00Z') };
  expect(decide('2026-12-24T00:00:00Z', later)).toMatchObject(hold('2026-12-24T00:00:00.000Z'));
  expect(decide('2026-11-29T00:00:00Z', later)).toMatchObject({ kind: 'go', to: 'n' });
});

test('a date that has passed, is missing or is none goes on and says so', () => {
  const reasonOf = (traits: object | null): string => {
    const person = traits === null ? null : personWith({ ...traits });
    const decision = wait.decide(TRIAL, contextWith({ person }));
    if (decision.kind !== 'go') throw new Error(decision.kind);
    const last = decision.why.at(-1);
    return `${last?.input} -> ${last?.outcome}`;
  };
  expect(reasonOf({ trial_ends_at: '2026-11-01' })).toContain('already past: Sun 2026-11-01 00:00');
  expect(reasonOf({ trial_ends_at: FROM.toISOString() })).toContain('already past');
  expect(reasonOf({})).toContain('user.trial_ends_at is not set -> no date');
  expect(reasonOf({ trial_ends_at: '2026-02-30' })).toContain("is '2026-02-30' -> no date");
  expect(reasonOf({ trial_ends_at: 1_780_000_000 })).toContain('is 1780000000 -> no date');
  expect(reasonOf(null)).toContain('erased');
});

test('properties of the enrollment may be waited for, whichever way they are named', () => {
  const person = personWith({}, { properties: { starts_at: '2026-12-01T12:00:00Z' } });
  for (const date of ['{{ event.starts_at }}', 'properties.starts_at']) {
    const step = stepUntil({ date, offset: { amount: -1, unit: 'hours' } });
    const until = new Date('2026-12-01T11:00:00Z');
    expect(wait.decide(step, contextWith({ person }))).toMatchObject({ kind: 'hold', until });
  }
});

test('only a date asks for the person, and the company only where it is the company’s', () => {
  const { rules } = contextWith();
  expect(wait.needs(stepUntil({ time: '09:00' }), rules).facts).toBeNull();
  expect(wait.needs(TRIAL, rules).facts).toMatchObject({ company: false });
  const company = stepUntil({ date: 'company.renews_at' });
  expect(wait.needs(company, rules).facts).toMatchObject({ company: true });
});

import { expect, test } from 'vitest';
import { contextWith, personWith } from '../../../test/support/step-context.ts';
import type { UpdateUserStep } from '../step.ts';
import { updateUser } from './update-user.ts';

const stepOf = (members: object): UpdateUserStep => ({
  id: 'u',
  type: 'update_user',
  next: 'n',
  ...members,
});
const decide = (members: object, traits: Record<string, unknown> = {}) =>
  updateUser.decide(
    stepOf(members),
    contextWith({ person: personWith(traits), merge: { user: traits, traits } }),
  );
const pathsOf = (step: object) => updateUser.faults({ ...step }, 's').map(({ path }) => path);

test('it sets what is given, with templates rendered, and removes by name', () => {
  const set = {
    stage: 'won',
    score: 3,
    was: '{{ user.plan }}',
    gone: null,
    name: '{{ user.plan }}',
  };
  expect(decide({ set, remove: ['trial', 'email'] }, { plan: 'pro' })).toEqual({
    kind: 'go',
    to: 'n',
    traits: {
      stage: 'won',
      score: 3,
      was: 'pro',
      gone: null,
      name: 'pro',
      trial: null,
      email: null,
    },
    why: [
      {
        rule: 'update_user',
        input:
          'sets traits.stage, traits.score, traits.was, traits.gone, traits.name and removes traits.trial, traits.email',
        outcome: 'written',
      },
    ],
  });
});

test('what cannot be written fails, with a reason, and the person goes on', () => {
  const failure = (members: object, traits?: Record<string, unknown>) => {
    const decision = decide(members, traits);
    if (decision.kind !== 'fail') throw new Error(decision.kind);
    expect(decision.to).toBe('n');
    return decision.reason;
  };
  expect(failure({ set: { email: '{{ user.mail }}' } }, { mail: 'no address' })).toBe(
    'set: email is not a valid email address',
  );
  expect(failure({ set: { email: '{{ user.mail }}' } })).toBe('set/email: empty after merging');
  expect(failure({ set: { signed_up_at: '{{ user.mail }}x' } })).toContain(
    'set: signed_up_at must',
  );
  expect(failure({ set: { a: '{{ "%00" | url_decode }}' } })).toContain('set/a: ');
  expect(failure({ set: { a: '{{ user.x }}' } }, { x: 'y'.repeat(20_001) })).toContain(
    '20000 bytes',
  );
  const erased = updateUser.decide(stepOf({ remove: ['a'] }), contextWith());
  expect(erased).toEqual({ kind: 'fail', to: 'n', reason: 'user_erased' });
});

test('a trait called __proto__ is a trait like others', () => {
  const set: unknown = JSON.parse('{"__proto__":"{{ user.plan }}"}');
  expect(pathsOf({ set, remove: ['constructor'] })).toEqual([]);
  const decision = decide({ set, remove: ['constructor'] }, { plan: 'pro' });
  if (decision.kind !== 'go') throw new Error(decision.kind);
  expect(Object.entries(decision.traits ?? {})).toEqual([
    ['__proto__', 'pro'],
    ['constructor', null],
  ]);
  expect(pathsOf({ set, remove: ['__proto__'] })).toEqual(['s/remove/0']);
});

test('every fault is told with its path, literal values of own columns included', () => {
  expect(pathsOf({ set: { plan: 'pro' } })).toEqual([]);
  expect(pathsOf({ set: { email: '{{ user.other }}', name: null } })).toEqual([]);
  expect(pathsOf({})).toEqual(['s']);
  expect(pathsOf({ set: {}, remove: [] })).toEqual(['s']);
  const set = { id: 1, email: 'no', name: 5, timezone: 'x', bad: '{{ x', '': 1 };
  expect(pathsOf({ set, remove: ['created_at', '', 7, 'email'] })).toEqual([
    's/set/bad',
    's/set/id',
    's/set/email',
    's/set/name',
    's/set/',
    's/remove/0',
    's/remove/1',
    's/remove/2',
    's/remove/3',
  ]);
  expect(pathsOf({ set: [], remove: {} })).toEqual(['s/set', 's/remove']);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, 1]));
  expect(pathsOf({ set: many, remove: Object.keys(many) })).toEqual(['s/set', 's/remove']);
  expect(pathsOf({ set: { a: 'x'.repeat(20_000) } })).toEqual(['s/set']);
  expect(pathsOf({ set: { a: '\0' } })).toEqual(['s/set/a']);
});

import { expect, test } from 'vitest';
import { contextWith, personWith } from '../../../test/support/step-context.ts';
import { rulesOf } from '../../schedule/settings.ts';
import type { ConditionStep } from '../step.ts';
import { condition } from './condition.ts';

const stepOf = (filter: unknown): ConditionStep => ({
  id: 'c',
  type: 'condition',
  filter,
  yes: 'y',
  no: 'n',
});
const PRO = stepOf({ field: 'user.plan', operator: 'equals', value: 'pro' });

test('who matches goes one way, everybody else the other, with what was looked at', () => {
  const decide = (plan: string) =>
    condition.decide(PRO, contextWith({ person: personWith({ plan }) }));
  expect(decide('pro')).toMatchObject({ kind: 'go', to: 'y', branch: 'yes' });
  expect(decide('free')).toEqual({
    kind: 'go',
    to: 'n',
    branch: 'no',
    why: [
      {
        rule: 'filter',
        input: "user.plan is 'pro'; user.plan is 'free', a text",
        outcome: 'does not hold',
      },
      { rule: 'condition', input: 'the filter', outcome: 'no' },
    ],
  });
});

test('nobody is known of an erased user, not even that something is not so', () => {
  const step = stepOf({ not: PRO.filter });
  expect(condition.decide(step, contextWith())).toMatchObject({ to: 'n', branch: 'no' });
});

test('a day means the day in the zone of the series, in each series its own', () => {
  const step = stepOf({ field: 'user.at', operator: 'on', value: '2026-11-20' });
  const person = personWith({ at: '2026-11-19T23:30:00Z' });
  const branchIn = (timezone: string) =>
    condition.decide(step, contextWith({ person, rules: rulesOf({ timezone }, null) }));
  expect(branchIn('Europe/Berlin')).toMatchObject({ branch: 'yes' });
  expect(branchIn('America/New_York')).toMatchObject({ branch: 'no' });
  expect(branchIn('Europe/Berlin')).toMatchObject({ branch: 'yes' });
});

test('a filter of 150 conditions is told in part', () => {
  const one = { field: 'user.plan', operator: 'is_set' };
  const step = stepOf({ or: Array.from({ length: 150 }, () => one) });
  const decision = condition.decide(step, contextWith({ person: personWith({}) }));
  expect(decision).toMatchObject({ branch: 'no' });
  expect(decision.kind === 'go' && decision.why.length).toBe(21);
});

test('it needs what its filter needs, and refuses a filter with faults', () => {
  const { rules } = contextWith();
  const asks = stepOf({ and: [PRO.filter, { field: 'company.plan', operator: 'is_set' }] });
  expect(condition.needs(asks, rules).facts).toMatchObject({ company: true, events: [] });
  const paths = condition.faults({ filter: { and: [{ field: 'x' }] } }, 's');
  expect(paths.map(({ path }) => path)).toEqual([
    's/filter/and/0/field',
    's/filter/and/0/operator',
  ]);
  expect(condition.faults({}, 's').map(({ path }) => path)).toEqual(['s/filter']);
  expect(condition.words(PRO)).toBe("asks whether user.plan is 'pro'");
});

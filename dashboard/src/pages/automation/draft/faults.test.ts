import { ApiError } from '@milepost/sdk';
import { expect, test } from 'vitest';
import { faultCount, faultsByStep, faultsOfRefusal } from './faults.ts';
import { isSame } from './same.ts';
import type { Doc } from './step.ts';

const DOC: Doc = {
  name: 'Welcome',
  settings: {},
  steps: [
    { id: 'one', type: 'wait' },
    { id: 'two', type: 'email' },
  ],
};

test('a fault stands at its step and field, once, whoever told it', () => {
  const told = { path: 'steps/1/subject', message: 'must not be empty', keeps: 'saving' } as const;
  const faults = faultsByStep(
    [
      { ...told, stepId: null },
      { ...told, stepId: 'two' },
      { stepId: null, path: 'settings/timezone', message: 'is no zone', keeps: 'saving' },
    ],
    DOC,
  );
  expect(faults.get('two')).toEqual([
    { path: 'subject', message: 'must not be empty', keeps: 'saving' },
  ]);
  expect(faults.get('')?.map(({ path }) => path)).toEqual(['settings/timezone']);
  expect(faultCount(faults, ['saving'])).toBe(2);
  expect(faultCount(faults, ['publishing'])).toBe(0);
});

test('a refused save tells its faults; another error has none', () => {
  const details = [{ path: 'steps/0/delay', message: 'must have delay or until' }];
  const refused = new ApiError(400, 'series.invalid', 'steps/0/delay …', details);
  expect(faultsOfRefusal(refused)).toEqual([{ ...details[0], stepId: null, keeps: 'saving' }]);
  expect(faultsOfRefusal(new Error('no answer'))).toEqual([]);
});

test('drafts are the same in any order of members, and differ in any other way', () => {
  expect(isSame({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBe(true);
  expect(isSame([1, 2], [2, 1])).toBe(false);
  expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(isSame({ a: [] }, { a: {} })).toBe(false);
});

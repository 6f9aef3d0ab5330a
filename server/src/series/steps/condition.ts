import {
  factsNeeded,
  faultsOfStepFilter,
  matches,
  stepFilterOf,
  whyNot,
  wordsOf,
} from '../../audience/index.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { ConditionStep, Decision, StepContextFacts, StepType } from '../step.ts';
import { compiledOnce } from './compiled.ts';
import { brief } from './words.ts';

/** Conditions told in one decision; a filter may have 200, and every decision is kept. */
const REASONS_MAX = 20;

export const condition: StepType<ConditionStep> = {
  type: 'condition',
  reachesPerson: false,
  isPlanned: true,
  faults: ({ filter }, path) => faultsOfStepFilter(filter, `${path}/filter`),
  targets: (step) => [
    { path: 'yes', to: step['yes'] },
    { path: 'no', to: step['no'] },
  ],
  withTargets: (step, [yes = null, no = null]) => ({ ...step, yes, no }),
  delayOf: () => null,
  needs: (step, rules) => ({
    facts: factsNeeded(filterOfStep(step, rules.timezone)),
    waitsFor: null,
  }),
  decide,
  words: (step) => `asks whether ${brief(wordsOf(filterOfStep(step, 'UTC')))}`,
};

/** The zone is the series', so that a filter means the same days for everybody. */
const filterOfStep = compiledOnce((step: ConditionStep, timezone) =>
  stepFilterOf(step.filter, { timezone }),
);

function decide(step: ConditionStep, { person, now, rules }: StepContextFacts): Decision {
  if (person === null) {
    const why = [{ rule: 'condition', input: 'the user is erased', outcome: 'no' }];
    return { kind: 'go', to: step.no, branch: 'no', why };
  }
  const filter = filterOfStep(step, rules.timezone);
  const branch = matches(filter, person, now) ? 'yes' : 'no';
  const reasons = whyNot(filter, person, now);
  const why: Reason[] = reasons.slice(0, REASONS_MAX);
  const untold = reasons.length - why.length;
  const input = untold > 0 ? `the filter, with ${untold} more conditions` : 'the filter';
  why.push({ rule: 'condition', input, outcome: branch });
  return { kind: 'go', to: step[branch], branch, why };
}

import type { EndStep, StepType } from '../step.ts';

export const end: StepType<EndStep> = {
  type: 'end',
  reachesPerson: false,
  isPlanned: false,
  faults: () => [],
  targets: () => [],
  withTargets: (step) => step,
  delayOf: () => null,
  needs: () => ({ facts: null, waitsFor: null }),
  decide: () => ({ kind: 'go', to: null, why: [] }),
  words: () => 'leaves the series as completed',
};

import type { StepType } from '../step.ts';

export const end: StepType = {
  type: 'end',
  targetFields: [],
  reachesPerson: false,
  isPlanned: false,
  delayOf: () => null,
  faults: () => [],
};

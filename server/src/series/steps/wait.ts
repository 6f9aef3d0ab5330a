import { faultsOfDelay } from '../../schedule/delay.ts';
import type { StepType } from '../step.ts';

export const wait: StepType = {
  type: 'wait',
  targetFields: ['next'],
  reachesPerson: false,
  isPlanned: true,
  delayOf: (step) => (step.type === 'wait' ? step.delay : null),
  faults: (step, path) => faultsOfDelay(step['delay'], `${path}/delay`),
};

import { isAbsent } from '../schedule/fault.ts';

type StoredStep = Readonly<Record<string, unknown>>;

/** Steps as the API shows them: every email says whether it is marketing, also where nobody said so. */
export const shownSteps = (steps: readonly StoredStep[]): StoredStep[] =>
  steps.map((step) =>
    step['type'] === 'email' && isAbsent(step['purpose'])
      ? { ...step, purpose: 'marketing' }
      : { ...step },
  );

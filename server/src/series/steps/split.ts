import { recordOf, type Fault } from '../../schedule/fault.ts';
import { shareOf } from '../hash.ts';
import type { Decision, SplitStep, StepContextFacts, StepType, Target } from '../step.ts';
import { indexAt, totalOf, WEIGHT_MAX } from '../weights.ts';

type Fields = Readonly<Record<string, unknown>>;

export const BRANCHES_MIN = 2;
/** More than anybody tests at once; every branch is a way that must be looked at. */
export const BRANCHES_MAX = 20;

export const split: StepType<SplitStep> = {
  type: 'split',
  reachesPerson: false,
  isPlanned: true,
  faults: faultsOfSplit,
  targets: targetsOf,
  withTargets: (step, targets) => ({
    ...step,
    branches: step.branches.map((branch, index) => ({ ...branch, next: targets[index] ?? null })),
  }),
  delayOf: () => null,
  needs: () => ({ facts: null, waitsFor: null }),
  decide,
  words: ({ branches }) => {
    const total = totalOf(branches);
    const shares = branches.map(({ weight }) => shareWords(weight, total));
    return `splits people by chance: ${shares.join(', ')}`;
  },
};

function faultsOfSplit({ branches }: Fields, path: string): Fault[] {
  const at = `${path}/branches`;
  if (!Array.isArray(branches)) {
    return [{ path: at, message: 'must be a list like [{"weight":50,"next":"a"}]' }];
  }
  if (branches.length < BRANCHES_MIN || branches.length > BRANCHES_MAX) {
    return [{ path: at, message: `must have ${BRANCHES_MIN} to ${BRANCHES_MAX} branches` }];
  }
  return branches.flatMap((branch: unknown, index) => {
    const fields = recordOf(branch);
    if (fields === null) return [{ path: `${at}/${index}`, message: 'must be an object' }];
    const { weight } = fields;
    if (typeof weight === 'number' && weight > 0 && weight <= WEIGHT_MAX) return [];
    const message = `must be a number above 0, at most ${WEIGHT_MAX}`;
    return [{ path: `${at}/${index}/weight`, message }];
  });
}

/** A split without a list of branches is taken to lead on, so that only that is told of it. */
function targetsOf({ branches }: Fields): Target[] {
  if (!Array.isArray(branches) || branches.length === 0 || branches.length > BRANCHES_MAX) {
    return [{ path: 'branches', to: undefined }];
  }
  return branches.map((branch: unknown, index) => ({
    path: `branches/${index}/next`,
    to: recordOf(branch)?.['next'],
  }));
}

/** '50 %', '33.3 %'. */
const shareWords = (weight: number, total: number): string =>
  `${Math.round((weight / total) * 1_000) / 10} %`;

function decide(step: SplitStep, { userId, automationId }: StepContextFacts): Decision {
  const { branches } = step;
  // With the series, so that the same people are not the first branch of every split there is.
  const index = indexAt(branches, shareOf(`${automationId}:${step.id}:${userId}`));
  const chosen = branches[index];
  if (chosen === undefined) throw new Error(`split ${step.id} has no branches`);
  const weights = branches.map(({ weight }) => weight).join(' : ');
  const share = shareWords(chosen.weight, totalOf(branches));
  const outcome = `branch ${index}, which ${share} of all take; always the same for this user`;
  const why = [{ rule: 'split', input: `weights ${weights}`, outcome }];
  return { kind: 'go', to: chosen.next, branch: String(index), why };
}

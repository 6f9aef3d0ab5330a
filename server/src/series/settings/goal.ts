import { faultsOfDelay, type Delay } from '../../schedule/delay.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { watchFaults, watchOf, type Watch } from './watch.ts';

/** What a series is for: a user of whom it becomes true leaves as `goal_reached`, at once. */
export type Goal = Watch & {
  /** How long after entering it still counts; without it for as long as the passage lasts. */
  readonly within?: Delay;
};

const PATH = 'settings/goal';

/** Everything wrong with `goal`; left out or null means none. */
export function goalFaults(value: unknown): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null) {
    return [{ path: PATH, message: 'must be {"filter":…}, {"event":"…","filter":…} or null' }];
  }
  const { within } = fields;
  const late = isAbsent(within) ? [] : faultsOfDelay(within, `${PATH}/within`);
  return [...watchFaults(fields, PATH), ...late];
}

/** A valid `goal`, without members that mean nothing; null for none. */
export function goalOf(value: unknown): Goal | null {
  const fields = recordOf(value);
  if (fields === null) return null;
  const { within } = fields;
  return { ...watchOf(fields), ...(isAbsent(within) ? {} : { within: within as Delay }) };
}

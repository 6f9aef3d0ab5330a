import { faultsOfDelay, type Delay } from '../../schedule/delay.ts';
import { isAbsent, isIntegerIn, recordOf, type Fault } from '../../schedule/fault.ts';

export const REENROLLMENT_AFTER = ['completing', 'leaving'] as const;

/** Whether somebody who has been through a series may enter it again. */
export interface Reenrollment {
  readonly enabled: boolean;
  /** How long after the last run ended; null for at once. */
  readonly cooldown: Delay | null;
  /** How many runs count in all; null for any number. */
  readonly max_runs: number | null;
  /**
   * Which runs open the door again: those that were completed or reached the goal, or those that ended
   * in any way. Runs that were removed count for nothing in both.
   */
  readonly after: (typeof REENROLLMENT_AFTER)[number];
}

export const RUNS_MAX = 1_000_000;

const DEFAULT: Reenrollment = {
  enabled: false,
  cooldown: null,
  max_runs: null,
  after: 'completing',
};

/** Everything wrong with `reenrollment`; left out or null means never again. */
export function reenrollmentFaults(value: unknown): Fault[] {
  if (isAbsent(value)) return [];
  const path = 'settings/reenrollment';
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const { enabled, cooldown, max_runs: runs, after } = fields;
  const faults: Fault[] = [];
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    faults.push({ path: `${path}/enabled`, message: 'must be true or false' });
  }
  if (!isAbsent(cooldown)) faults.push(...faultsOfDelay(cooldown, `${path}/cooldown`));
  if (!isAbsent(runs) && !isIntegerIn(runs, 1, RUNS_MAX)) {
    faults.push({ path: `${path}/max_runs`, message: `must be an integer from 1 to ${RUNS_MAX}` });
  }
  if (!isAbsent(after) && !REENROLLMENT_AFTER.some((known) => known === after)) {
    faults.push({ path: `${path}/after`, message: 'must be "completing" or "leaving"' });
  }
  return faults;
}

/** A valid `reenrollment` with its defaults. */
export function reenrollmentOf(value: unknown): Reenrollment {
  const { enabled, cooldown, max_runs, after } = (recordOf(value) ?? {}) as Partial<Reenrollment>;
  return {
    enabled: enabled ?? DEFAULT.enabled,
    cooldown: cooldown ?? DEFAULT.cooldown,
    max_runs: max_runs ?? DEFAULT.max_runs,
    after: after ?? DEFAULT.after,
  };
}

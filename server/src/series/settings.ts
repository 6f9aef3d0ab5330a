import type { Delay } from '../schedule/delay.ts';
import { faultsOfDelay } from '../schedule/delay.ts';
import { faultsOf as faultsOfSchedule, type ScheduleSettings } from '../schedule/settings.ts';
import { recordOf, type Fault } from '../schedule/fault.ts';

/** Whether somebody who has finished a series may enter it again. */
export interface Reenrollment {
  readonly enabled: boolean;
  /** How long after finishing; null for at once. */
  readonly cooldown: Delay | null;
  /** How often a user may finish it in all; null for any number. */
  readonly max_runs: number | null;
}

/** The settings of a series, in the shape in which they travel and are stored. */
export interface SeriesSettings extends ScheduleSettings {
  readonly entry_trigger: 'api';
  readonly reenrollment: Reenrollment;
  readonly goal: null;
  readonly exit: readonly [];
}

const RUNS_MAX = 1_000_000;
const DEFAULT_REENROLLMENT: Reenrollment = { enabled: false, cooldown: null, max_runs: null };

/** Every fault of the settings a client sends; fields it does not know are ignored. */
export function faultsOfSettings(settings: unknown): Fault[] {
  const fields = recordOf(settings);
  if (fields === null) return [{ path: 'settings', message: 'must be an object' }];
  return [
    ...faultsOfSchedule(fields),
    ...entryFaults(fields['entry_trigger']),
    ...reenrollmentFaults(fields['reenrollment']),
    ...leavingFaults(fields),
  ];
}

/** Valid settings with every default filled in. */
export function settingsOf(settings: Readonly<Record<string, unknown>>): SeriesSettings {
  const reenrollment = recordOf(settings['reenrollment']) ?? {};
  return {
    ...(settings as unknown as ScheduleSettings),
    entry_trigger: 'api',
    reenrollment: { ...DEFAULT_REENROLLMENT, ...reenrollment },
    goal: null,
    exit: [],
  };
}

function entryFaults(trigger: unknown): Fault[] {
  if (trigger === undefined || trigger === 'api') return [];
  return [
    { path: 'settings/entry_trigger', message: 'must be "api": other triggers do not exist yet' },
  ];
}

/** A goal or an exit rule that nothing evaluates would be a promise broken in silence. */
function leavingFaults(fields: Readonly<Record<string, unknown>>): Fault[] {
  const faults: Fault[] = [];
  if (fields['goal'] !== undefined && fields['goal'] !== null) {
    faults.push({ path: 'settings/goal', message: 'must be null: goals do not exist yet' });
  }
  const exit = fields['exit'];
  if (exit !== undefined && exit !== null && !(Array.isArray(exit) && exit.length === 0)) {
    faults.push({ path: 'settings/exit', message: 'must be []: exit rules do not exist yet' });
  }
  return faults;
}

function reenrollmentFaults(value: unknown): Fault[] {
  if (value === undefined || value === null) return [];
  const path = 'settings/reenrollment';
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const { enabled, cooldown, max_runs: runs } = fields;
  const faults: Fault[] = [];
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    faults.push({ path: `${path}/enabled`, message: 'must be true or false' });
  }
  if (cooldown !== undefined && cooldown !== null) {
    faults.push(...faultsOfDelay(cooldown, `${path}/cooldown`));
  }
  const isCount = Number.isInteger(runs) && (runs as number) >= 1 && (runs as number) <= RUNS_MAX;
  if (runs !== undefined && runs !== null && !isCount) {
    faults.push({ path: `${path}/max_runs`, message: `must be an integer from 1 to ${RUNS_MAX}` });
  }
  return faults;
}

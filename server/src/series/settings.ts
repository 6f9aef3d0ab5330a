import { faultsOf as faultsOfSchedule, type ScheduleSettings } from '../schedule/settings.ts';
import { recordOf, type Fault } from '../schedule/fault.ts';
import { entryFaults, entrySettingsOf, type EntrySettings } from './settings/entry.ts';
import { exitFaults, exitRulesOf, type ExitRule } from './settings/exit.ts';
import { goalFaults, goalOf, type Goal } from './settings/goal.ts';
import { limitFaults, limitSettingsOf, type LimitSettings } from './settings/limits.ts';
import { reenrollmentFaults, reenrollmentOf, type Reenrollment } from './settings/reenrollment.ts';
import { resumeFaults, resumeOf, type Resume } from './settings/resume.ts';

/**
 * The settings of a series, in the shape in which they travel and are stored. They belong to the
 * version that was published with them: docs/settings.md.
 */
export interface SeriesSettings extends ScheduleSettings, EntrySettings, LimitSettings {
  readonly reenrollment: Reenrollment;
  readonly goal: Goal | null;
  readonly exit: readonly ExitRule[];
  readonly resume: Resume;
}

/**
 * Every fault of the settings a client sends; fields it does not know are ignored.
 *
 * @param seriesId the series they are for; null while it has no id
 */
export function faultsOfSettings(
  settings: unknown,
  { seriesId = null }: { seriesId?: string | null } = {},
): Fault[] {
  const fields = recordOf(settings);
  if (fields === null) return [{ path: 'settings', message: 'must be an object' }];
  return [
    ...faultsOfSchedule(fields),
    ...entryFaults(fields),
    ...reenrollmentFaults(fields['reenrollment']),
    ...goalFaults(fields['goal']),
    ...exitFaults(fields['exit'], seriesId),
    ...limitFaults(fields),
    ...resumeFaults(fields['resume']),
  ];
}

/** Valid settings with every default filled in; also those that an earlier release stored. */
export function settingsOf(settings: Readonly<Record<string, unknown>>): SeriesSettings {
  return {
    ...(settings as unknown as ScheduleSettings),
    ...entrySettingsOf(settings),
    ...limitSettingsOf(settings),
    reenrollment: reenrollmentOf(settings['reenrollment']),
    goal: goalOf(settings['goal']),
    exit: exitRulesOf(settings['exit']),
    resume: resumeOf(settings['resume']),
  };
}

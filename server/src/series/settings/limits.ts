import { isAbsent, isIntegerIn, type Fault } from '../../schedule/fault.ts';

export const OVER_CAP = ['delay', 'skip'] as const;

/** How a series stands beside the others, where the workspace limits what a user gets. */
export interface LimitSettings {
  /** Who stays when a user may be in no more series: the higher one. */
  readonly priority: number;
  /** What becomes of an email that the frequency cap holds back. */
  readonly over_cap: (typeof OVER_CAP)[number];
}

export const PRIORITY_MAX = 100;

/** Everything wrong with `priority` and `over_cap`. */
export function limitFaults({
  priority,
  over_cap: overCap,
}: Readonly<Record<string, unknown>>): Fault[] {
  const faults: Fault[] = [];
  if (!isAbsent(priority) && !isIntegerIn(priority, 0, PRIORITY_MAX)) {
    const message = `must be an integer from 0 to ${PRIORITY_MAX}`;
    faults.push({ path: 'settings/priority', message });
  }
  if (!isAbsent(overCap) && !OVER_CAP.some((known) => known === overCap)) {
    faults.push({ path: 'settings/over_cap', message: 'must be "delay" or "skip"' });
  }
  return faults;
}

/** `priority` and `over_cap` of valid settings, with their defaults. */
export const limitSettingsOf = (fields: Readonly<Record<string, unknown>>): LimitSettings => ({
  priority: (fields['priority'] ?? 0) as number,
  over_cap: (fields['over_cap'] ?? 'delay') as LimitSettings['over_cap'],
});

import type { ScheduleRules } from './settings.ts';
import { canonicalZone } from './zone.ts';

/** The zone in which a person's times are reckoned, and whose it is. */
export interface RecipientZone {
  /** As `canonicalZone` spells it. */
  readonly timezone: string;
  readonly zoneSource: 'user' | 'series' | 'workspace' | 'default';
}

/**
 * The user's zone if the rules allow and the runtime knows it; else the series', the workspace's,
 * UTC.
 *
 * Source: spec/scheduling.md, rule 1.
 */
export function recipientZoneOf(userTimezone: string | null, rules: ScheduleRules): RecipientZone {
  const zone = rules.useUserTimezone ? canonicalZone(userTimezone) : null;
  if (zone !== null) return { timezone: zone, zoneSource: 'user' };
  return { timezone: rules.timezone, zoneSource: rules.zoneSource };
}

import { localText } from '../../schedule/local-date.ts';
import { recipientZoneOf, type RecipientZone } from '../../schedule/recipient-zone.ts';
import type { ScheduleRules } from '../../schedule/settings.ts';
import { zoneClockOf } from '../../schedule/zone-clock.ts';

/** A person's zone, and how it is told. */
export interface ZoneWords extends RecipientZone {
  /** Says whose zone it is. */
  readonly sentence: string;
  /** An instant as the person's wall clock shows it, with the zone and whose it is. */
  readonly at: (instant: Date) => string;
}

const OWNER: Readonly<Record<RecipientZone['zoneSource'], string>> = {
  user: "the user's zone",
  series: "the series' zone",
  workspace: "the workspace's zone",
  default: 'the default',
};

/** The zone in which a person's times are reckoned, in words. */
export function zoneWords(userTimezone: string | null, rules: ScheduleRules): ZoneWords {
  const zone = recipientZoneOf(userTimezone, rules);
  const { timezone, zoneSource } = zone;
  const clock = zoneClockOf(timezone);
  const named = `${timezone}, ${OWNER[zoneSource]}`;
  return {
    ...zone,
    sentence: `Times are reckoned in ${named}${whyOf(userTimezone, rules, zone)}.`,
    at: (instant) => `${localText(clock.localAt(instant.getTime()))} (${named})`,
  };
}

/** Why it is not the user's own. */
function whyOf(
  userTimezone: string | null,
  { useUserTimezone, unknownZones }: ScheduleRules,
  { zoneSource }: RecipientZone,
): string {
  if (zoneSource === 'user') return '';
  const unknown = unknownZones.map(({ of, name }) => `; the ${of}'s "${name}" is no time zone`);
  if (!useUserTimezone) return `: the series keeps one zone for everybody${unknown.join('')}`;
  if (userTimezone === null) return `: the user's is not known${unknown.join('')}`;
  return `: the user's "${userTimezone}" is no time zone${unknown.join('')}`;
}

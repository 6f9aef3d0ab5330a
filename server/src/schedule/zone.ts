/**
 * `Area/City`, `Area/Region/City` or `UTC`, in any letter case. Single words (`Japan`, `EST5EDT`,
 * `IST`), offsets and POSIX strings do not have this form. It also keeps everything that is not a
 * bare name away from the runtime, which would read a zone out of a whole date text.
 */
const ZONE_FORM = /^(?:utc|[a-z][a-z0-9_+-]*(?:\/[a-z0-9_+-]+){1,2})$/i;
const ZONE_LENGTH_MAX = 64;

/** Users' zones are free text, so what is remembered must be bounded; some 600 names are valid. */
const KNOWN_MAX = 4_000;
const known = new Map<string, string | null>();

/**
 * The proper spelling of a time zone's name, or null when it is not one.
 *
 * Links count and stay what they are: `us/pacific` gives `US/Pacific`. The runtime that will
 * compute with the zone decides, not its list of canonical names, which lacks about 180 valid ones.
 * Source: spec/scheduling.md, rule 1.
 */
export function canonicalZone(name: unknown): string | null {
  if (typeof name !== 'string' || name.length > ZONE_LENGTH_MAX) return null;
  const remembered = known.get(name);
  if (remembered !== undefined) return remembered;
  const zone = ZONE_FORM.test(name) ? spellingOf(name) : null;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, zone);
  return zone;
}

/** The version of the runtime's time-zone data, such as `2026c`. Kept beside every planned time. */
export const tzVersion = (): string => process.versions['tz'] ?? 'unknown';

function spellingOf(name: string): string | null {
  try {
    return EPOCH.toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0);

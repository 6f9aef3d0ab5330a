import { useAsk } from '../../../api/ask.ts';

/** Of the people who were created last. */
const PEOPLE_ASKED = 100;
const ZONES_MAX = 4;
/** Where too few zones are known yet. */
const EXAMPLES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney'];

/** The zones that most of the youngest people have, filled up with others; null until it is known. */
export function useZonesOfPeople(): readonly string[] | null {
  const { data, error } = useAsk('POST /users/search', { body: { limit: PEOPLE_ASKED } });
  if (data === undefined && error === null) return null;
  const counts = new Map<string, number>();
  for (const { timezone } of data?.data ?? []) {
    if (timezone !== null) counts.set(timezone, (counts.get(timezone) ?? 0) + 1);
  }
  const common = [...counts].toSorted(([, one], [, other]) => other - one).map(([zone]) => zone);
  return [...new Set([...common, ...EXAMPLES])].slice(0, ZONES_MAX);
}

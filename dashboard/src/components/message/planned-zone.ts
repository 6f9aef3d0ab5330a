import type { Reason } from '@milepost/sdk';
import { isZone } from '../../app/time.ts';

/**
 * The time zone a send time was planned in: the one the planner names, else the person's own where
 * it is a known one, else UTC.
 */
export function plannedZone(reasons: readonly Reason[], timezone: string | null): string {
  // The last one: those before it say which zones were no zones.
  const planned = reasons.findLast(({ rule }) => rule === 'zone')?.outcome ?? '';
  const named = planned
    .split(/[\s,;:()'"]+/)
    .find((word) => (word.includes('/') || word === 'UTC') && isZone(word));
  if (named !== undefined) return named;
  return timezone !== null && isZone(timezone) ? timezone : 'UTC';
}

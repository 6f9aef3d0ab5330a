import type { Transaction } from '../../platform/db.ts';
import { bucketOf, uuidv7In } from '../../platform/ids.ts';
import { tzVersion } from '../../schedule/zone.ts';
import type { PublishedSeries } from '../../series/index.ts';
import { nextStepOf } from '../advance.ts';
import { planOf } from '../enrollment.ts';
import { insertFresh, type ChosenUsers, type FreshUsers } from '../sql/scan-people.ts';
import type { ClaimedScan } from '../sql/scans.ts';

/**
 * Whether users of a side who have never been in a series may enter it without being looked at one by
 * one: nothing limits them, and nothing in the plan of their first step is their own but their zone.
 */
export const mayEnterFresh = (
  { seriesAtOnce }: Pick<ClaimedScan, 'seriesAtOnce'>,
  { rules }: PublishedSeries,
): boolean => seriesAtOnce === null && rules.spreadMs === 0;

/**
 * Enters users who have never been in a series, as `enterMany` does for those whom nothing refuses, but
 * plans once for all users of a zone.
 *
 * @returns how many have entered
 */
export async function enterFresh(
  tx: Transaction,
  chosen: readonly ChosenUsers[],
  {
    scan,
    series,
    source,
  }: { scan: ClaimedScan; series: PublishedSeries; source: 'manual' | 'segment_match' },
): Promise<number> {
  const { automationId, workspaceId, side, now } = scan;
  return insertFresh(
    tx,
    chosen.map((users) => plannedOf(users, { series, now })),
    {
      automationId,
      workspaceId,
      version: series.number,
      live: side === 'live',
      enteredAt: now,
      source,
      tzVersion: tzVersion(),
    },
  );
}

function plannedOf(
  { timezone: userTimezone, userIds }: ChosenUsers,
  { series, now }: { series: PublishedSeries; now: Date },
): FreshUsers {
  const ids = userIds.split(' ').map((userId) => uuidv7In(bucketOf(userId), now));
  const from = { stepId: series.graph.firstId, fromAt: now };
  const planned = planOf({ series, userTimezone, spreadKey: ids[0] ?? '' }, from);
  if (planned === null) throw new Error(`series ${series.automationId} has no first step`);
  const { reasons, ...first } = nextStepOf(planned);
  return { ...first, userIds, ids: ids.join(' '), reasons: JSON.stringify(reasons) };
}

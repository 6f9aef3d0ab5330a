import { conditionSql, dependsOnTime, factsNeeded, type Filter } from '../../audience/index.ts';
import type { Transaction } from '../../platform/db.ts';
import type { SeriesCatalog } from '../../series/index.ts';
import { reactRulesOf } from '../react/rules.ts';
import { lookAtPassages, tellMatching, type PassageRef } from '../sql/scan-people.ts';
import type { ClaimedScan } from '../sql/scans.ts';
import type { Piece } from './piece.ts';

/**
 * The next people under way in a series: writes a signal for those of whom its goal or an exit rule has
 * become true by the clock alone. The worker that handles signals decides, as it does about changes.
 */
export async function tellLeaving(
  catalog: SeriesCatalog,
  tx: Transaction,
  scan: ClaimedScan,
): Promise<Piece> {
  const passages = await lookAtPassages(tx, scan);
  let found = 0;
  for (const [version, group] of Map.groupBy(passages, (passage) => passage.version)) {
    found += await tellGroup(catalog, tx, { scan, version, group });
  }
  const last = passages.at(-1);
  return {
    looked: passages.length,
    found,
    last: last === undefined ? null : [last.dueAt, last.enrollmentId],
  };
}

/** Everybody stays on the version that they entered, and so on its rules. */
async function tellGroup(
  catalog: SeriesCatalog,
  tx: Transaction,
  { scan, version, group }: { scan: ClaimedScan; version: number; group: readonly PassageRef[] },
): Promise<number> {
  const { automationId, workspaceTimezone, side, now } = scan;
  const series = await catalog.version({ automationId, number: version, workspaceTimezone });
  const filters = reactRulesOf(series).leaving.flatMap((rule): Filter[] =>
    rule.kind === 'filter' && dependsOnTime(rule.filter) ? [rule.filter] : [],
  );
  let found = 0;
  for (const filter of filters) {
    const asked = {
      matches: conditionSql(tx, filter, { now }),
      needsCompany: factsNeeded(filter).company,
    };
    found += await tellMatching(tx, group, { ...asked, live: side === 'live', now });
  }
  return found;
}

import { conditionSql, factsNeeded } from '../../audience/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { AutomationRef, PublishedSeries, SeriesCatalog } from '../../series/index.ts';
import { enterLimited } from '../enter-limited.ts';
import { enterMany, type EnterDeps, type NewEntry } from '../enter-many.ts';
import { reactRulesOf } from '../react/rules.ts';
import { lookAtUsers, type ChosenUsers } from '../sql/scan-people.ts';
import type { ClaimedScan } from '../sql/scans.ts';
import { enterFresh, mayEnterFresh } from './enter-fresh.ts';
import type { Piece } from './piece.ts';

/**
 * The next users of a side: enters those who match the audience and have never been in the series.
 *
 * Who has been in it comes back by a sweep only, if the series allows it, and if it is the time since
 * the last sweep that made them match: else everybody whom a long audience holds would begin again as
 * soon as they have ended, and who was removed would be back at once.
 *
 * @param series in the version of the scan
 */
export async function enterMatching(
  deps: Omit<EnterDeps, 'db'>,
  tx: Transaction,
  { scan, series }: { scan: ClaimedScan; series: PublishedSeries },
): Promise<Piece> {
  const { audience } = reactRulesOf(series);
  if (audience === null) return { looked: 0, found: 0, last: null };
  const { kind, since, startedAt } = scan;
  // A sweep is one instant, so that each change by the clock is seen by exactly one.
  const matches = conditionSql(tx, audience, { now: kind === 'sweep' ? startedAt : scan.now });
  const matchedBefore =
    kind === 'sweep' && since !== null && series.settings.reenrollment.enabled
      ? conditionSql(tx, audience, { now: since })
      : null;
  const { chosen, looked, last } = await lookAtUsers(tx, scan, {
    matches,
    matchedBefore,
    needsCompany: factsNeeded(audience).company,
  });
  const source = series.settings.entry_trigger === 'manual' ? 'manual' : 'segment_match';
  const entering = { scan, series, source } as const;
  const isFresh = ({ isKnown }: ChosenUsers): boolean => !isKnown && mayEnterFresh(scan, series);
  const fresh = chosen.filter(isFresh);
  const others = chosen.filter((users) => !isFresh(users));
  const freshCount = fresh.length === 0 ? 0 : await enterFresh(tx, fresh, entering);
  const otherCount = others.length === 0 ? 0 : await enterOneByOne(deps, tx, others, entering);
  return { looked, found: freshCount + otherCount, last };
}

/** @returns how many have entered */
async function enterOneByOne(
  deps: Omit<EnterDeps, 'db'>,
  tx: Transaction,
  chosen: readonly ChosenUsers[],
  { scan, source }: { scan: ClaimedScan; source: 'manual' | 'segment_match' },
): Promise<number> {
  const { automationId: seriesId, version, side, workspaceId: id, workspaceTimezone } = scan;
  const workspace = { id, side, timezone: workspaceTimezone };
  await forgetInactive(deps.catalog, { workspaceId: id, id: seriesId });
  const userIds = chosen.flatMap((users) => users.userIds.split(' '));
  const answers = await enterMany(
    { ...deps, db: tx },
    userIds.map((userId): NewEntry => ({ workspace, userId, seriesId, source, version })),
    { enterLimited },
  );
  const refused = answers.find((answer) => answer instanceof DomainError && !isGone(answer));
  if (refused !== undefined) throw new Error(`scan of series ${seriesId}`, { cause: refused });
  return answers.filter((answer) => 'kind' in answer && answer.kind === 'enrolled').length;
}

/** The series is active, for this transaction holds it so: what was known before must not refuse it. */
async function forgetInactive(catalog: SeriesCatalog, ref: AutomationRef): Promise<void> {
  if ((await catalog.automation(ref))?.status !== 'active') catalog.drop(ref);
}

/** A user deleted meanwhile. */
const isGone = ({ code }: DomainError): boolean => code === 'enrollment.user_not_found';

import { dependsOnTime, filterOf } from '../audience/index.ts';
import type { Transaction } from '../platform/db.ts';
import { settingsOf, type SeriesSettings } from './settings.ts';
import { findVersion } from './sql.ts';
import { dropSweep, endScan, planSweep, renewScan, startScan } from './sql/scans.ts';

/** After what a series may have to look through the people there are. */
export type ScanOccasion = 'activate' | 'publish' | 'resume';

/** Live sides: how long a change that only the clock makes may go unseen. */
export const SWEEP_EVERY_MS = 15 * 60_000;

/**
 * Plans what a series has to look through now that it is active in a version: all users, where it
 * takes in an audience; and again every 15 minutes those whom the passing of time may concern.
 *
 * In the transaction that activates, publishes or resumes, after the version is written and what the
 * series listens to is gathered: whoever is created or changed after that comes by a signal. A paused
 * series may publish; its scans rest until it is resumed.
 *
 * Locks: the series' scans; the caller keeps workers away from the series (`holdWorkers`).
 *
 * @param version the one that is entered now
 * @param now by the clock of the side
 */
export async function planScan(
  tx: Transaction,
  {
    occasion,
    ...of
  }: {
    automationId: string;
    workspaceId: string;
    version: number;
    occasion: ScanOccasion;
    now: Date;
  },
): Promise<void> {
  const { automationId, version } = of;
  const settings = await settingsOfVersion(tx, { automationId, number: version });
  if (settings === null) throw new Error(`version ${version} of series ${automationId} is missing`);
  const before =
    occasion === 'publish'
      ? await settingsOfVersion(tx, { automationId, number: version - 1 })
      : null;
  if (starts(settings, { before, occasion })) await startScan(tx, of);
  else if (takesIn(settings)) await renewScan(tx, of);
  else await endScan(tx, of);
  if (before !== null && !isSameAudience(before, settings)) await dropSweep(tx, of);
  if (isSwept(settings)) await planSweep(tx, { ...of, kind: 'sweep', everyMs: SWEEP_EVERY_MS });
  else await dropSweep(tx, of);
  if (isLeftByTime(settings)) {
    await planSweep(tx, { ...of, kind: 'leaving', everyMs: SWEEP_EVERY_MS });
  }
}

async function settingsOfVersion(
  tx: Transaction,
  ref: { automationId: string; number: number },
): Promise<SeriesSettings | null> {
  const found = await findVersion(tx, ref);
  return found === null ? null : settingsOf({ ...found.settings });
}

/** Whether a series takes in people who are there already. */
const takesIn = ({ entry_trigger: trigger }: SeriesSettings): boolean =>
  trigger === 'manual' || trigger === 'segment_match';

/** Whether all users have to be looked at. Pure. */
function starts(
  settings: SeriesSettings,
  { before, occasion }: { before: SeriesSettings | null; occasion: ScanOccasion },
): boolean {
  if (!takesIn(settings)) return false;
  switch (occasion) {
    case 'activate':
      return true;
    case 'publish': {
      if (before === null) return true;
      // A manual series takes in once.
      const hasTakenIn = settings.entry_trigger === 'manual' && before.entry_trigger === 'manual';
      return !hasTakenIn && !isSameAudience(before, settings);
    }
    case 'resume':
      // What happened during the pause started nobody.
      return settings.entry_trigger === 'segment_match';
  }
}

/** The zone counts, for dates are read in it. */
const isSameAudience = (one: SeriesSettings, other: SeriesSettings): boolean =>
  audienceText(one) === audienceText(other);

const audienceText = ({ entry_trigger: trigger, audience, timezone }: SeriesSettings): string =>
  JSON.stringify([trigger, audience, timezone ?? null]);

const isSwept = ({ entry_trigger: trigger, audience }: SeriesSettings): boolean =>
  trigger === 'segment_match' && audience !== null && dependsOnTime(filterOf(audience));

/** Whether time alone may bring the goal, or make an exit rule hold. */
const isLeftByTime = ({ goal, exit }: SeriesSettings): boolean =>
  [goal, ...exit].some((rule) => {
    if (rule === null || 'event' in rule || !('filter' in rule)) return false;
    return dependsOnTime(filterOf(rule.filter));
  });

import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { moveSeries, seenEtagOf, seriesInvalid } from '../../series/index.ts';
import type { Automation, AutomationRef, InFlight } from '../../series/index.ts';
import { migrateFirst, type MigrateDeps } from '../migrate.ts';

/** How a draft is to be published. */
export interface PublishCall {
  readonly inFlight: InFlight;
  readonly isDryRun: boolean;
  /** Of the draft that is meant; null for whichever there is. */
  readonly etag: string | null;
}

/**
 * Reads `{in_flight?, dry_run?, etag?}`; nothing at all means people stay.
 *
 * @throws `series.invalid`
 */
export function publishCallOf(body: unknown): PublishCall {
  const fields = recordOf(body ?? {});
  if (fields === null) throw seriesInvalid([{ path: '', message: 'must be an object' }]);
  const { in_flight: inFlight } = fields;
  const faults = dryRunFaults(fields);
  if (!isAbsent(inFlight) && inFlight !== 'stay' && inFlight !== 'migrate') {
    faults.push({ path: 'in_flight', message: 'must be "stay" or "migrate"' });
  }
  if (faults.length > 0) throw seriesInvalid(faults);
  return {
    inFlight: inFlight === 'migrate' ? 'migrate' : 'stay',
    isDryRun: isDryRun(fields),
    etag: seenEtagOf(fields),
  };
}

export const isDryRun = (fields: Readonly<Record<string, unknown>>): boolean =>
  fields['dry_run'] === true;

/** What is wrong with `dry_run`: whoever means to ask must not be taken to order. */
export function dryRunFaults({ dry_run: value }: Readonly<Record<string, unknown>>): Fault[] {
  const isKnown = isAbsent(value) || typeof value === 'boolean';
  return isKnown ? [] : [{ path: 'dry_run', message: 'must be true or false' }];
}

/**
 * Publishes the draft as the next version. People in flight stay on theirs; or they are moved, of a small
 * series before this returns, else by the workers.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`, `series.invalid`,
 *   `series.changed`
 */
export async function publishSeries(
  deps: MigrateDeps,
  ref: AutomationRef,
  { inFlight, now, etag = null }: { inFlight: InFlight; now: Date; etag?: string | null },
): Promise<Automation> {
  const series = await moveSeries(deps.db, ref, { transition: 'publish', now, inFlight, etag });
  deps.catalog.drop(series);
  if (inFlight === 'migrate' && series.version !== null) {
    await migrateFirst(deps, { automationId: series.id, toVersion: series.version });
  }
  return series;
}

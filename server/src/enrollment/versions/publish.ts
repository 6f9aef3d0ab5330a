import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { moveSeries, seriesInvalid } from '../../series/index.ts';
import type { Automation, AutomationRef, InFlight, SeriesDraft } from '../../series/index.ts';
import { migrateFirst, type MigrateDeps } from '../migrate.ts';

/** How a draft is to be published. */
export interface PublishCall {
  readonly inFlight: InFlight;
  readonly isDryRun: boolean;
}

/**
 * Reads `{in_flight?, dry_run?}`; nothing at all means people stay.
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
  return { inFlight: inFlight === 'migrate' ? 'migrate' : 'stay', isDryRun: isDryRun(fields) };
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
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`, `series.invalid`
 */
export async function publishSeries(
  deps: MigrateDeps,
  ref: AutomationRef,
  {
    inFlight,
    now,
    expects,
  }: {
    inFlight: InFlight;
    now: Date;
    /** The draft that is meant; any other is refused. */
    expects?: SeriesDraft;
  },
): Promise<Automation> {
  const only = expects === undefined ? {} : { expects };
  const series = await moveSeries(deps.db, ref, { transition: 'publish', now, inFlight, ...only });
  deps.catalog.drop(series);
  if (inFlight === 'migrate' && series.version !== null) {
    await migrateFirst(deps, { automationId: series.id, toVersion: series.version });
  }
  return series;
}

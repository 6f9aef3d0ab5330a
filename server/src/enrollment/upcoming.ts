import type { Db } from '../platform/db.ts';
import type { AutomationStatus, SeriesCatalog } from '../series/index.ts';
import { countPlanned, type PlannedCount } from './sql/upcoming.ts';

/** Emails, and other steps. */
export interface StepCounts {
  readonly sends: number;
  readonly steps: number;
}

/** Waits that an email comes right after. They are among the steps. */
export interface Follows {
  readonly follows: number;
}

/** What is planned of one series, or of a broadcast that is being sent. */
export interface UpcomingSeries extends StepCounts, Follows {
  readonly seriesId: string;
  readonly type: 'series' | 'broadcast';
  readonly name: string;
  readonly status: AutomationStatus;
  /** Due by now, or being worked. */
  readonly due: StepCounts;
  /** Standing still, because the series is not active. */
  readonly parked: StepCounts;
}

/** What the queue of a side holds for the days to come. */
export interface Upcoming {
  readonly from: Date;
  readonly to: Date;
  readonly series: readonly UpcomingSeries[];
  readonly hours: readonly (StepCounts &
    Follows & { readonly hour: Date; readonly seriesId: string })[];
  /** Whether there are more hours, or more series, than are told. */
  readonly isCut: boolean;
  /** Up to when everything is counted; null for all of the time. */
  readonly countedUntil: Date | null;
}

export const UPCOMING_DAYS_MAX = 30;
/** 30 days of 25 series that plan something for every hour. */
const HOURS_MAX = 18_000;
const SERIES_MAX = 500;
/** Rows of the queue that are gone through: some 2 s. */
const LOOK_MAX = 1_000_000;
const DAY_MS = 86_400_000;

/**
 * Emails and other steps planned for the days to come, by series and hour, as the queue has them now: the
 * steps that come after those are not planned yet and not counted, but for the email right after a wait,
 * which leaves when the wait is over, or when the send window opens next.
 *
 * Of a side with more than a million of them the soonest of each series are counted.
 *
 * @param automationId null for all series and broadcasts of the side
 * @param timezone whose hours they are; null for UTC
 */
export async function upcoming(
  { db, catalog }: { db: Db; catalog: SeriesCatalog },
  {
    workspaceId,
    automationId,
    days,
    timezone = null,
    lookMax = LOOK_MAX,
  }: {
    workspaceId: string;
    automationId: string | null;
    days: number;
    timezone?: string | null;
    lookMax?: number;
  },
): Promise<Upcoming> {
  const bounds = { lookMax, seriesMax: SERIES_MAX + 1, hoursMax: HOURS_MAX + 1 };
  const ask = { workspaceId, automationId, days, timezone, ...bounds };
  const { now, counts, countedUntil } = await countPlanned(db, ask);
  const totals = counts.filter(({ hour }) => hour === null);
  const hours = counts.flatMap(({ hour, seriesId, sends, steps, follows }) =>
    hour === null ? [] : [{ hour, seriesId, sends, steps, follows }],
  );
  const series = await Promise.all(
    totals.slice(0, SERIES_MAX).map((total) => namedOf(catalog, workspaceId, total)),
  );
  return {
    from: now,
    to: new Date(now.getTime() + days * DAY_MS),
    series: series.flatMap((one) => one ?? []),
    hours: hours.slice(0, HOURS_MAX),
    countedUntil,
    isCut: countedUntil !== null || hours.length > HOURS_MAX || totals.length > SERIES_MAX,
  };
}

async function namedOf(
  catalog: SeriesCatalog,
  workspaceId: string,
  count: PlannedCount,
): Promise<UpcomingSeries | null> {
  const { seriesId, sends, steps, follows, dueSends, dueSteps, parkedSends, parkedSteps } = count;
  const automation = await catalog.automation({ workspaceId, id: seriesId });
  if (automation === null) return null;
  const type = automation.type === 'broadcast' ? 'broadcast' : 'series';
  return {
    seriesId,
    type,
    name: automation.name,
    status: automation.status,
    sends,
    steps,
    follows,
    due: { sends: dueSends, steps: dueSteps },
    parked: { sends: parkedSends, steps: parkedSteps },
  };
}

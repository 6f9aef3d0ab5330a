import type { HeatRow } from '../../components/heat-map.tsx';

/** What is planned for one hour; instants of whole UTC hours. */
export interface PlannedHour {
  readonly hour: string;
  readonly series_id: string;
  readonly sends: number;
  /** Waits that an email comes right after. */
  readonly follows: number;
}

const HOUR_MS = 3_600_000;

/**
 * One row for each local day from one instant to another, with what is planned for each hour of it.
 *
 * An hour that a clock change leaves out is null; one that it brings twice holds both. Zones that are
 * half an hour off show an hour's sends in the local hour in which it begins.
 */
export function dayRowsOf(
  { from, to, hours }: { from: string; to: string; hours: readonly PlannedHour[] },
  zone: string,
): HeatRow[] {
  const local = localOf(zone);
  const days = new Map<string, { label: string; counts: (number | null)[] }>();
  const firstMs = Math.floor(Date.parse(from) / HOUR_MS) * HOUR_MS;
  const lastMs = Date.parse(to);
  const cellOf = (atMs: number) => {
    const { key, label, hour } = local(atMs);
    const day = days.get(key) ?? { label, counts: Array.from({ length: 24 }, () => null) };
    days.set(key, day);
    return { counts: day.counts, hour };
  };
  for (let atMs = firstMs; atMs < lastMs; atMs += HOUR_MS) {
    const { counts, hour } = cellOf(atMs);
    counts[hour] ??= 0;
  }
  for (const { hour: at, sends, follows } of hours) {
    const { counts, hour } = cellOf(Date.parse(at));
    counts[hour] = (counts[hour] ?? 0) + sends + follows;
  }
  return [...days].map(([key, { label, counts }]) => ({ key, label, counts }));
}

/** What `timezone` says of an instant. */
function localOf(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return (atMs: number): { key: string; label: string; hour: number } => {
    const parts = Object.fromEntries(
      format.formatToParts(atMs).map(({ type, value }) => [type, value]),
    );
    const { weekday = '', day = '', month = '', year = '', hour = '0' } = parts;
    return {
      key: `${year} ${month} ${day}`,
      label: `${weekday} ${day} ${month}`,
      hour: Number(hour),
    };
  };
}

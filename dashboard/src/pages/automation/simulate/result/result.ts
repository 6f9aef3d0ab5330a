import type { Answer } from '@milepost/sdk';
import type { HeatRow } from '../../../../components/heat-map.tsx';

export type Simulation = Answer<'POST /series/{id}/simulate'>;
export type Line = Simulation['timeline'][number];

/** Something that was sent, and how often, at an instant on somebody's clock. */
export interface Sends {
  readonly at: string;
  readonly count: number;
  readonly zone: string;
}

/** An hour of a local day. */
export interface LocalHour {
  /** `2026-03-27`. */
  readonly day: string;
  readonly hour: number;
}

/** Making a formatter costs fifty times as much as using one. */
const formatters = new Map<string, Intl.DateTimeFormat>();

export function localHourOf(at: string, timeZone: string): LocalHour {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    // The Swedish way of writing a time is the ISO one.
    formatter = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  const [day = '', hour = '0'] = formatter.format(new Date(at)).split(' ');
  return { day, hour: Number(hour) };
}

/** A row for each local day on which something is sent, in order. */
export function heatRowsOf(sends: readonly Sends[], wordsOf: (day: string) => string): HeatRow[] {
  const days = new Map<string, number[]>();
  for (const { at, count, zone } of sends) {
    const { day, hour } = localHourOf(at, zone);
    const counts = days.get(day) ?? Array.from({ length: 24 }, () => 0);
    counts[hour] = (counts[hour] ?? 0) + count;
    days.set(day, counts);
  }
  return [...days]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, counts]) => ({ key, label: wordsOf(key), counts }));
}

/** The sends of each hour on one clock; all of them, however long the timeline. */
export const sendsOn = (zone: string, { totals }: Simulation): Sends[] =>
  totals.hours.flatMap(({ hour, counts }) => {
    const count = counts['sent'] ?? 0;
    return count === 0 ? [] : [{ at: hour, count, zone }];
  });

/** The sends of the timeline, each on the clock of who got it. */
export const sendsOnOwnClocks = (
  { timeline }: Simulation,
  zoneOf: (userId: string) => string,
): Sends[] =>
  timeline
    .filter(({ what }) => what === 'sent')
    .map(({ at, user_id: userId }) => ({ at, count: 1, zone: zoneOf(userId) }));

/** What the timeline is narrowed to. */
export interface LineFilter {
  /** A part of a person's id. */
  readonly person: string;
  readonly what: string;
  readonly stepId: string;
  /** An hour, on the clock that `hourOf` reads. */
  readonly hour: LocalHour | null;
}

export const EVERY_LINE: LineFilter = { person: '', what: '', stepId: '', hour: null };

/** @param hourOf on the clock that the hour was chosen on */
export function linesOf(
  timeline: readonly Line[],
  { person, what, stepId, hour }: LineFilter,
  hourOf: (line: Line) => LocalHour,
): readonly Line[] {
  const wanted = person.trim().toLowerCase();
  return timeline.filter((line) => {
    if (wanted !== '' && !line.user_id.toLowerCase().includes(wanted)) return false;
    if (what !== '' && line.what !== what) return false;
    if (stepId !== '' && line.step_id !== stepId) return false;
    if (hour === null) return true;
    const own = hourOf(line);
    return own.day === hour.day && own.hour === hour.hour;
  });
}

/** The people of the timeline, in the order in which they come, with what happened to each. */
export function peopleOf(timeline: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const people = new Map<string, Line[]>();
  for (const line of timeline) {
    const own = people.get(line.user_id);
    if (own === undefined) people.set(line.user_id, [line]);
    else own.push(line);
  }
  return people;
}

/** Why people did not enter, with how many. */
export function refusalsOf(timeline: readonly Line[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { what, reason } of timeline) {
    if (what === 'not_entered') counts.set(reason ?? '', (counts.get(reason ?? '') ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

import { holidayCalendarOf, knownPlaces } from './holidays.ts';
import { DAY_MS, firstDayOf, MINUTE_MS, weekdayOf } from './local-date.ts';
import { canonicalZone } from './zone.ts';
import { zoneClockOf } from './zone-clock.ts';

/** A public holiday of a place. */
export interface Holiday {
  /** `2026-12-25`. */
  readonly date: string;
  readonly name: string;
  /** ISO weekday: 1 = Monday. */
  readonly weekday: number;
}

/** The public holidays of a year, in order, as plans look at them. `faultOfPlace` has found nothing. */
export function holidaysOf(
  place: { country: string; region: string | null },
  year: number,
): Holiday[] {
  const calendar = holidayCalendarOf(place);
  const holidays: Holiday[] = [];
  for (let day = firstDayOf(year); day < firstDayOf(year + 1); day += 1) {
    const name = calendar.nameOn(day);
    if (name === null) continue;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    holidays.push({ date, name, weekday: weekdayOf(day) });
  }
  return holidays;
}

/** A country, or a part of one, whose holidays are known. */
export interface Place {
  readonly code: string;
  readonly name: string;
}

export interface Country extends Place {
  /** As a series names them; those within a region are after it. */
  readonly regions: readonly Place[];
}

let countries: readonly Country[] | null = null;

/** Every place whose holidays are known, by name. Made once. */
export function countriesWithHolidays(): readonly Country[] {
  countries ??= knownPlaces();
  return countries;
}

/** A time zone as a picker shows it. */
export interface TimeZone {
  readonly name: string;
  /** `+01:00` at the instant asked for. */
  readonly offset: string;
  readonly offsetMinutes: number;
}

/** Names that runtimes list by what they were called once. */
const RENAMED: Readonly<Record<string, string>> = {
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Louisville': 'America/Kentucky/Louisville',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** The zones that this runtime lists, `UTC` among them, with their offsets at an instant. */
export function timeZonesAt(at: Date): TimeZone[] {
  const names = new Set(
    Intl.supportedValuesOf('timeZone').map((name) => RENAMED[name] ?? name),
  ).add('UTC');
  return [...names]
    .flatMap((name) => canonicalZone(name) ?? [])
    .toSorted()
    .map((name) => {
      const ms = at.getTime();
      const offsetMinutes = Math.round((zoneClockOf(name).localAt(ms) - ms) / MINUTE_MS);
      return { name, offset: offsetText(offsetMinutes), offsetMinutes };
    });
}

function offsetText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

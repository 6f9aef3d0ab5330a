import { createRequire } from 'node:module';
import type Holidays from 'date-holidays';
import { DAY_MS, dayOf, firstDayOf, HOUR_MS, yearOf } from './local-date.ts';

/** Whose public holidays count. */
interface HolidayPlace {
  /** ISO 3166-1 code, such as `DE`. */
  readonly country: string;
  /**
   * A state's code, such as `BE`; or state and part of it, such as `DE` country `BY`, region
   * `BY-A`.
   */
  readonly region: string | null;
}

/** The public holidays of one place. */
export interface HolidayCalendar {
  /** How the place is called: `DE-BE`. */
  readonly place: string;
  /** The name of the public holiday on a day (see `local-date.ts`), or null when it is none. */
  readonly nameOn: (day: number) => string | null;
}

/** Years kept per place; a plan looks at two or three. */
const YEARS_MAX = 16;
/** Years of which the data knows something; it takes the year 0 for the current one. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;
/** The holidays of a country and its parts, as codes of the data set, exactly spelt. */
type Codes = readonly [country: string, state?: string, region?: string];

const calendars = new Map<string, HolidayCalendar>();

/**
 * The calendar of a place, kept for the life of the process: there are some 600 places.
 *
 * @throws Error when the place is unknown; `faultOfPlace` says so before
 */
export function holidayCalendarOf(place: HolidayPlace): HolidayCalendar {
  const codes = codesOf(place);
  if (typeof codes === 'string') throw new Error(codes);
  const name = codes.join('-');
  const calendar = calendars.get(name) ?? createCalendar(name, codes);
  calendars.set(name, calendar);
  return calendar;
}

/** What is wrong with a place, and with which field of it; null when its holidays are known. */
export function faultOfPlace(
  place: HolidayPlace,
): { field: 'country' | 'region'; message: string } | null {
  const codes = codesOf(place);
  if (typeof codes !== 'string') return null;
  const isCountryKnown = typeof codesOf({ country: place.country, region: null }) !== 'string';
  return { field: isCountryKnown ? 'region' : 'country', message: codes };
}

/** Every country with its regions, and the parts of these, by their codes and names. */
export function knownPlaces(): {
  code: string;
  name: string;
  regions: { code: string; name: string }[];
}[] {
  const all = new (library())();
  const placesOf = (names: Names): { code: string; name: string }[] =>
    Object.entries(names ?? {}).map(([code, name]) => ({ code, name }));
  return placesOf(all.getCountries('en')).map(({ code: country, name }) => ({
    code: country,
    name,
    regions: placesOf(all.getStates(country, 'en')).flatMap((state) => [
      state,
      ...placesOf(all.getRegions(country, state.code, 'en')).map((part) => ({
        code: `${state.code}-${part.code}`,
        name: `${part.name}, ${state.name}`,
      })),
    ]),
  }));
}

function createCalendar(place: string, codes: Codes): HolidayCalendar {
  const [country, state = '', region = ''] = codes;
  // Read as if the place were in UTC: start and end are then local times without clock changes.
  const source = new (library())(country, state, region, { timezone: 'UTC', languages: ['en'] });
  const years = new Map<number, ReadonlyMap<number, string>>();
  let lastYear = Number.NaN;
  let last: ReadonlyMap<number, string> = new Map();
  const nameOn = (day: number): string | null => {
    const year = yearOf(day);
    if (year !== lastYear) {
      last = years.get(year) ?? namesOf(source, year);
      if (years.size >= YEARS_MAX) years.clear();
      years.set(year, last);
      lastYear = year;
    }
    return last.get(day) ?? null;
  };
  return { place, nameOn };
}

/**
 * The public holidays of a year by day.
 *
 * A day counts when the holiday holds at its noon. So one that begins at the evening before counts
 * on its main day only, one of several days on each, one from noon on does, and one that begins in
 * the evening (New Year's Eve from 19:00) does not. The neighbouring years are asked too: some
 * holidays last over the turn of the year, and some days off in December belong to 1 January.
 */
function namesOf(source: Holidays, year: number): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  if (year < FIRST_YEAR || year > LAST_YEAR) return names;
  const holidays = [year - 1, year, year + 1].flatMap((each) => source.getHolidays(each));
  for (const { type, start, end, name } of holidays) {
    if (type !== 'public') continue;
    const firstNoon = Math.ceil((start.getTime() - DAY_MS / 2) / DAY_MS) * DAY_MS + 12 * HOUR_MS;
    for (let noon = firstNoon; noon < end.getTime(); noon += DAY_MS) {
      const day = dayOf(noon);
      if (day >= firstDayOf(year) && day < firstDayOf(year + 1)) names.set(day, name);
    }
  }
  return names;
}

/** The data set's own codes for a place, or what is wrong with the place. */
function codesOf({ country, region }: HolidayPlace): Codes | string {
  const all = new (library())();
  const countryCode = matching(all.getCountries(), country);
  if (countryCode === null) {
    return 'is not a country whose holidays are known; use its ISO 3166 code, such as DE';
  }
  if (region === null) return [countryCode];
  const states = all.getStates(countryCode);
  const [stateName = '', ...rest] = region.split('-');
  const state = matching(states, stateName);
  if (state === null) return unknownRegion(countryCode, states);
  if (rest.length === 0) return [countryCode, state];
  const regions = all.getRegions(countryCode, state);
  const part = matching(regions, rest.join('-'));
  return part === null
    ? unknownRegion(`${countryCode}-${state}`, regions)
    : [countryCode, state, part];
}

type Names = Readonly<Record<string, string>> | undefined;

const matching = (names: Names, code: string): string | null =>
  Object.keys(names ?? {}).find((each) => each.toUpperCase() === code.toUpperCase()) ?? null;

function unknownRegion(of: string, names: Names): string {
  const known = Object.keys(names ?? {});
  if (known.length === 0) return `is not known: ${of} has no regions with holidays of their own`;
  return `is not a region of ${of}; use one of ${known.join(', ')}`;
}

let loaded: typeof Holidays | null = null;

/**
 * The holiday data is a megabyte that most installations never need, so it is loaded when first
 * asked for.
 */
function library(): typeof Holidays {
  const require = createRequire(import.meta.url);
  loaded ??= require('date-holidays') as typeof Holidays;
  return loaded;
}

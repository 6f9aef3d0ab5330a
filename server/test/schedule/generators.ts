import fc from 'fast-check';
import type { Delay, DelayUnit } from '../../src/schedule/delay.ts';
import type { ScheduleSettings } from '../../src/schedule/settings.ts';
import { ZONE_NAMES } from './zone-names.ts';

/** How many cases each property tries; a nightly run sets more. */
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Zones whose clock changes are unusual: half an hour (Lord Howe), two hours (Troll), at midnight
 * (Cairo, Beirut, Santiago, Havana, Asunción, Azores, Nuuk), backwards for Ramadan (Casablanca,
 * El Aaiún), "negative" (Dublin), a missing date (Apia, Kwajalein), quarter-hour offsets.
 */
const TROUBLE = [
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Santiago',
  'America/Havana',
  'America/Asuncion',
  'Atlantic/Azores',
  'America/Nuuk',
  'America/Scoresbysund',
  'Africa/Casablanca',
  'Africa/El_Aaiun',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Asia/Gaza',
  'Asia/Tehran',
  'America/Sao_Paulo',
  'America/New_York',
  'Europe/Berlin',
] as const;

const zones = fc.oneof(fc.constantFrom(...TROUBLE), fc.constantFrom(...ZONE_NAMES));

/** A moment to aim at: a clock change of the zone, or any instant where it has none. */
export const zonedMoments = fc
  .record({
    timezone: zones,
    instant: fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2045, 0) }),
    direction: fc.constantFrom('next' as const, 'previous' as const),
  })
  .map(({ timezone, instant, direction }) => {
    const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone);
    const change = at.getTimeZoneTransition(direction);
    // Until 1972 Monrovia was off by half a minute, which an oracle of whole minutes cannot see.
    const isNear = change !== null && change.epochMilliseconds > Date.UTC(1973, 0);
    return { timezone, moment: isNear ? change.epochMilliseconds : instant };
  });

/**
 * Mostly short distances from the moment aimed at, on whole minutes or a millisecond beside them.
 */
const distancesMs = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -48 * 60, max: 6 * 60 }),
      fc.integer({ min: -180, max: 180 }),
      fc.integer({ min: -10 * 24 * 60, max: 24 * 60 }),
    ),
    fc.oneof(fc.constantFrom(0, -1, 1), fc.integer({ min: 0, max: 59_999 })),
  )
  .map(([minutes, ms]) => minutes * 60_000 + ms);

const delays: fc.Arbitrary<Delay | null> = fc.option(
  fc.record({
    amount: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 12 })),
    unit: fc.constantFrom<DelayUnit>('minutes', 'hours', 'days', 'weeks', 'business_days'),
  }),
);

/** About how long a delay lasts, so that its end and not its start is near the clock change. */
const LENGTH_MS: Readonly<Record<DelayUnit, number>> = {
  minutes: 60_000,
  hours: HOUR_MS,
  days: DAY_MS,
  weeks: 7 * DAY_MS,
  business_days: 1.4 * DAY_MS,
};

const text = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Edges at midnight and in the hours when clocks change, as well as anywhere. */
const minutes = fc.oneof(
  fc.constantFrom(0, 1, 30, 60, 90, 120, 150, 180, 240, 1_320, 1_380, 1_410, 1_439),
  fc.integer({ min: 0, max: 1_439 }),
);

const windows = fc
  .tuple(minutes, fc.oneof(minutes, fc.constant(1_440)))
  .filter(([start, end]) => start !== end)
  .map(([start, end]) => ({ start: text(start), end: text(end) }));

const settings: fc.Arbitrary<ScheduleSettings> = fc.record({
  send_window: fc.option(windows, { freq: 6, nil: null }),
  business_days_only: fc.boolean(),
  business_days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
});

/** One thing to plan, aimed at a clock change. */
export const plannings = fc
  .record({ place: zonedMoments, distance: distancesMs, delay: delays, settings })
  .map(({ place, distance, delay, settings: rules }) => {
    const lengthMs = delay === null ? 0 : delay.amount * LENGTH_MS[delay.unit];
    const fromAt = new Date(Math.floor(place.moment + distance - lengthMs));
    return { timezone: place.timezone, fromAt, delay, settings: rules };
  });

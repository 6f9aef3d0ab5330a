import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS } from './local-date.ts';
import { createZoneClock, zoneClockOf, type ZoneSpan } from './zone-clock.ts';

const local = (text: string): number => Date.parse(`${text}Z`);
const instant = (text: string): number => Date.parse(text);

test('a local time that a clock change skips moves forward by the length of the gap', () => {
  const berlin = zoneClockOf('Europe/Berlin');
  expect(berlin.instantAt(local('2026-03-29T02:30'))).toBe(instant('2026-03-29T03:30+02:00'));
  expect(berlin.occurrenceOf(local('2026-03-29T02:30'))).toBe('skipped');
  expect(berlin.occurrenceOf(local('2026-03-29T03:00'))).toBe('once');
  const troll = zoneClockOf('Antarctica/Troll');
  expect(troll.instantAt(local('2026-03-29T01:15'))).toBe(instant('2026-03-29T03:15+02:00'));
  const lordHowe = zoneClockOf('Australia/Lord_Howe');
  expect(lordHowe.instantAt(local('2026-10-04T02:10'))).toBe(instant('2026-10-04T02:40+11:00'));
});

test('a local time that occurs twice means the first', () => {
  const newYork = zoneClockOf('America/New_York');
  expect(newYork.instantAt(local('2026-11-01T01:30'))).toBe(instant('2026-11-01T01:30-04:00'));
  expect(newYork.occurrenceOf(local('2026-11-01T01:30'))).toBe('twice');
  expect(newYork.occurrenceOf(local('2026-11-01T02:00'))).toBe('once');
  expect(newYork.occurrenceOf(local('2026-11-01T00:59:59.999'))).toBe('once');
});

test('only a date that is missing as a whole counts as skipped', () => {
  const apia = zoneClockOf('Pacific/Apia');
  const [before, missing, after] = [29, 30, 31].map((date) =>
    dayOf(local(`2011-12-${date}T00:00`)),
  );
  expect([before, missing, after].map((day) => apia.skipsDate(day as number))).toEqual([
    false,
    true,
    false,
  ]);
  // No midnight on that date, but a day.
  expect(zoneClockOf('Africa/Cairo').skipsDate(dayOf(local('2026-04-24T00:00')))).toBe(false);
});

/** Zones nobody has: shifts of up to a day at any time of day, at least three days apart. */
const spanLists = fc
  .array(
    fc.record({
      gapMinutes: fc.integer({ min: 3 * 1_440, max: 20 * 1_440 }),
      offsetMinutes: fc.integer({ min: -12 * 60, max: 12 * 60 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((changes) => {
    const spans: ZoneSpan[] = [];
    let from = Number.NEGATIVE_INFINITY;
    let next = 0;
    for (const { gapMinutes, offsetMinutes } of changes) {
      next += gapMinutes * MINUTE_MS;
      spans.push({ from, until: next, offsetMs: offsetMinutes * MINUTE_MS });
      from = next;
    }
    spans.push({ from, until: Number.POSITIVE_INFINITY, offsetMs: 0 });
    return spans;
  });

test('with changes of any size, a local time means its first instant or the gap after it', () => {
  fc.assert(
    fc.property(
      spanLists,
      fc.array(fc.integer({ min: -26 * 60, max: 26 * 60 }), { minLength: 30, maxLength: 30 }),
      (spans, distances) => {
        const spanAt = (at: number): ZoneSpan =>
          spans.find(({ from, until }) => at >= from && at < until) as ZoneSpan;
        const clock = createZoneClock(spanAt);
        for (const { until, offsetMs } of spans.slice(0, -1)) {
          for (const distance of distances) {
            const wall = until + offsetMs + distance * MINUTE_MS;
            const found = spans
              .map((span) => ({ span, at: wall - span.offsetMs }))
              .filter(({ span, at }) => at >= span.from && at < span.until);
            const kind = (['skipped', 'once'] as const)[found.length] ?? 'twice';
            expect(clock.occurrenceOf(wall)).toBe(kind);
            const at = clock.instantAt(wall);
            if (found[0] !== undefined) expect(at).toBe(found[0].at);
            else expect(clock.localAt(at) - wall).toBe(gapAround(spans, wall));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** The length of the gap that swallows a local time. */
function gapAround(spans: readonly ZoneSpan[], wall: number): number {
  const index = spans.findIndex(({ from, offsetMs }) => wall - offsetMs < from);
  return (spans[index]?.offsetMs ?? 0) - (spans[index - 1]?.offsetMs ?? 0);
}

test('a clock stays right however far apart the instants are that it is asked for', () => {
  const clock = zoneClockOf('Europe/Berlin');
  const years = Array.from({ length: 400 }, (_, index) => 1900 + ((index * 37) % 400));
  for (const year of [...years, ...years]) {
    for (const at of [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)]) {
      const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Berlin');
      expect(clock.localAt(at) - at).toBe(zoned.offsetNanoseconds / 1e6);
    }
  }
});

test('a zone without clock changes keeps its offset', () => {
  const clock = zoneClockOf('Asia/Kathmandu');
  expect(clock.localAt(0) - 0).toBe(5.5 * HOUR_MS);
  expect(clock.localAt(Date.UTC(2200, 0)) - Date.UTC(2200, 0)).toBe(5.75 * HOUR_MS);
  expect(zoneClockOf('UTC').instantAt(DAY_MS)).toBe(DAY_MS);
});

test('spans that do not meet end with an error, not with a search that never ends', () => {
  const clock = createZoneClock((at) => ({ from: at - 1, until: at + 1, offsetMs: 0 }));
  expect(() => clock.instantAt(0)).toThrow('do not meet');
});

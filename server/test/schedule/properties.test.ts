import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAt, planStep } from '../../src/schedule/plan.ts';
import { rulesOf } from '../../src/schedule/settings.ts';
import { canonicalZone } from '../../src/schedule/zone.ts';
import { zoneClockOf } from '../../src/schedule/zone-clock.ts';
import { plannings, RUNS, zonedMoments } from './generators.ts';
import { delayedByOracle, firstOpenByOracle, isOpen, windowsByOracle } from './oracle.ts';
import { ZONE_NAMES } from './zone-names.ts';

/**
 * Goal: no send is early, outside its window or on a forbidden day, and none waits longer than it
 * must. Method: instants within days of a clock change of any zone the runtime accepts, compared
 * with an oracle that tries every minute. A failure prints its seed.
 */

const options = { numRuns: RUNS };

/** Further than any weekly rule waits, even when a clock change empties one week's only window. */
const REACH_MS = 16 * 86_400_000;

test('the answer is the first open minute after the delay, whatever the clocks do', () => {
  fc.assert(
    fc.property(plannings, ({ timezone, fromAt, delay, settings }) => {
      const rules = rulesOf(settings, null);
      const plan = planStep({ fromAt, delay, userTimezone: timezone, rules, windowed: true });

      const ready = delayedByOracle(fromAt.getTime(), delay, { timezone, settings });
      const windows = windowsByOracle(ready, ready + REACH_MS, { timezone, settings });
      expect(plan.dueAt.getTime()).toBe(firstOpenByOracle(ready, ready + REACH_MS, windows));
      expect(plan.dueAt.getTime()).toBeGreaterThanOrEqual(fromAt.getTime());
      expect(plan.timezone).toBe(timezone);
    }),
    options,
  );
});

test('the window of an answer closes when the window that holds it does', () => {
  fc.assert(
    fc.property(plannings, ({ timezone, fromAt, delay, settings }) => {
      const rules = rulesOf(settings, null);
      const plan = planStep({ fromAt, delay, userTimezone: timezone, rules, windowed: true });

      const due = plan.dueAt.getTime();
      const around = windowsByOracle(due, due, { timezone, settings });
      const closing = around.filter((window) => isOpen(due, [window])).map(({ closes }) => closes);
      if (plan.closesAt !== null) expect(closing).toContain(plan.closesAt.getTime());
      else {
        const week = windowsByOracle(due, due + REACH_MS, { timezone, settings });
        expect(week.every(({ opens }) => opens <= due || isOpen(opens - 1, week))).toBe(true);
      }
    }),
    options,
  );
});

test('planning the answer again gives the answer, spread or not', () => {
  fc.assert(
    fc.property(
      plannings,
      fc.string(),
      fc.integer({ min: 0, max: 1_440 }),
      (plan, key, minutes) => {
        const { timezone: userTimezone, fromAt, delay, settings } = plan;
        const rules = rulesOf({ ...settings, spread_minutes: minutes }, null);
        const input = { userTimezone, rules, windowed: true, spreadKey: key };
        const first = planStep({ ...input, fromAt, delay });
        const again = planStep({ ...input, fromAt: first.dueAt, delay: null });
        expect(again.dueAt).toEqual(first.dueAt);
        expect(again.closesAt).toEqual(first.closesAt);

        const unspread = planStep({ fromAt, delay, userTimezone, rules, windowed: true });
        const shift = first.dueAt.getTime() - unspread.dueAt.getTime();
        expect(shift).toBeGreaterThanOrEqual(0);
        expect(shift).toBeLessThanOrEqual(minutes * 60_000);
        expect(first.closesAt === null || first.dueAt < first.closesAt).toBe(true);
      },
    ),
    options,
  );
});

test('a window is open exactly when the oracle finds it open', () => {
  fc.assert(
    fc.property(plannings, ({ timezone, fromAt, settings }) => {
      const rules = rulesOf(settings, null);
      const windows = windowsByOracle(fromAt.getTime(), fromAt.getTime(), { timezone, settings });
      const edges = windows.flatMap(({ opens, closes }) => [opens, closes]);
      for (const edge of [fromAt.getTime(), ...edges.flatMap((each) => [each - 1, each])]) {
        const near = windowsByOracle(edge, edge, { timezone, settings });
        const open = openAt(new Date(edge), { userTimezone: timezone, rules });
        expect(open !== null, new Date(edge).toISOString()).toBe(isOpen(edge, near));
      }
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});

test('a step that reaches nobody is due after its delay, and reasons change nothing', () => {
  fc.assert(
    fc.property(plannings, ({ timezone, fromAt, delay, settings }) => {
      const rules = rulesOf(settings, null);
      const input = { fromAt, delay, userTimezone: timezone, rules };
      const plan = planStep({ ...input, windowed: false });
      const ready = delayedByOracle(fromAt.getTime(), delay, { timezone, settings });
      expect(plan.dueAt.getTime()).toBe(ready);
      expect(plan.closesAt).toBeNull();

      const { reasons, ...explained } = planStep({ ...input, windowed: true, explain: true });
      const { reasons: none, ...plain } = planStep({ ...input, windowed: true });
      expect(explained).toEqual(plain);
      expect(none).toEqual([]);
      expect(reasons.map(({ rule }) => rule)).toContain('delay');
    }),
    options,
  );
});

test('local times around clock changes are those of Temporal', () => {
  fc.assert(
    fc.property(
      zonedMoments,
      fc.array(fc.integer({ min: -30 * 60, max: 30 * 60 }), { minLength: 20, maxLength: 20 }),
      ({ timezone, moment }, distances) => {
        const clock = zoneClockOf(timezone);
        for (const instant of [moment, moment - 1, ...distances.map((d) => moment + d * 60_000)]) {
          const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone);
          const local = clock.localAt(instant);
          const wall = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO('UTC');
          expect(wall.toPlainDateTime().toString()).toBe(at.toPlainDateTime().toString());
          const [earlier, later] = (['earlier', 'later'] as const).map(
            (disambiguation) =>
              wall.toPlainDateTime().toZonedDateTime(timezone, { disambiguation })
                .epochMilliseconds,
          );
          expect(clock.instantAt(local)).toBe(earlier);
          expect(clock.occurrenceOf(local)).toBe(earlier === later ? 'once' : 'twice');
        }
      },
    ),
    options,
  );
});

test('every name of the zone data is a zone in any letter case, and plans', () => {
  const rules = rulesOf({ send_window: { start: '09:00', end: '17:00' } }, null);
  for (const name of ZONE_NAMES) {
    expect(canonicalZone(name.toLowerCase())).toBe(name);
    expect(canonicalZone(name.toUpperCase())).toBe(name);
    const fromAt = new Date('2026-11-20T02:00:00Z');
    const plan = planStep({ fromAt, delay: null, userTimezone: name, rules, windowed: true });
    expect(plan.timezone).toBe(name);
  }
  expect(new Set(ZONE_NAMES).size).toBeGreaterThan(540);
});

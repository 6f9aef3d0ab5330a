import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { planStep } from '../../src/schedule/plan.ts';
import { rulesOf, type ScheduleSettings } from '../../src/schedule/settings.ts';
import { plannings } from '../schedule/generators.ts';
import { testDatabase } from '../support/database.ts';

/**
 * Goal: the planner reads clocks as PostgreSQL reads them, and answers the first minute that its rules
 * allow. Method: random zones and instants, aimed at clock changes; PostgreSQL tells how the clock of
 * the zone runs around each, and the rules are written once more on nothing but that. Where its copy of
 * the zone data is not the runtime's, there is nothing to compare.
 */
const { db, drop } = await testDatabase();
afterAll(drop);

/** How many plannings are tried; a nightly run sets more. */
const RUNS = Number(process.env['ORACLE_RUNS'] ?? 1_500);
const SEED = Number(process.env['ORACLE_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Windows that reach into the time looked at open up to two days before it. */
const BEFORE_MS = 4 * DAY_MS;
/** The longest way from an instant to an open window: one allowed weekday, and a window that is lost. */
const AFTER_MS = 23 * DAY_MS;

/** From when on a zone is how far ahead of UTC. */
interface Stretch {
  readonly fromMs: number;
  readonly offsetMs: number;
}

interface Case {
  readonly timezone: string;
  readonly fromMs: number;
  readonly dueMs: number;
  readonly settings: ScheduleSettings;
}

const known = new Set(
  (await db<{ name: string }[]>`select lower(name) as name from pg_timezone_names`).map(
    ({ name }) => name,
  ),
);

const cases: Case[] = fc
  .sample(plannings, { numRuns: RUNS, seed: SEED })
  .filter(({ timezone }) => known.has(timezone.toLowerCase()))
  .map(({ timezone, fromAt, settings }) => {
    const rules = rulesOf(settings, null);
    const plan = planStep({ fromAt, delay: null, userTimezone: timezone, rules, windowed: true });
    return { timezone, settings, fromMs: fromAt.getTime(), dueMs: plan.dueAt.getTime() };
  });

/** How PostgreSQL says that each zone's clock runs: looked at every hour, and then every minute. */
async function stretchesByPostgres(): Promise<Stretch[][]> {
  const zones = cases.map(({ timezone }) => timezone);
  const starts = cases.map(({ fromMs }) => Math.floor((fromMs - BEFORE_MS) / HOUR_MS) * HOUR_MS);
  const hours = (BEFORE_MS + AFTER_MS) / HOUR_MS;
  const byHour = await db<{ index: number; atMs: number; offsetMs: number }[]>`
    select index::int, at_ms::float8 as "atMs", offset_ms::float8 as "offsetMs" from (
      select index, at_ms, offset_ms,
             lag(offset_ms) over (partition by index order by at_ms) as before
        from unnest(${zones}::text[], ${starts}::float8[]) with ordinality as c (zone, start_ms, index)
       cross join lateral (
         select c.start_ms + h * 3600000.0 as at_ms from generate_series(0, ${hours}::int) h) t
       cross join lateral (
         select extract(epoch from (to_timestamp(t.at_ms / 1000) at time zone c.zone)
                                 - (to_timestamp(t.at_ms / 1000) at time zone 'UTC')) * 1000 as offset_ms) o
    ) s where before is distinct from offset_ms
    order by index, at_ms
  `;
  const changes = byHour.filter(({ index, atMs }) => atMs > starts[index - 1]!);
  const byMinute = await db<{ index: number; atMs: number }[]>`
    select c.index::int as index, min(t.at_ms)::float8 as "atMs"
      from unnest(${changes.map(({ index }) => zones[index - 1]!)}::text[],
                  ${changes.map(({ atMs }) => atMs)}::float8[],
                  ${changes.map(({ offsetMs }) => offsetMs)}::float8[])
           with ordinality as c (zone, at_ms, offset_ms, index)
     cross join lateral (
       select c.at_ms - m * 60000.0 as at_ms from generate_series(0, 59) m) t
     where extract(epoch from (to_timestamp(t.at_ms / 1000) at time zone c.zone)
                            - (to_timestamp(t.at_ms / 1000) at time zone 'UTC')) * 1000 = c.offset_ms
     group by c.index
  `;
  const exact = new Map(byMinute.map(({ index, atMs }) => [index, atMs]));
  const stretches: Stretch[][] = cases.map(() => []);
  let change = 0;
  for (const { index, atMs, offsetMs } of byHour) {
    const isChange = atMs > starts[index - 1]!;
    if (isChange) change += 1;
    const fromMs = isChange ? exact.get(change)! : Number.NEGATIVE_INFINITY;
    stretches[index - 1]!.push({ fromMs, offsetMs });
  }
  return stretches;
}

/** The same as the runtime's zone data has it. */
function stretchesByRuntime({ timezone, fromMs }: Case): Stretch[] {
  const startMs = Math.floor((fromMs - BEFORE_MS) / HOUR_MS) * HOUR_MS;
  let at = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timezone);
  const stretches = [{ fromMs: Number.NEGATIVE_INFINITY, offsetMs: at.offsetNanoseconds / 1e6 }];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > startMs + BEFORE_MS + AFTER_MS) return stretches;
    at = next;
    stretches.push({ fromMs: at.epochMilliseconds, offsetMs: at.offsetNanoseconds / 1e6 });
  }
}

const isSame = (a: readonly Stretch[], b: readonly Stretch[]): boolean =>
  JSON.stringify(meaning(a)) === JSON.stringify(meaning(b));

/** Without changes that change nothing but a name. */
const meaning = (stretches: readonly Stretch[]): Stretch[] =>
  stretches.filter(({ offsetMs }, i) => i === 0 || stretches[i - 1]?.offsetMs !== offsetMs);

const localOf = (ms: number, stretches: readonly Stretch[]): number =>
  ms + stretches.findLast(({ fromMs }) => fromMs <= ms)!.offsetMs;

/** Local times that occur twice mean the first; those that are skipped move forward by the gap. */
function instantOf(localMs: number, stretches: readonly Stretch[]): number {
  for (const [i, { fromMs, offsetMs }] of stretches.entries()) {
    const ms = localMs - offsetMs;
    const untilMs = stretches[i + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    if (ms >= fromMs && ms < untilMs) return ms;
    // After this stretch and before the next one begins: skipped.
    if (ms >= untilMs && localMs < untilMs + stretches[i + 1]!.offsetMs) return ms;
  }
  throw new Error(`no instant for ${localMs}`);
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const isoWeekdayOf = (dayMs: number): number => ((Math.floor(dayMs / DAY_MS) + 3) % 7) + 1;

/** The windows around an instant: of each allowed day that exists, from its start to its end. */
function windowsAround({ fromMs, dueMs, settings }: Case, stretches: readonly Stretch[]) {
  const { start, end } = settings.send_window ?? { start: '00:00', end: '24:00' };
  const days =
    settings.business_days_only === true
      ? (settings.business_days ?? [1, 2, 3, 4, 5])
      : [1, 2, 3, 4, 5, 6, 7];
  const crosses = minutesOf(end) < minutesOf(start);
  const windows: [number, number][] = [];
  const firstDay = Math.floor((fromMs - 2 * DAY_MS) / DAY_MS) * DAY_MS;
  for (let day = firstDay; day <= dueMs + DAY_MS; day += DAY_MS) {
    const exists =
      Math.floor(localOf(instantOf(day, stretches), stretches) / DAY_MS) * DAY_MS === day;
    if (!exists || !days.includes(isoWeekdayOf(day))) continue;
    const opens = instantOf(day + minutesOf(start) * MINUTE_MS, stretches);
    const closes = instantOf(day + (crosses ? DAY_MS : 0) + minutesOf(end) * MINUTE_MS, stretches);
    if (closes > opens) windows.push([opens, closes]);
  }
  return windows;
}

const stretches = await stretchesByPostgres();
const compared = cases
  .map((each, i) => ({ ...each, clock: stretches[i]! }))
  .filter((each) => isSame(each.clock, stretchesByRuntime(each)));
const shown = ({ timezone, fromMs, dueMs, settings }: Case): string =>
  JSON.stringify({ seed: SEED, timezone, from: new Date(fromMs), due: new Date(dueMs), settings });

test('most plannings can be compared, and many are near a clock change', () => {
  expect(compared.length).toBeGreaterThan(RUNS * 0.7);
  const near = compared.filter(({ clock }) => clock.length > 1);
  expect(near.length).toBeGreaterThan(RUNS * 0.3);
});

test('PostgreSQL reads the answers on the same clock as the planner', async () => {
  const rows = await db<{ local: string }[]>`
    select to_char(to_timestamp(c.due_ms / 1000) at time zone c.zone, 'YYYY-MM-DD"T"HH24:MI:SS.MS') as local
      from unnest(${compared.map(({ timezone }) => timezone)}::text[],
                  ${compared.map(({ dueMs }) => dueMs)}::float8[]) with ordinality as c (zone, due_ms, index)
     order by index
  `;
  for (const [i, each] of compared.entries()) {
    const local = Temporal.Instant.fromEpochMilliseconds(each.dueMs)
      .toZonedDateTimeISO(each.timezone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'millisecond' });
    expect(rows[i]?.local, shown(each)).toBe(local);
  }
});

test('every answer is allowed, and no earlier minute is', () => {
  for (const each of compared) {
    const windows = windowsAround(each, each.clock);
    const isOpen = (ms: number) => windows.some(([opens, closes]) => ms >= opens && ms < closes);
    expect(each.dueMs, shown(each)).toBeGreaterThanOrEqual(each.fromMs);
    expect(isOpen(each.dueMs), `closed: ${shown(each)}`).toBe(true);
    if (each.dueMs === each.fromMs) continue;
    expect(isOpen(each.fromMs), `was open: ${shown(each)}`).toBe(false);
    const firstMinute = Math.floor(each.fromMs / MINUTE_MS + 1) * MINUTE_MS;
    for (let ms = firstMinute; ms < each.dueMs; ms += MINUTE_MS) {
      if (isOpen(ms)) expect.fail(`${new Date(ms).toISOString()} is allowed: ${shown(each)}`);
    }
  }
});

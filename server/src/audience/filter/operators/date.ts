import { zoneClockOf, type ZoneClock } from '../../../schedule/zone-clock.ts';
import {
  DATE_PATTERN,
  dateWords,
  DAY_LENGTH,
  edgeAfter,
  edgeAt,
  isWithin,
  type Stretch,
  type WrittenDate,
} from '../date.ts';
import { durationMs, durationWords, type Duration } from '../duration.ts';
import type { Fragment, Sql } from '../fragment.ts';
import { rule, type Rule } from '../rule.ts';
import type { ColumnType } from '../stored.ts';
import { anyDate, anyDay, anyDuration, datePair, type ValueShape } from '../value-shape.ts';

/** Every operator over dates is a stretch of time that the date lies in. */
interface DateDeclaration<V> {
  readonly operator: string;
  readonly value: ValueShape<V>;
  readonly words: (value: V) => string;
  readonly stretch: (value: V, now: number, clock: ZoneClock) => Stretch;
  /** Whether the stretch moves on with `now`. */
  readonly isRelative?: boolean;
}

function dateRule<V>({
  operator,
  value: shape,
  words,
  stretch,
  isRelative = false,
}: DateDeclaration<V>): Rule {
  return rule({
    operator,
    reads: 'date',
    value: shape,
    isRelative,
    words: (value, { timezone }) =>
      timezone === 'UTC' ? words(value) : `${words(value)} (${timezone})`,
    test: (value, { timezone }) => {
      const clock = zoneClockOf(timezone);
      let kept: { now: number; within: Stretch } | null = null;
      return (stored, now) => {
        if (kept === null || kept.now !== now) kept = { now, within: stretch(value, now, clock) };
        return isWithin(stored, kept.within);
      };
    },
    sql: (sql, stored, value, { timezone, now, column }) =>
      isWithinSql(sql, stored, column, stretch(value, now, zoneClockOf(timezone))),
  });
}

/**
 * Whether a date lies within. A text is read inside of `case` only after its form is known, so that
 * no text can fail the statement; the 31st of a short month runs over into the next, and is found out
 * by that. `offset 0` keeps PostgreSQL from reading the text anew wherever it is named. Digits beyond
 * microseconds are cut, for PostgreSQL would round them.
 */
function isWithinSql(sql: Sql, stored: Fragment, column: ColumnType, stretch: Stretch): Fragment {
  if (column === 'date') return instantWithin(sql, stored, stretch);
  const instant = sql`(case when length(d.t) > ${MICROSECOND_LENGTH}::integer
    then regexp_replace(d.t, '([.][0-9]{6})[0-9]+', '\\1') else d.t end)::timestamptz`;
  return sql`(select case when d.day is null then false
      when extract(day from d.day) <> substr(d.t, 9, 2)::integer then false
      when length(d.t) = ${DAY_LENGTH}::integer then ${dayWithin(sql, sql`d.day`, stretch)}
      else ${instantWithin(sql, instant, stretch)} end
    from (select x.t, case when x.t ~ ${DATE_PATTERN}::text then
                   make_date(substr(x.t, 1, 4)::integer, substr(x.t, 6, 2)::integer, 1)
                   + (substr(x.t, 9, 2)::integer - 1) end as day
            from (select ${stored} as t offset 0) x offset 0) d)`;
}

/** Of `2026-05-01T09:30:00.123456Z`: a longer text may have more digits. */
const MICROSECOND_LENGTH = 27;

function dayWithin(sql: Sql, date: Fragment, { from, until }: Stretch): Fragment {
  const day = sql`(${date} - date '1970-01-01')`;
  const lower = from === null ? sql`true` : sql`${day} >= ${from.day}::integer`;
  return until === null ? lower : sql`${lower} and ${day} < ${until.day}::integer`;
}

/** By a range, so that the instant is read once; a range may not end before it begins. */
function instantWithin(sql: Sql, instant: Fragment, { from, until }: Stretch): Fragment {
  if (from !== null && until !== null && from.at >= until.at) return sql`false`;
  const lower = from === null ? null : new Date(from.at);
  const upper = until === null ? null : new Date(until.at);
  return sql`${instant} <@ tstzrange(${lower}::timestamptz, ${upper}::timestamptz, '[)')`;
}

const before = (now: number, duration: Duration): WrittenDate => ({
  at: now - durationMs(duration),
});
const ahead = (now: number, duration: Duration): WrittenDate => ({
  at: now + durationMs(duration),
});

/**
 * A day begins at midnight in the zone of the condition. The last four divide all time between them:
 * more than 3 days ago, within the last 3 days (now included), within the next, more than 3 ahead.
 */
export const DATE_RULES: readonly Rule[] = [
  dateRule({
    operator: 'before',
    value: anyDate,
    words: (date) => `is before ${dateWords(date)}`,
    stretch: (date, _now, clock) => ({ from: null, until: edgeAt(date, clock) }),
  }),
  dateRule({
    operator: 'after',
    value: anyDate,
    words: (date) => `is after ${dateWords(date)}`,
    stretch: (date, _now, clock) => ({ from: edgeAfter(date, clock), until: null }),
  }),
  dateRule({
    operator: 'on',
    value: anyDay,
    words: (date) => `is on ${dateWords(date)}`,
    stretch: (date, _now, clock) => ({ from: edgeAt(date, clock), until: edgeAfter(date, clock) }),
  }),
  dateRule({
    operator: 'between',
    value: datePair,
    words: ([from, to]) => `is between ${dateWords(from)} and ${dateWords(to)}`,
    stretch: ([from, to], _now, clock) => ({
      from: edgeAt(from, clock),
      until: edgeAfter(to, clock),
    }),
  }),
  dateRule({
    operator: 'within_last',
    value: anyDuration,
    isRelative: true,
    words: (duration) => `is within the last ${durationWords(duration)}`,
    stretch: (duration, now, clock) => ({
      from: edgeAt(before(now, duration), clock),
      until: edgeAfter({ at: now }, clock),
    }),
  }),
  dateRule({
    operator: 'within_next',
    value: anyDuration,
    isRelative: true,
    words: (duration) => `is within the next ${durationWords(duration)}`,
    stretch: (duration, now, clock) => ({
      from: edgeAfter({ at: now }, clock),
      until: edgeAfter(ahead(now, duration), clock),
    }),
  }),
  dateRule({
    operator: 'more_than_ago',
    value: anyDuration,
    isRelative: true,
    words: (duration) => `is more than ${durationWords(duration)} ago`,
    stretch: (duration, now, clock) => ({
      from: null,
      until: edgeAt(before(now, duration), clock),
    }),
  }),
  dateRule({
    operator: 'more_than_ahead',
    value: anyDuration,
    isRelative: true,
    words: (duration) => `is more than ${durationWords(duration)} ahead`,
    stretch: (duration, now, clock) => ({
      from: edgeAfter(ahead(now, duration), clock),
      until: null,
    }),
  }),
];

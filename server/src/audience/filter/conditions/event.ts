import { EVENT_TYPE_LENGTH_MAX } from '../../event.ts';
import { isStorable } from '../../../platform/plain-data.ts';
import { isAbsent, isIntegerIn, quoted, type Fault } from '../../../schedule/fault.ts';
import type { Condition, ConditionKind, Place, Scope } from '../condition.ts';
import {
  DURATION_SCHEMA,
  durationMs,
  durationWords,
  faultsOfDuration,
  type Duration,
} from '../duration.ts';
import {
  NOTHING_NEEDED,
  NOTHING_TOUCHED,
  type EventCounts,
  type EventFact,
  type EventsNeeded,
  type Facts,
} from '../facts.ts';
import { joined, type Fragment, type Sql } from '../fragment.ts';
import { EVENT_COUNT_MAX, FILTER_NODES_MAX } from '../limits.ts';
import { below, faultsOfUnknown } from '../paths.ts';
import type { RuleContext } from '../rule.ts';
import { compileNode, faultsOfNode, type Node } from '../tree.ts';

type Members = Readonly<Record<string, unknown>>;

/** The name under which the server knows the schema of filters over one event. */
export const EVENT_FILTER_SCHEMA_ID = 'EventFilter';

const MEMBERS = ['event', 'operator', 'count', 'within', 'where'];

/** One operator over how often something happened. */
interface CountRule {
  /** The least `count` that says something; null: it takes none, and is about 0. */
  readonly countMin: number | null;
  readonly words: (count: number) => string;
  /** More than these need not be counted. */
  readonly enough: (count: number) => number;
  readonly isRight: (found: number, count: number) => boolean;
  readonly sql: (sql: Sql, found: Fragment, count: number) => Fragment;
}

const COUNT_RULES: Readonly<Record<string, CountRule>> = {
  at_least: {
    countMin: 1,
    words: (count) => `at least ${times(count)}`,
    enough: (count) => count,
    isRight: (found, count) => found >= count,
    sql: (sql, found, count) => sql`${found} >= ${count}::bigint`,
  },
  at_most: {
    countMin: 0,
    words: (count) => `at most ${times(count)}`,
    enough: (count) => count + 1,
    isRight: (found, count) => found <= count,
    sql: (sql, found, count) => sql`${found} <= ${count}::bigint`,
  },
  exactly: {
    countMin: 0,
    words: (count) => `exactly ${times(count)}`,
    enough: (count) => count + 1,
    isRight: (found, count) => found === count,
    sql: (sql, found, count) => sql`${found} = ${count}::bigint`,
  },
  never: {
    countMin: null,
    words: () => 'never',
    enough: () => 1,
    isRight: (found) => found === 0,
    sql: (sql, found) => sql`${found} = 0`,
  },
};

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/**
 * Conditions over what a user did: `{"event":"invoice_paid","operator":"at_least","count":3,"within":
 * {"amount":30,"unit":"days"},"where":[…]}`. Having done nothing is a count of 0, not a missing value.
 *
 * @param scope what `where` may be about
 */
export function eventConditions(scope: Scope<EventFact>): ConditionKind<Facts> {
  return {
    key: 'event',
    faults: (json, place) => [
      ...faultsOfUnknown(json, MEMBERS, place.path),
      ...faultsOfType(json['event'], below(place.path, 'event')),
      ...faultsOfCount(json, place.path),
      ...(isAbsent(json['within'])
        ? []
        : faultsOfDuration(json['within'], below(place.path, 'within'))),
      ...faultsOfWhere(scope, json['where'], { ...place, path: below(place.path, 'where') }),
    ],
    compile: (json, context) => compile(scope, json, context),
    schemas: SCHEMAS,
  };
}

/** Types are cut to their length when they arrive, so a longer one would never match. */
function faultsOfType(eventType: unknown, path: string): Fault[] {
  const isText = typeof eventType === 'string' && eventType !== '' && isStorable(eventType);
  if (isText && eventType.length <= EVENT_TYPE_LENGTH_MAX) return [];
  return [{ path, message: `must be a text of 1 to ${EVENT_TYPE_LENGTH_MAX} characters` }];
}

function faultsOfCount({ operator, count }: Members, path: string): Fault[] {
  const rule = countRuleOf(operator);
  if (rule === undefined) {
    const message = `must be one of ${Object.keys(COUNT_RULES).join(', ')}`;
    return [{ path: below(path, 'operator'), message }];
  }
  const at = below(path, 'count');
  if (rule.countMin === null) {
    return isAbsent(count) ? [] : [{ path: at, message: 'must be left out' }];
  }
  if (isIntegerIn(count, rule.countMin, EVENT_COUNT_MAX)) return [];
  const message = `must be a whole number from ${rule.countMin} to ${EVENT_COUNT_MAX}`;
  return [{ path: at, message }];
}

const countRuleOf = (operator: unknown): CountRule | undefined =>
  typeof operator === 'string' && Object.hasOwn(COUNT_RULES, operator)
    ? COUNT_RULES[operator]
    : undefined;

function faultsOfWhere(scope: Scope<EventFact>, where: unknown, place: Place): Fault[] {
  const { path, depth, budget } = place;
  if (isAbsent(where)) return [];
  if (!Array.isArray(where)) return [{ path, message: 'must be a list of conditions' }];
  return where.flatMap((json, index) =>
    faultsOfNode(scope, json, { path: below(path, index), depth: depth + 1, budget }),
  );
}

/** Which events are counted. */
interface Counted {
  readonly eventType: string;
  readonly withinMs: number | null;
  /** All of these hold for each. */
  readonly where: readonly Node<EventFact>[];
  readonly key: string;
  readonly whereSql: EventsNeeded['whereSql'];
}

function compile(scope: Scope<EventFact>, json: Members, context: RuleContext): Condition<Facts> {
  const count = typeof json['count'] === 'number' ? json['count'] : 0;
  const rule = countRuleOf(json['operator']);
  if (rule === undefined) throw new Error(`operator ${String(json['operator'])} is not known`);
  const counted = countedOf(scope, json, context);
  const { key, eventType, withinMs, where, whereSql } = counted;
  const countMax = rule.enough(count);
  const span = isAbsent(json['within'])
    ? ''
    : ` in the last ${durationWords(json['within'] as Duration)}`;
  return {
    words: `did ${quoted(eventType)} ${rule.words(count)}${span}${whereWords(where)}`,
    needs: { ...NOTHING_NEEDED, events: [{ key, eventType, withinMs, countMax, whereSql }] },
    touches: { ...NOTHING_TOUCHED, events: [eventType] },
    dependsOnTime:
      withinMs !== null ||
      where.some((node) => node.conditions.some(({ condition }) => condition.dependsOnTime)),
    holds: (facts, now) => rule.isRight(countOf(facts, now, counted, countMax), count),
    found: (facts, now) => {
      const found = countOf(facts, now, counted, Number.POSITIVE_INFINITY);
      // Nobody counted further.
      const more = facts.counts !== undefined && found >= countMax ? ' or more' : '';
      return `did it ${times(found)}${more}${span}`;
    },
    sql: (sql, now) => {
      const events = eventsSql(sql, now, counted);
      if (countMax === 1) {
        // What PostgreSQL can answer for many users at once, where counting goes one by one.
        const isSome = sql`exists (select 1 ${events})`;
        return rule.isRight(0, count) ? sql`(not ${isSome})` : isSome;
      }
      // In the order of the index, which is then what is read.
      const some = sql`select 1 ${events} order by e.occurred_at desc limit ${countMax}`;
      const found = sql`(select count(*) from (${some}) f)`;
      return sql`(${rule.sql(sql, found, count)})`;
    },
  };
}

function countedOf(scope: Scope<EventFact>, json: Members, context: RuleContext): Counted {
  const eventType = String(json['event']);
  const withinMs = isAbsent(json['within']) ? null : durationMs(json['within'] as Duration);
  const where = ((json['where'] ?? []) as unknown[]).map((one) => compileNode(scope, one, context));
  const hasWhere = where.length > 0;
  const like = hasWhere ? [json['where'], context.timezone] : [];
  const whereSql = (sql: Sql, now: number): Fragment =>
    joined(
      sql,
      where.map((node) => node.sql(sql, now)),
      'and',
    );
  return {
    eventType,
    withinMs,
    where,
    key: JSON.stringify([eventType, withinMs, ...like]),
    whereSql: hasWhere ? whereSql : null,
  };
}

/** How many there are; no further than to `countMax`, where they are counted here. */
function countOf(
  { events, counts }: Facts,
  now: number,
  { eventType, withinMs, where, key }: Counted,
  countMax: number,
): number {
  if (counts !== undefined) return loaded(counts, key);
  const since = withinMs === null ? Number.NEGATIVE_INFINITY : now - withinMs;
  let found = 0;
  for (const event of events) {
    const isMeant = event.eventType === eventType && event.occurredAt.getTime() >= since;
    if (isMeant && where.every((node) => node.holds(event, now))) found += 1;
    if (found >= countMax) break;
  }
  return found;
}

/** A count that is not there was not asked for: an answer would be made up. */
function loaded(counts: EventCounts, key: string): number {
  const count = counts.get(key);
  if (count === undefined) throw new Error(`events were not counted: ${key}`);
  return count;
}

/** The events of the user `u`. Index: events_by_user. */
function eventsSql(sql: Sql, now: number, { eventType, withinMs, whereSql }: Counted): Fragment {
  const since = withinMs === null ? null : new Date(now - withinMs);
  const recent = since === null ? sql`` : sql`and e.occurred_at >= ${since}::timestamptz`;
  const matching = whereSql === null ? sql`` : sql`and ${whereSql(sql, now)}`;
  return sql`from events e
    where e.bucket = u.bucket and e.workspace_id = u.workspace_id and e.user_id = u.id
      and e.event_type = ${eventType}::text ${recent} ${matching}`;
}

const whereWords = (where: readonly Node<EventFact>[]): string =>
  where.length === 0 ? '' : `, where ${where.map((node) => node.innerWords).join(' and ')}`;

const SCHEMAS = Object.entries(COUNT_RULES).map(([operator, { countMin }]) => ({
  title: `event ${operator}`,
  type: 'object',
  required: ['event', 'operator', ...(countMin === null ? [] : ['count'])],
  additionalProperties: false,
  properties: {
    event: { type: 'string', minLength: 1, maxLength: EVENT_TYPE_LENGTH_MAX },
    operator: { const: operator },
    ...(countMin === null
      ? {}
      : { count: { type: 'integer', minimum: countMin, maximum: EVENT_COUNT_MAX } }),
    within: DURATION_SCHEMA,
    where: {
      type: 'array',
      maxItems: FILTER_NODES_MAX,
      items: { $ref: `${EVENT_FILTER_SCHEMA_ID}#` },
      description: 'All of these must hold for an event to count',
    },
  },
}));

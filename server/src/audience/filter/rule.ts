import type { Fault } from '../../schedule/fault.ts';
import type { Fragment, Sql } from './fragment.ts';
import { guarded, READ, type StoredOf, type StoredSql, type StoredType } from './stored.ts';
import type { JsonSchema, ValueShape } from './value-shape.ts';

/** What holds for a whole condition. */
export interface RuleContext {
  /** The zone in which dates without a time are read, as `canonicalZone` gives it. */
  readonly timezone: string;
}

/**
 * One operator over one type of value, whole: everything else is made from these. Several may share
 * an operator's name; the value of the condition says which are meant.
 */
interface Declaration<T extends StoredType, V> {
  readonly operator: string;
  /** The type it reads; of every other the condition is false. */
  readonly reads: T;
  /** What its `value` looks like. */
  readonly value: ValueShape<V>;
  /** To follow the name of a field: 'is at least 3'. */
  readonly words: (value: V, context: RuleContext) => string;
  /** The rule in memory. Prepared once; `now` in epoch milliseconds. */
  readonly test: (value: V, context: RuleContext) => (stored: StoredOf[T], now: number) => boolean;
  /** Whether the answer depends on `now`. */
  readonly isRelative?: boolean;
  /** The same rule in SQL: two-valued, for a `stored` that is there and of the type. */
  readonly sql: (
    sql: Sql,
    stored: Fragment,
    value: V,
    context: RuleContext & { readonly now: number; readonly column: StoredSql['column'] },
  ) => Fragment;
}

/** A declared operator whose value may be anything. */
export interface Rule {
  readonly operator: string;
  readonly reads: StoredType;
  readonly says: string;
  readonly isMeant: (json: unknown) => boolean;
  readonly faults: (json: unknown, path: string) => Fault[];
  readonly schema: JsonSchema | null;
  readonly bind: (json: unknown, context: RuleContext) => BoundRule;
}

/** An operator with its value. */
export interface BoundRule {
  readonly reads: StoredType;
  readonly words: string;
  /** Whether the answer depends on `now`. */
  readonly isRelative: boolean;
  /** @param raw what the field holds; undefined or null when it is missing */
  readonly holds: (raw: unknown, now: number) => boolean;
  /** Never null. */
  readonly sql: (sql: Sql, stored: StoredSql, now: number) => Fragment;
}

/** Declares an operator over a type. */
export function rule<T extends StoredType, V>(declaration: Declaration<T, V>): Rule {
  const { operator, reads, value: shape, words, test, isRelative = false } = declaration;
  const read: (raw: unknown) => StoredOf[T] | null = READ[reads];
  return {
    operator,
    reads,
    says: shape.says,
    isMeant: shape.isMeant,
    faults: shape.faults,
    schema: shape.schema,
    bind: (json, context) => {
      const value = shape.valueOf(json);
      const isRight = test(value, context);
      return {
        reads,
        words: words(value, context),
        isRelative,
        holds: (raw, now) => {
          const stored = read(raw);
          return stored !== null && isRight(stored, now);
        },
        sql: (sql, stored, now) =>
          guarded(sql, stored, reads, (typed) =>
            declaration.sql(sql, typed, value, { ...context, now, column: stored.column }),
          ),
      };
    },
  };
}

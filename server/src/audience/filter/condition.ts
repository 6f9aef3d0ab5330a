import type { Fault } from '../../schedule/fault.ts';
import type { FactsNeeded, Touches } from './facts.ts';
import type { Fragment, Sql } from './fragment.ts';
import type { RuleContext } from './rule.ts';
import type { JsonSchema } from './value-shape.ts';

type Members = Readonly<Record<string, unknown>>;

/** What is left of the bounds of one filter while it is looked through. */
export interface Budget {
  /** Nodes that may still come. */
  nodes: number;
}

/** Where in a filter a node stands. */
export interface Place {
  readonly path: string;
  /** 1 for the whole filter. */
  readonly depth: number;
  readonly budget: Budget;
}

/** A compiled condition over a subject. */
export interface Condition<S> {
  /** A sentence: `traits.plan is 'pro'`. */
  readonly words: string;
  /** Decides in memory. `now` in epoch milliseconds. */
  readonly holds: (subject: S, now: number) => boolean;
  /** Decides in SQL, over `users u left join companies c`. Never null. */
  readonly sql: (sql: Sql, now: number) => Fragment;
  /** What it looked at, in words. */
  readonly found: (subject: S, now: number) => string;
  readonly needs: FactsNeeded;
  readonly touches: Touches;
  /** Whether the answer changes by itself as time goes by. */
  readonly dependsOnTime: boolean;
}

/**
 * One kind of condition, known by a member that only it has. A further kind of fact (earlier emails,
 * membership of a list) is one more of these in a scope's list.
 */
export interface ConditionKind<S> {
  readonly key: string;
  readonly faults: (json: Members, place: Place) => Fault[];
  /** Of JSON without faults. */
  readonly compile: (json: Members, context: RuleContext) => Condition<S>;
  /** One schema for each form it takes. */
  readonly schemas: readonly JsonSchema[];
  /** Known only to say that it belongs elsewhere: always a fault, and not told of otherwise. */
  readonly isElsewhere?: boolean;
}

/** What conditions may be about. */
export type Scope<S> = readonly ConditionKind<S>[];

import { recordOf, type Fault } from '../../schedule/fault.ts';
import type { Condition, Place, Scope } from './condition.ts';
import { joined, type Fragment, type Sql } from './fragment.ts';
import { FILTER_DEPTH_MAX, FILTER_NODES_MAX } from './limits.ts';
import { below, faultsOfUnknown } from './paths.ts';
import type { RuleContext } from './rule.ts';

/** A condition, and where in the filter it stands. */
export interface PlacedCondition<S> {
  readonly path: string;
  readonly condition: Condition<S>;
}

/** A compiled filter or part of one. */
export interface Node<S> {
  readonly holds: (subject: S, now: number) => boolean;
  readonly sql: (sql: Sql, now: number) => Fragment;
  readonly words: string;
  /** The words, in brackets where they would be misread beside others. */
  readonly innerWords: string;
  readonly conditions: readonly PlacedCondition<S>[];
}

const JOINERS = ['and', 'or'] as const;
type Joiner = (typeof JOINERS)[number];

/** Everything wrong with a filter over a scope. */
export function faultsOfNode<S>(scope: Scope<S>, json: unknown, place: Place): Fault[] {
  const { path, depth, budget } = place;
  budget.nodes -= 1;
  // Told once; what comes after is not looked at.
  if (budget.nodes === -1) {
    const message = `must not have more than ${FILTER_NODES_MAX} conditions, and, or and not`;
    return [{ path, message }];
  }
  if (budget.nodes < 0) return [];
  if (depth > FILTER_DEPTH_MAX) {
    return [{ path, message: `must not nest deeper than ${FILTER_DEPTH_MAX} levels` }];
  }
  const members = recordOf(json);
  const keys = [...JOINERS, 'not', ...scope.map(({ key }) => key)];
  const elsewhere = scope.flatMap(({ key, isElsewhere = false }) => (isElsewhere ? [key] : []));
  const heads = members === null ? [] : keys.filter((key) => Object.hasOwn(members, key));
  const [head] = heads;
  if (members === null || head === undefined || heads.length > 1) {
    const known = keys.filter((key) => !elsewhere.includes(key)).join(', ');
    return [{ path, message: `must be an object with one of ${known}` }];
  }
  const kind = scope.find(({ key }) => key === head);
  if (kind !== undefined) return kind.faults(members, place);
  return [
    ...faultsOfUnknown(members, [head], path),
    ...faultsOfParts(scope, members[head], {
      head,
      place: { path: below(path, head), depth: depth + 1, budget },
    }),
  ];
}

function faultsOfParts<S>(
  scope: Scope<S>,
  parts: unknown,
  { head, place }: { head: string; place: Place },
): Fault[] {
  if (head === 'not') return faultsOfNode(scope, parts, place);
  if (!Array.isArray(parts) || parts.length === 0) {
    return [{ path: place.path, message: 'must be a list of at least one filter' }];
  }
  return parts.flatMap((part, index) =>
    faultsOfNode(scope, part, { ...place, path: below(place.path, index) }),
  );
}

/** Compiles a filter without faults. */
export function compileNode<S>(
  scope: Scope<S>,
  json: unknown,
  context: RuleContext,
  path = '',
): Node<S> {
  const members = recordOf(json) ?? {};
  if (Object.hasOwn(members, 'not')) {
    return negated(compileNode(scope, members['not'], context, below(path, 'not')));
  }
  const joiner = JOINERS.find((key) => Object.hasOwn(members, key));
  if (joiner !== undefined) {
    const parts = members[joiner] as unknown[];
    const place = below(path, joiner);
    const nodes = parts.map((part, index) =>
      compileNode(scope, part, context, below(place, index)),
    );
    return joinedNode(joiner, nodes);
  }
  const kind = scope.find(({ key }) => Object.hasOwn(members, key));
  if (kind === undefined) throw new Error(`no filter: ${JSON.stringify(json)}`);
  const condition = kind.compile(members, context);
  const { holds, sql, words } = condition;
  return { holds, sql, words, innerWords: words, conditions: [{ path, condition }] };
}

function negated<S>({ holds, sql, words, conditions }: Node<S>): Node<S> {
  const negation = `not (${words})`;
  return {
    holds: (subject, now) => !holds(subject, now),
    sql: (tag, now) => tag`(not ${sql(tag, now)})`,
    words: negation,
    innerWords: negation,
    conditions,
  };
}

function joinedNode<S>(joiner: Joiner, nodes: readonly Node<S>[]): Node<S> {
  const holds: Node<S>['holds'] =
    joiner === 'and'
      ? (subject, now) => nodes.every((node) => node.holds(subject, now))
      : (subject, now) => nodes.some((node) => node.holds(subject, now));
  const words = nodes.map((node) => node.innerWords).join(` ${joiner} `);
  return {
    holds,
    sql: (sql, now) =>
      joined(
        sql,
        nodes.map((node) => node.sql(sql, now)),
        joiner,
      ),
    words,
    innerWords: nodes.length === 1 ? words : `(${words})`,
    conditions: nodes.flatMap((node) => node.conditions),
  };
}

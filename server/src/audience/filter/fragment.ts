import type { Db } from '../../platform/db.ts';

/** The tag that makes fragments; what stands between `${` and `}` is bound, or is a fragment itself. */
export type Sql = Db;

/** A piece of a statement with its bound values, as the tag takes it. Not run by itself. */
export type Fragment = Extract<Parameters<Db>[number], PromiseLike<unknown>>;

/** Fragments in a row. Each is two-valued, so that no null of SQL comes out. */
export function joined(sql: Sql, fragments: readonly Fragment[], between: 'and' | 'or'): Fragment {
  const [first = sql`true`, ...rest] = fragments;
  const all = rest.reduce(
    (left, right) => (between === 'and' ? sql`${left} and ${right}` : sql`${left} or ${right}`),
    first,
  );
  return sql`(${all})`;
}

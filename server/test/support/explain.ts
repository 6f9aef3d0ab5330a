import type { Db, Pool, Transaction } from '../../src/platform/db.ts';

/** A node of a plan, as `explain (format json)` gives it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** How the database would run one statement. */
export interface Plan {
  readonly kind: 'for these values' | 'for any values';
  readonly text: string;
  readonly indexes: ReadonlySet<string>;
  /** Tables that are read from end to end. */
  readonly scanned: ReadonlySet<string>;
}

/**
 * The plans of every statement that `run` makes, without running any: for the values that it is given,
 * and for any values, which is what a prepared statement may end up with.
 */
export async function plansOf(
  db: Pool,
  run: (db: Transaction) => Promise<unknown>,
): Promise<Plan[]> {
  const plans: Plan[] = [];
  const explained = async (statement: Statement) => {
    const { text, values } = flattened(statement);
    const params = values as never[];
    const custom = await db.unsafe(`explain (format json) ${text}`, params);
    plans.push(planOf('for these values', text, custom));
    const generic = await db.unsafe(`explain (generic_plan, format json) ${text}`);
    plans.push(planOf('for any values', text, generic));
    return Object.assign([], { count: 0 });
  };
  // As the driver does: nothing happens until somebody waits, for it may be part of another statement.
  const recording = (strings: readonly string[], ...values: unknown[]): Statement => ({
    strings,
    values,
    // oxlint-disable-next-line unicorn/no-thenable
    then: (resolve, reject) => explained({ strings, values }).then(resolve, reject),
  });
  await run(recording as unknown as Db as Transaction);
  return plans;
}

/** A statement, or a part of one. */
interface Statement {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
  readonly then?: (resolve: (rows: unknown) => void, reject: (error: unknown) => void) => unknown;
}

const isPart = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && 'strings' in value;

function flattened(statement: Statement): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const textOf = ({ strings, values: parts }: Statement): string =>
    strings
      .map((text, index) => {
        if (index === parts.length) return text;
        const part = parts[index];
        return text + (isPart(part) ? textOf(part) : `$${values.push(part)}`);
      })
      .join('');
  return { text: textOf(statement), values };
}

function planOf(kind: Plan['kind'], text: string, rows: readonly Record<string, unknown>[]): Plan {
  const [{ Plan: root }] = rows[0]!['QUERY PLAN'] as [{ Plan: PlanNode }];
  const nodes = flat(root);
  return {
    kind,
    text,
    indexes: new Set(nodes.flatMap((node) => node['Index Name'] ?? [])),
    scanned: new Set(
      nodes.flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [],
      ),
    ),
  };
}

const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];

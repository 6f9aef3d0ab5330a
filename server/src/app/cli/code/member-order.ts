import { FILTER_SCHEMAS } from '../../../audience/index.ts';
import { recordOf } from '../../../schedule/fault.ts';
import { fileSchema } from '../../code/file-schema.ts';

/** What stands first, wherever it stands. */
const FIRST = ['id', 'type', 'name', 'status', 'settings', 'steps'];
/** What customers say is kept in the order in which it comes. */
const THEIRS: ReadonlySet<string> = new Set(['set', 'data', 'content', 'value']);

let ranks: ReadonlyMap<string, number> | null = null;

/** The members of a value in the order in which the schema has them; those of no schema come last. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = recordOf(value);
  if (fields === null) return value;
  ranks ??= ranksOf();
  const rankOf = (name: string): number => ranks?.get(name) ?? Number.MAX_SAFE_INTEGER;
  const entries = Object.entries(fields).toSorted(([one], [other]) => rankOf(one) - rankOf(other));
  return Object.fromEntries(
    entries.map(([name, member]) => [name, THEIRS.has(name) ? member : inOrder(member)]),
  );
}

function ranksOf(): Map<string, number> {
  const names = new Set(FIRST);
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    const fields = recordOf(value);
    if (fields === null) return;
    const properties = recordOf(fields['properties']);
    for (const name of Object.keys(properties ?? {})) names.add(name);
    Object.values(fields).forEach(walk);
  };
  walk(fileSchema());
  walk(FILTER_SCHEMAS);
  return new Map([...names].map((name, rank) => [name, rank]));
}

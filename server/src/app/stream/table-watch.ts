import type { TableWrites } from './sql.ts';
import { TABLES, type Topic } from './topics.ts';

/** What the counters of the tables say. */
export interface TableNews {
  /** Whether a look at the sides may show something. */
  readonly isLively: boolean;
  /** To be told to every side, for nobody knows whose rows were written. */
  readonly topics: readonly Topic[];
}

/** A session may tell of its last writes that much later. */
const LATE_MS = 12_000;
/** How often a table with people's rows is told of. */
const HOT_PAUSE_MS = 10_000;

/** Compares the counters of the tables with those of a moment ago. */
export function createTableWatch(): (tables: readonly TableWrites[], nowMs: number) => TableNews {
  let known: ReadonlyMap<string, number> | null = null;
  let changedMs = Number.NEGATIVE_INFINITY;
  const written = new Set<Topic>();
  const toldMs = new Map<Topic, number>();
  return (tables, nowMs) => {
    const before = known;
    known = new Map(tables.map(({ name, writes }) => [name, writes]));
    const topics = new Set<Topic>();
    for (const [name, writes] of known) {
      if (before === null || before.get(name) === writes) continue;
      changedMs = nowMs;
      const table = TABLES[name];
      if (table?.isHot === true) written.add(table.topic);
      else if (table !== undefined) topics.add(table.topic);
    }
    for (const topic of written) {
      if (nowMs - (toldMs.get(topic) ?? Number.NEGATIVE_INFINITY) < HOT_PAUSE_MS) continue;
      toldMs.set(topic, nowMs);
      written.delete(topic);
      topics.add(topic);
    }
    return { isLively: nowMs - changedMs < LATE_MS, topics: [...topics] };
  };
}

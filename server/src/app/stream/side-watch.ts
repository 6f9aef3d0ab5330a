import type { Print } from './sql.ts';
import { isTopic, type Topic } from './topics.ts';

/** What is to be told of a side. */
export interface Changes {
  readonly topics: readonly Topic[];
  /** Series and broadcasts that it is about; none where it is about others too, or nobody knows. */
  readonly seriesIds: readonly string[];
}

/** One side that somebody listens to: how it was when it was looked at last, and what is not told yet. */
export interface SideWatch {
  /** Compares with the last look; the first only takes notes. */
  readonly look: (prints: readonly Print[]) => void;
  readonly mark: (topics: readonly Topic[], seriesId?: string | null) => void;
  /** What there is to tell, once; null where there is nothing, or something was told a moment ago. */
  readonly take: (nowMs: number) => Changes | null;
}

/** A little less than the second between two looks, which is never exact. */
const PAUSE_MS = 900;
/** A client that hears of more asks for all. */
const SERIES_TOLD_MAX = 50;

export function createSideWatch(): SideWatch {
  let known: ReadonlyMap<string, string> | null = null;
  let topics = new Set<Topic>();
  let seriesIds = new Set<string>();
  let toldMs = Number.NEGATIVE_INFINITY;
  const mark = (named: readonly Topic[], seriesId: string | null = null): void => {
    for (const topic of named) topics.add(topic);
    if (seriesId !== null) seriesIds.add(seriesId);
  };
  return {
    mark,
    look: (prints) => {
      const now = printed(prints);
      const before = known;
      known = now;
      if (before === null) return;
      for (const key of new Set([...before.keys(), ...now.keys()])) {
        if (before.get(key) === now.get(key)) continue;
        const [topic = '', id = ''] = key.split(' ');
        if (isTopic(topic)) mark([topic], id === '' ? null : id);
      }
    },
    take: (nowMs) => {
      if (topics.size === 0 || nowMs - toldMs < PAUSE_MS) return null;
      const isMany = seriesIds.size > SERIES_TOLD_MAX;
      const changes = {
        topics: [...topics].toSorted(),
        seriesIds: isMany ? [] : [...seriesIds].toSorted(),
      };
      topics = new Set();
      seriesIds = new Set();
      toldMs = nowMs;
      return changes;
    },
  };
}

/** Prints by what they are of; several of one thing are one. */
function printed(prints: readonly Print[]): ReadonlyMap<string, string> {
  const of = new Map<string, string>();
  for (const { topic, automationId, print } of prints) {
    const key = `${topic} ${automationId ?? ''}`;
    const other = of.get(key);
    of.set(key, other === undefined ? print : [other, print].toSorted().join('\n'));
  }
  return of;
}

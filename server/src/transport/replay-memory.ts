import type { Remember } from './events.ts';

/** Ten minutes of a busy webhook, at some hundred calls a second. */
const ENTRIES_MAX = 100_000;

/**
 * Remembers within this process. Where several processes take webhooks they should share a memory,
 * or what one has seen another takes once more, which events that are told twice survive.
 */
export function createReplayMemory(now: () => Date, entriesMax: number = ENTRIES_MAX): Remember {
  const entries = new Map<string, { value: string; untilMs: number }>();
  const forget = (nowMs: number): void => {
    // In the order of their arrival: the first that is not over ends the look.
    for (const [key, { untilMs }] of entries) {
      if (untilMs > nowMs && entries.size <= entriesMax) return;
      entries.delete(key);
    }
  };
  return (key, value, until) => {
    const nowMs = now().getTime();
    const known = entries.get(key);
    if (known !== undefined && known.untilMs > nowMs) return Promise.resolve(known.value);
    entries.delete(key);
    entries.set(key, { value, untilMs: until.getTime() });
    forget(nowMs);
    return Promise.resolve(null);
  };
}

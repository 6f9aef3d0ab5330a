/** What is known for a short while, loaded when first asked for. */
export interface Cache<K, V> {
  /** The value, at most `ttlMs` old. Calls that arrive together share one load; a failed load is not kept. */
  get(key: K): Promise<V>;
  /** Forgets a key at once. A load that was under way answers its callers and is not kept. */
  drop(key: K): void;
  clear(): void;
}

interface Entry<V> {
  readonly value: Promise<V>;
  readonly freshUntilMs: number;
}

const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

/**
 * A cache in front of `load`, which holds the most recently used `entriesMax` keys.
 *
 * The age of a value counts from when its load began, so that a change elsewhere is seen within `ttlMs`.
 *
 * @param monotonicMs a clock that never steps; a test passes its own
 */
export function createCache<K, V>({
  load,
  ttlMs = TTL_MS,
  entriesMax = ENTRIES_MAX,
  monotonicMs = () => performance.now(),
}: {
  load: (key: K) => Promise<V>;
  ttlMs?: number;
  entriesMax?: number;
  monotonicMs?: () => number;
}): Cache<K, V> {
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  const entries = new Map<K, Entry<V>>();

  function reload(key: K, nowMs: number): Entry<V> {
    const value = load(key);
    const entry = { value, freshUntilMs: nowMs + ttlMs };
    value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry;
  }

  return {
    get(key) {
      const nowMs = monotonicMs();
      const known = entries.get(key);
      const entry = known !== undefined && nowMs < known.freshUntilMs ? known : reload(key, nowMs);
      entries.delete(key);
      entries.set(key, entry);
      if (entries.size > entriesMax) {
        const [oldest] = entries.keys();
        if (oldest !== undefined) entries.delete(oldest);
      }
      return entry.value;
    },
    drop: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}

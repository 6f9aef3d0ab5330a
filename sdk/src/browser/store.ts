import type { Entry } from './entry.ts';

/** Where calls wait while a page is reloaded; `localStorage` has this form. */
export type EntryStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** What another tab lets hear: which call was answered, and how. */
export interface Heard {
  readonly id: string;
  readonly answer: unknown;
}

/** Keeps entries where they outlive the page, one key for each, so that two tabs never overwrite. */
export interface Store {
  readonly load: () => Entry[];
  /** An entry as it is kept: another tab may have changed it. */
  readonly find: (id: string) => Entry | undefined;
  readonly save: (entry: Entry) => void;
  /** Forgets an entry, and lets other tabs hear the answer when there is one. */
  readonly drop: (entry: Entry, answer?: unknown) => void;
  /** What another tab let hear; undefined for whatever else changed in the storage. */
  readonly heard: (change: StorageEvent) => Heard | undefined;
  /** Remembers one word, or with null forgets it. */
  readonly remember: (name: string, value: string | null) => void;
  readonly recall: (name: string) => string | null;
}

/** @param name of the key that calls are made with: the sides of a workspace do not meet */
export function createStore(storage: EntryStorage | undefined, name: string): Store {
  const prefix = `milepost:${name}:`;
  const entryPrefix = `${prefix}call:`;
  const remember = (key: string, value: string | null) =>
    possibly(() =>
      value === null ? storage?.removeItem(prefix + key) : storage?.setItem(prefix + key, value),
    );

  const find = (id: string): Entry | undefined => {
    const text = possibly(() => storage?.getItem(entryPrefix + id));
    const entry: Partial<Entry> | undefined = objectIn(text);
    // Not what somebody else wrote there: it would never go, and nothing behind it.
    const isOne = entry?.id === id && entry.path && entry.body && entry.key;
    return isOne ? (entry as Entry) : undefined;
  };

  return {
    load: () =>
      (possibly(() => keysOf(storage)) ?? [])
        .filter((key) => key.startsWith(entryPrefix))
        .toSorted()
        .flatMap((key) => find(key.slice(entryPrefix.length)) ?? []),
    find,
    save: (entry) => remember(`call:${entry.id}`, JSON.stringify(entry)),
    drop: ({ id }, answer) => {
      // Other tabs are told of every change, so this is heard although it goes at once.
      if (answer !== undefined) remember(`call:${id}`, JSON.stringify({ id, answer }));
      remember(`call:${id}`, null);
    },
    heard: ({ key, newValue }) => {
      const heard: Partial<Heard> | undefined = objectIn(newValue);
      const isOne = heard?.answer !== undefined && key === `${entryPrefix}${heard.id}`;
      return isOne ? (heard as Heard) : undefined;
    },
    remember,
    recall: (key) => possibly(() => storage?.getItem(prefix + key)) ?? null,
  };
}

function keysOf(storage: EntryStorage | undefined): string[] {
  return Array.from({ length: storage?.length ?? 0 }, (_, at) => storage?.key(at) ?? '');
}

/**
 * The page's own, unless it is switched off: then even naming it throws. None where there is no page:
 * what servers call so is shared by all whom they serve.
 */
export const localStorageOf = (): EntryStorage | undefined =>
  possibly(() => (globalThis.document ? globalThis.localStorage : undefined));

/** Undefined where a text holds none. */
const objectIn = (text: string | null | undefined): object | undefined =>
  possibly(() => JSON.parse(text ?? '') as object | null) ?? undefined;

/** Storage may be full, forbidden or broken; the page then remembers by itself, until it is left. */
function possibly<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

import type { Entry } from './entry.ts';

/** Where calls wait while a page is reloaded; `localStorage` has this form. */
export type EntryStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Keeps entries where they outlive the page, one key for each, so that two tabs never overwrite. */
export interface Store {
  readonly load: () => Entry[];
  readonly save: (entry: Entry) => void;
  readonly drop: (entry: Entry) => void;
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

  return {
    load: () =>
      (possibly(() => keysOf(storage)) ?? [])
        .filter((key) => key.startsWith(entryPrefix))
        .toSorted()
        .flatMap((key) => {
          const entry = possibly(() => JSON.parse(storage?.getItem(key) ?? '') as Entry);
          return entry?.path === undefined ? [] : [entry];
        }),
    save: (entry) => remember(`call:${entry.id}`, JSON.stringify(entry)),
    drop: (entry) => remember(`call:${entry.id}`, null),
    remember,
    recall: (key) => possibly(() => storage?.getItem(prefix + key)) ?? null,
  };
}

function keysOf(storage: EntryStorage | undefined): string[] {
  return Array.from({ length: storage?.length ?? 0 }, (_, at) => storage?.key(at) ?? '');
}

/** The browser's own, unless it is switched off: then even naming it throws. */
export const localStorageOf = (): EntryStorage | undefined =>
  possibly(() => globalThis.localStorage);

/** Storage may be full, forbidden or broken; the page then remembers by itself, until it is left. */
function possibly<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

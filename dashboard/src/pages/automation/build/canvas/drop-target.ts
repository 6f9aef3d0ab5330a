import { useSyncExternalStore } from 'react';

/** Which edge a dragged step would be set into. Kept beside React: only two edges render again. */
interface DropTarget {
  readonly get: () => string | null;
  readonly set: (key: string | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

function createDropTarget(): DropTarget {
  let current: string | null = null;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (key) => {
      if (key === current) return;
      current = key;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The one of the page: there is one canvas at a time. */
export const dropTarget = createDropTarget();

export const useIsDropTarget = (key: string): boolean =>
  useSyncExternalStore(dropTarget.subscribe, () => dropTarget.get() === key);

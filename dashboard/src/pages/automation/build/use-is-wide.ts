import { useSyncExternalStore } from 'react';

/** Whether a media query holds now; renders again when that changes. */
export function useIsWide(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

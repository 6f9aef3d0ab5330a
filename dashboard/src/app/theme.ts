import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

/** Where the reader's choice is remembered; without one, the system's setting holds. */
const STORAGE_KEY = 'milepost.theme';

const listeners = new Set<() => void>();
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  const value = window.localStorage.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : null;
}

function current(): Theme {
  return chosen() ?? (systemIsDark.matches ? 'dark' : 'light');
}

/** Puts a remembered choice into force; called before the first paint. */
export function applyTheme(): void {
  const choice = chosen();
  if (choice === null) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

export function toggleTheme(): void {
  window.localStorage.setItem(STORAGE_KEY, current() === 'dark' ? 'light' : 'dark');
  applyTheme();
  for (const listener of listeners) listener();
}

/** The theme in force. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    systemIsDark.addEventListener('change', listener);
    return () => {
      listeners.delete(listener);
      systemIsDark.removeEventListener('change', listener);
    };
  }, current);
}

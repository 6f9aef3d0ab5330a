import { useSyncExternalStore } from 'react';

/** What the address bar says about the page: everything here survives a reload and can be shared. */
export interface Place {
  /** Workspace side; null means the first test side. */
  readonly side: string | null;
  readonly messageId: string | null;
  readonly tab: string | null;
  /** The enroll form is open. */
  readonly enrolling: boolean;
  readonly status: string | null;
  readonly text: string;
}

/** The parameter of each field in the query string. */
const NAMES = { side: 'w', messageId: 'm', tab: 'tab', status: 'status', text: 'q' } as const;

export function placeOf(search: string): Place {
  const query = new URLSearchParams(search);
  return {
    side: query.get(NAMES.side),
    messageId: query.get(NAMES.messageId),
    tab: query.get(NAMES.tab),
    enrolling: query.has('enroll'),
    status: query.get(NAMES.status),
    text: query.get(NAMES.text) ?? '',
  };
}

export function addressOf(place: Place): string {
  const query = new URLSearchParams();
  if (place.side !== null) query.set(NAMES.side, place.side);
  if (place.status !== null) query.set(NAMES.status, place.status);
  if (place.text !== '') query.set(NAMES.text, place.text);
  if (place.messageId !== null) query.set(NAMES.messageId, place.messageId);
  if (place.messageId !== null && place.tab !== null) query.set(NAMES.tab, place.tab);
  if (place.enrolling) query.set('enroll', '');
  const text = query.toString().replace(/enroll=$/, 'enroll');
  return text === '' ? '/inbox' : `/inbox?${text}`;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Where the page is; renders again when that changes. */
export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, () => window.location.search));
}

/** The place that results from a change of the current one, as an address for a link. */
export function addressWith(change: Partial<Place>): string {
  return addressOf({ ...placeOf(window.location.search), ...change });
}

/**
 * Goes to a changed place.
 *
 * @param how `push` makes a step that the browser's Back undoes; `replace` does not
 */
export function go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
  const address = addressWith(change);
  if (how === 'push') window.history.pushState(OPENED, '', address);
  else window.history.replaceState(window.history.state, '', address);
  tell();
}

/** Marks a history entry that was pushed from the list, so that going back is the browser's Back. */
const OPENED = { opened: true };

/** Opens something from the list; what is open already is replaced, so that Back leads to the list. */
export function open(change: Partial<Place>): void {
  const { messageId, enrolling } = placeOf(window.location.search);
  const next = { messageId: null, tab: null, enrolling: false, ...change };
  go(next, messageId === null && !enrolling ? 'push' : 'replace');
}

/** Closes what is open. */
export function close(): void {
  const state = window.history.state as { opened?: unknown } | null;
  if (state?.opened === true) window.history.back();
  else go({ messageId: null, tab: null, enrolling: false }, 'replace');
}

function tell(): void {
  for (const listener of listeners) listener();
}

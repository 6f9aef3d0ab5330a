import type { Doc } from './step.ts';

/** What was not saved when the page was left, and what the server had then. */
export interface Kept {
  readonly base: Doc;
  readonly doc: Doc;
}

const keyOf = (sideId: string, seriesId: string): string => `milepost.draft.${sideId}.${seriesId}`;

/** Keeps in this browser what the server did not take; null forgets it. */
export function keep(sideId: string, seriesId: string, kept: Kept | null): void {
  try {
    if (kept === null) window.localStorage.removeItem(keyOf(sideId, seriesId));
    else window.localStorage.setItem(keyOf(sideId, seriesId), JSON.stringify(kept));
  } catch {
    // Full, or not allowed: the page still asks before it is left.
  }
}

export function keptOf(sideId: string, seriesId: string): Kept | null {
  try {
    const text = window.localStorage.getItem(keyOf(sideId, seriesId));
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}

import type { Step } from '../draft/step.ts';

const STORAGE_KEY = 'milepost.copied-steps';

/** Keeps copied steps for this tab of the browser: they can be pasted into another series. */
export function keepCopied(steps: readonly Step[]): void {
  try {
    window.sessionStorage.setItem(STORAGE_KEY, JSON.stringify(steps));
  } catch {
    // Full or not allowed: the builder has them in memory.
  }
}

export function copiedSteps(): readonly Step[] | null {
  try {
    const text = window.sessionStorage.getItem(STORAGE_KEY);
    return text === null ? null : (JSON.parse(text) as Step[]);
  } catch {
    return null;
  }
}

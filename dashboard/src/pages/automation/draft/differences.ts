import { isSame } from './same.ts';
import type { Doc, Step } from './step.ts';

/** What one draft has otherwise than another. */
export interface Differences {
  readonly isRenamed: boolean;
  readonly hasOtherRules: boolean;
  /** Of steps that are new, or not as they were. */
  readonly changed: readonly Step[];
  readonly removed: readonly Step[];
}

/** What became of `before`. */
export function differencesOf(before: Doc, after: Doc): Differences {
  const known = new Map(before.steps.map((step) => [step.id, step]));
  const kept = new Set(after.steps.map(({ id }) => id));
  return {
    isRenamed: before.name !== after.name,
    hasOtherRules: !isSame(before.settings, after.settings),
    changed: after.steps.filter((step) => !isSame(known.get(step.id), step)),
    removed: before.steps.filter(({ id }) => !kept.has(id)),
  };
}

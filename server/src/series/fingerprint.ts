import { hash } from 'node:crypto';
import { isAbsent } from '../schedule/fault.ts';
import { diffOf, stepsOf } from './outline-diff.ts';
import type { SeriesDraft } from './series.ts';
import { settingsOf } from './settings.ts';

/** What a series says, whatever its status: what files hold, and what the builder changes. */
export interface SeriesSaid {
  readonly name: string;
  readonly draft: SeriesDraft;
}

/**
 * Names what a series says. Equal for two that would do the same: members left out are as those that are
 * null or have their default, and a step that leads on by its place is as one that says so.
 *
 * @returns 64 hexadecimal digits
 */
export function fingerprintOf({ name, draft }: SeriesSaid): string {
  const settings = present({ ...settingsOf({ ...draft.settings }) });
  const byId = [...stepsOf(draft)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, { own, leads }]) => [id, present(own), leads]);
  return hash('sha256', JSON.stringify({ name, settings, steps: byId }, sorted));
}

/** Whether two drafts would do the same. */
export function isSameDraft(one: SeriesDraft, other: SeriesDraft): boolean {
  const { added, removed, changed, moved, settings } = diffOf(filled(one), filled(other));
  return [added, removed, changed, moved, settings].every(({ length }) => length === 0);
}

/** With every default of the settings, so that a difference tells none of them. */
export const filled = ({ settings, steps }: SeriesDraft): SeriesDraft => ({
  settings: settingsOf({ ...settings }),
  steps,
});

type Fields = Readonly<Record<string, unknown>>;

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)));

/** The database orders the members of an object anew. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

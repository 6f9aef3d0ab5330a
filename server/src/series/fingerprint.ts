import { hash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import { isAbsent } from '../schedule/fault.ts';
import { diffOf, stepsOf } from './outline-diff.ts';
import type { Automation, SeriesDraft } from './series.ts';
import { settingsOf } from './settings.ts';

/** What a series says, whatever its status: what files hold, and what the builder changes. */
export interface SeriesSaid {
  readonly name: string;
  readonly draft: SeriesDraft;
}

/**
 * Names what a series says: the `etag` of its draft, and how a file knows whether somebody else changed it.
 * Equal for two that would do the same: members left out are as those that are null or have their default,
 * a step that leads on by its place is as one that says so, and bodies may end their lines either way: Git
 * changes that on some systems. Of the content, not of a counter: what is saved twice, or changed back, is
 * no change.
 *
 * @returns 64 hexadecimal digits
 */
export function fingerprintOf({
  name,
  draft,
}: SeriesSaid | Pick<Automation, 'name' | 'draft'>): string {
  const said = filled(draft as unknown as SeriesDraft);
  const settings = present({ ...said.settings });
  const steps = [...stepsOf(said)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, { own, leads }]) => [id, present(own), leads]);
  return hash('sha256', canonicalJson({ name, settings, steps }));
}

/** Whether two drafts would do the same. */
export function isSameDraft(one: SeriesDraft, other: SeriesDraft): boolean {
  const { added, removed, changed, moved, settings } = diffOf(filled(one), filled(other));
  return [added, removed, changed, moved, settings].every(({ length }) => length === 0);
}

/** With every default of the settings, and one kind of line ends, so that a difference tells none of them. */
export const filled = ({ settings, steps }: SeriesDraft): SeriesDraft => ({
  settings: settingsOf({ ...settings }),
  steps: steps.map((step) => (step['type'] === 'email' ? withLineFeeds(step) : step)),
});

type Fields = Readonly<Record<string, unknown>>;

const BODIES: ReadonlySet<string> = new Set(['html', 'mjml', 'text']);

/** An email, or a variant of one. */
const withLineFeeds = (email: Fields): Fields =>
  Object.fromEntries(
    Object.entries(email).map(([name, value]) => {
      if (typeof value === 'string' && BODIES.has(name))
        return [name, value.replaceAll('\r\n', '\n')];
      if (name !== 'variants' || !Array.isArray(value)) return [name, value];
      return [name, (value as Fields[]).map(withLineFeeds)];
    }),
  );

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)));

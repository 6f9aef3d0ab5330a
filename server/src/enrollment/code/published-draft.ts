import type { Pool } from '../../platform/db.ts';
import { isAbsent } from '../../schedule/fault.ts';
import { isSameDraft, readVersion, type Automation, type SeriesDraft } from '../../series/index.ts';

type Step = Readonly<Record<string, unknown>>;

/**
 * The published version of a series, as a file would say it: without the versions of templates and
 * snippets that publishing wrote down, where the file names none itself.
 *
 * @returns null where nothing is published
 */
export async function publishedDraft(
  db: Pool,
  { id: automationId, version: number }: Automation,
  said: SeriesDraft,
): Promise<SeriesDraft | null> {
  if (number === null) return null;
  const { version } = await readVersion(db, { automationId, number });
  const named = new Map(said.steps.map((step) => [step['id'], step]));
  return {
    settings: version.settings,
    steps: version.steps.map((step) => unfrozen(step, named.get(step['id']))),
  };
}

/** Whether the draft of a series says something else than what is published; false where nothing is. */
export async function hasUnpublished(db: Pool, series: Automation): Promise<boolean> {
  const draft = series.draft as unknown as SeriesDraft;
  const published = await publishedDraft(db, series, draft);
  return published !== null && !isSameDraft(published, draft);
}

function unfrozen(step: Step, said: Step | undefined): Step {
  if (step['type'] !== 'email') return step;
  const { variants } = step;
  const own = without(step, said);
  if (!Array.isArray(variants)) return own;
  const others = said?.['variants'];
  const saidVariants = Array.isArray(others) ? (others as Step[]) : [];
  const stripped = (variants as Step[]).map((variant) =>
    without(
      variant,
      saidVariants.find(({ name }) => name === variant['name']),
    ),
  );
  return { ...own, variants: stripped };
}

/** What publishing writes down: see `versionsIn` of the emails of a series. */
const FROZEN = ['template_version', 'snippets'];

const without = (step: Step, said: Step | undefined): Step =>
  Object.fromEntries(
    Object.entries(step).filter(([name]) => !FROZEN.includes(name) || !isAbsent(said?.[name])),
  );

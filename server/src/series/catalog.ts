import { createCache } from '../platform/cache.ts';
import type { Db } from '../platform/db.ts';
import { rulesOf, type ScheduleRules } from '../schedule/settings.ts';
import { compileEmail, type CompiledEmail, type EmailContent } from '../template/index.ts';
import { contentAsItStands, loadContents } from './build-steps.ts';
import { withContent } from './content.ts';
import { graphOf, type Graph } from './graph.ts';
import type { Automation, SeriesVersion } from './series.ts';
import { settingsOf, type SeriesSettings } from './settings.ts';
import type { EmailStep } from './step.ts';
import { findAutomation, findVersion, listContent } from './sql.ts';
import { sentRevisionOf, winnersOf } from './sql/variants.ts';
import { emailKeyOf, variantFor, withVariant } from './variants.ts';

/** A published version made ready for work: steps by id, rules compiled, emails parsed when first used. */
export interface PublishedSeries {
  readonly automationId: string;
  readonly number: number;
  readonly graph: Graph;
  readonly settings: SeriesSettings;
  readonly rules: ScheduleRules;
  readonly emailOf: (step: EmailStep) => CompiledEmail;
  /** What `emailOf` compiles: always the same object for the same step. */
  readonly contentOf: (step: EmailStep) => EmailContent;
  /** The email that a user gets of a step, by the user's internal id: one of its variants, if it has any. */
  readonly emailFor: (step: EmailStep, userId: string) => ChosenEmail;
}

/** An email as it is for one user. */
export interface ChosenEmail {
  /** With what the variant says otherwise. */
  readonly step: EmailStep;
  /** Always the same object for the same variant. */
  readonly content: EmailContent;
  /** The name of the variant; null where there are none. */
  readonly variant: string | null;
}

/** What a process knows of series without asking the database each time. */
export interface SeriesCatalog {
  /** The automation as it was at most a second ago. */
  readonly automation: (ref: { workspaceId: string; id: string }) => Promise<Automation | null>;
  /**
   * A published version, with the content updates that it has had and the variants that have won until a
   * second ago. It is kept, for it changes with those only. Throws when it does not exist.
   */
  readonly version: (ref: VersionRef) => Promise<PublishedSeries>;
  /** Forgets an automation that this process has just changed. */
  readonly drop: (ref: { workspaceId: string; id: string }) => void;
}

interface VersionRef {
  readonly automationId: string;
  readonly number: number;
  /** The zone of the workspace, which its series fall back to. */
  readonly workspaceTimezone: string;
}

/** Compiled versions are the largest thing kept: some 100 kB each with parsed templates. */
const VERSIONS_MAX = 500;

export function createSeriesCatalog(db: Db): SeriesCatalog {
  const automations = createCache({
    load: (key: string) => {
      const [workspaceId = '', id = ''] = key.split(' ');
      return findAutomation(db, { workspaceId, id });
    },
  });
  const revisions = createCache({ load: (id: string) => sentRevisionOf(db, id) });
  // The revision is part of the key: what is loaded for one is never asked for again after the next.
  const versions = createCache({
    ttlMs: Number.POSITIVE_INFINITY,
    entriesMax: VERSIONS_MAX,
    load: (key: string) => {
      const [automationId = '', number, , workspaceTimezone = ''] = key.split(' ');
      return loadVersion(db, { automationId, number: Number(number), workspaceTimezone });
    },
  });
  return {
    automation: ({ workspaceId, id }) => automations.get(`${workspaceId} ${id}`),
    version: async ({ automationId, number, workspaceTimezone }) => {
      const revision = await revisions.get(automationId);
      return versions.get(`${automationId} ${number} ${revision} ${workspaceTimezone}`);
    },
    drop: ({ workspaceId, id }) => {
      automations.drop(`${workspaceId} ${id}`);
      revisions.drop(id);
    },
  };
}

async function loadVersion(db: Db, ref: VersionRef): Promise<PublishedSeries> {
  const { automationId, number, workspaceTimezone } = ref;
  const version = await findVersion(db, ref);
  if (version === null) throw new Error(`version ${number} of series ${automationId} is missing`);
  const steps = withContent(version.steps, await listContent(db, { automationId, number }));
  const contents = await loadContents(db, { automationId, steps });
  const winners = await winnersOf(db, automationId);
  return publishedOf({ ...version, steps }, workspaceTimezone, contents, winners);
}

/**
 * A version, or what would become one, made ready for work. Its settings and steps have no faults.
 *
 * @param built emails by `emailKeyOf`; others must be such that they need no building once they are used
 * @param winners names of variants, by step id
 */
export function publishedOf(
  { automationId, number, settings: stored, steps }: Omit<SeriesVersion, 'publishedAt'>,
  workspaceTimezone: string,
  built: ReadonlyMap<string, EmailContent> = new Map(),
  winners: ReadonlyMap<string, string> = new Map(),
): PublishedSeries {
  const contents = new Map(built);
  const emails = new Map<string, CompiledEmail>();
  const contentOf = (step: EmailStep): EmailContent => {
    const content = contents.get(step.id) ?? contentAsItStands({ ...step });
    contents.set(step.id, content);
    return content;
  };
  const emailOf = (step: EmailStep): CompiledEmail => {
    const compiled = emails.get(step.id) ?? compileEmail(contentOf(step));
    emails.set(step.id, compiled);
    return compiled;
  };
  const chosen = new Map<string, ChosenEmail>();
  const emailFor = (step: EmailStep, userId: string): ChosenEmail => {
    const winner = winners.get(step.id) ?? null;
    const variant = variantFor(step, { userId, automationId, winner });
    if (variant === null) return { step, content: contentOf(step), variant: null };
    const key = emailKeyOf(step.id, variant.name);
    const known = chosen.get(key);
    if (known !== undefined) return known;
    const said = withVariant({ ...step }, { ...variant }) as unknown as EmailStep;
    const content = contents.get(key) ?? contentAsItStands({ ...said });
    const email = { step: said, content, variant: variant.name };
    chosen.set(key, email);
    return email;
  };
  const settings = settingsOf({ ...stored });
  const rules = rulesOf(settings, workspaceTimezone);
  const graph = graphOf(steps);
  return { automationId, number, graph, settings, rules, emailOf, contentOf, emailFor };
}

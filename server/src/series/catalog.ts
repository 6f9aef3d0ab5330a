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
import { contentRevisionOf, findAutomation, findVersion, listContent } from './sql.ts';

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
}

/** What a process knows of series without asking the database each time. */
export interface SeriesCatalog {
  /** The automation as it was at most a second ago. */
  readonly automation: (ref: { workspaceId: string; id: string }) => Promise<Automation | null>;
  /**
   * A published version, with the content updates that it has had until a second ago. It is kept, for
   * it changes with those only. Throws when it does not exist.
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
  const revisions = createCache({ load: (id: string) => contentRevisionOf(db, id) });
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
  return publishedOf({ ...version, steps }, workspaceTimezone, contents);
}

/**
 * A version, or what would become one, made ready for work. Its settings and steps have no faults.
 *
 * @param built emails by step id; others must be such that they need no building once they are used
 */
export function publishedOf(
  { automationId, number, settings: stored, steps }: Omit<SeriesVersion, 'publishedAt'>,
  workspaceTimezone: string,
  built: ReadonlyMap<string, EmailContent> = new Map(),
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
  const settings = settingsOf({ ...stored });
  const rules = rulesOf(settings, workspaceTimezone);
  const graph = graphOf(steps);
  return { automationId, number, graph, settings, rules, emailOf, contentOf };
}

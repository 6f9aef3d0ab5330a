import { createCache } from '../platform/cache.ts';
import type { Db } from '../platform/db.ts';
import { rulesOf, type ScheduleRules } from '../schedule/settings.ts';
import { compileEmail, type CompiledEmail } from '../template/index.ts';
import { graphOf, type Graph } from './graph.ts';
import type { Automation } from './series.ts';
import type { SeriesSettings } from './settings.ts';
import type { EmailStep } from './step.ts';
import { findAutomation, findVersion } from './sql.ts';

/** A published version made ready for work: steps by id, rules compiled, emails parsed when first used. */
export interface PublishedSeries {
  readonly automationId: string;
  readonly number: number;
  readonly graph: Graph;
  readonly settings: SeriesSettings;
  readonly rules: ScheduleRules;
  readonly emailOf: (step: EmailStep) => CompiledEmail;
}

/** What a process knows of series without asking the database each time. */
export interface SeriesCatalog {
  /** The automation as it was at most a second ago. */
  readonly automation: (ref: { workspaceId: string; id: string }) => Promise<Automation | null>;
  /** A published version; it never changes, so it is kept. Throws when it does not exist. */
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
  const versions = createCache({
    ttlMs: Number.POSITIVE_INFINITY,
    entriesMax: VERSIONS_MAX,
    load: (key: string) => {
      const [automationId = '', number, workspaceTimezone = ''] = key.split(' ');
      return loadVersion(db, { automationId, number: Number(number), workspaceTimezone });
    },
  });
  return {
    automation: ({ workspaceId, id }) => automations.get(`${workspaceId} ${id}`),
    version: ({ automationId, number, workspaceTimezone }) =>
      versions.get(`${automationId} ${number} ${workspaceTimezone}`),
    drop: ({ workspaceId, id }) => automations.drop(`${workspaceId} ${id}`),
  };
}

async function loadVersion(db: Db, ref: VersionRef): Promise<PublishedSeries> {
  const { automationId, number, workspaceTimezone } = ref;
  const version = await findVersion(db, ref);
  if (version === null) throw new Error(`version ${number} of series ${automationId} is missing`);
  const emails = new Map<string, CompiledEmail>();
  const emailOf = (step: EmailStep): CompiledEmail => {
    const compiled = emails.get(step.id) ?? compileEmail(step);
    emails.set(step.id, compiled);
    return compiled;
  };
  const { settings, steps } = version;
  const rules = rulesOf(settings, workspaceTimezone);
  return { automationId, number, graph: graphOf(steps), settings, rules, emailOf };
}

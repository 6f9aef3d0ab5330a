import { explain, explainAll, EXPLAINED_MAX, explanationView } from '../../enrollment/index.ts';
import type { Explanation } from '../../enrollment/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { storedIdOf } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import { SetupError } from '../../platform/setup-error.ts';
import type { Reason } from '../../schedule/reason.ts';
import { createSeriesCatalog, readAutomation } from '../../series/index.ts';
import type { Workspace } from '../../workspace/index.ts';
import type { ConfigOptions } from '../config.ts';
import type { Database } from '../database.ts';
import { answer, withDatabase, type World } from './context.ts';
import { sideOf, type SideOptions } from './side.ts';

interface Options extends ConfigOptions, SideOptions {
  readonly json?: boolean;
  /** Id of a series; without it all that say something about the user. */
  readonly series?: string;
}

/** A person looks at fewer; scripts ask for one series. */
const SERIES_SHOWN_MAX = 200;

/** `milepost explain <user id>`: why a user is where they are, in one series or in all. */
export function explainCommand(world: World, options: Options, userId: string): Promise<void> {
  return withDatabase(world, options, async (database) => {
    const side = await sideOf(database, options);
    const asked = explainedOf(database, { side, userId, series: options.series });
    const where = ` on the ${side.side} side of "${side.name}"`;
    const explanations = await refusedInWords(asked, where);
    const value = { user_id: userId, series: explanations.map(explanationView) };
    const words =
      explanations.length === 0
        ? `"${userId}" is in no series, and there is none to enter.`
        : explanations.map(wordsOf).join('\n\n');
    answer(world, options, value, words);
  });
}

async function explainedOf(
  { db }: Database,
  { side, userId, series }: { side: Workspace; userId: string; series: string | undefined },
): Promise<Explanation[]> {
  const deps = { db, catalog: createSeriesCatalog(db) };
  const ask = { workspace: side, userExternalId: userId };
  if (series !== undefined) {
    const ref = { workspaceId: side.id, id: storedIdOf(series) };
    const automation = await readAutomation(db, ref, 'series');
    return [await explain(deps, { ...ask, automation })];
  }
  const explanations: Explanation[] = [];
  let after: PageAfter | null = null;
  do {
    const page = await explainAll(deps, { ...ask, after, limit: EXPLAINED_MAX });
    explanations.push(...page.explanations);
    after = page.next;
  } while (after !== null && explanations.length < SERIES_SHOWN_MAX);
  return explanations;
}

/** What a person can mend is told without a stack. */
async function refusedInWords<T>(work: Promise<T>, where = ''): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new SetupError(`${error.message}${where}`);
  }
}

function wordsOf(why: Explanation): string {
  const { seriesName, seriesId, state, code, sentence, zone, entry, steps, next, reasons } = why;
  return [
    `"${seriesName}"  ${seriesId}`,
    `${state} (${code})`,
    `  ${sentence}`,
    `  ${zone.sentence}`,
    `  ${entry.sentence}`,
    ...section(
      'Behind',
      steps.map((step) => `${step.at.toISOString()}  ${step.sentence}`),
    ),
    ...(next === null ? [] : section(nextWords(next), next.reasons.map(reasonWords))),
    ...section('Every rule', reasons.map(reasonWords)),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `  ${title}`, ...lines.map((line) => `    ${line}`)];

function nextWords({ action, at }: NonNullable<Explanation['next']>): string {
  return `Next: ${action}${at === null ? ', when the series is resumed' : ` at ${at.toISOString()}`}`;
}

const reasonWords = ({ rule, input, outcome }: Reason): string => `${rule}: ${input} → ${outcome}`;

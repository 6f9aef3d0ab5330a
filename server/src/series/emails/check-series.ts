import type { Pool } from '../../platform/db.ts';
import { isAbsent, type Fault } from '../../schedule/fault.ts';
import {
  bodyFieldOf,
  checkEmail,
  sampleFacts,
  type EmailFinding,
  type WorkspaceSaid,
} from '../../template/index.ts';
import { buildAll, type BuiltStep } from '../build-steps.ts';
import { readAutomation, type AutomationRef } from '../change-series.ts';
import { seriesInvalid } from '../errors.ts';
import { statusAfter, type SeriesDraft } from '../series.ts';

/** What is known of a list that emails name. */
export type ListState = (ref: {
  workspaceId: string;
  listId: string;
}) => Promise<'active' | 'missing' | 'archived'>;

/** What emails are checked with. */
export interface CheckDeps {
  readonly db: Pool;
  readonly listState: ListState;
}

/** What a workspace says of itself; its postal address is asked for. */
export interface CheckFor {
  readonly workspace: WorkspaceSaid;
  /** Of the workspace side. */
  readonly now: Date;
}

/** A finding about one email of a series. */
export interface SeriesFinding extends EmailFinding {
  readonly stepId: string;
}

/**
 * Checks every email of a series' draft as it would be published now: errors first within each email.
 *
 * @throws `series.not_found`, `series.wrong_type`
 */
export async function checkSeries(
  deps: CheckDeps,
  ref: AutomationRef,
  about: CheckFor,
): Promise<SeriesFinding[]> {
  const automation = await readAutomation(deps.db, ref, 'series');
  const { steps } = automation.draft as unknown as SeriesDraft;
  const findings: SeriesFinding[] = [];
  for (const [index, step] of steps.entries()) {
    if (step['type'] !== 'email') continue;
    const found = await checkStep(deps, { step, workspaceId: ref.workspaceId, ...about });
    const stepId = String(step['id']);
    findings.push(...found.map((one) => ({ ...one, stepId, path: `steps/${index}/${one.path}` })));
  }
  return findings;
}

/**
 * What there is to say before the draft is published; nothing when it would not be.
 *
 * @returns warnings only
 * @throws `series.invalid` with every error, `series.not_found`, `series.wrong_type`
 */
export async function checkBeforePublishing(
  deps: CheckDeps,
  ref: AutomationRef,
  about: CheckFor & { transition: 'activate' | 'publish' },
): Promise<SeriesFinding[]> {
  const { status, version } = await readAutomation(deps.db, ref, 'series');
  const isPossible = statusAfter(status, about.transition) !== null;
  const publishes = about.transition === 'publish' || version === null;
  if (!isPossible || !publishes) return [];
  const findings = await checkSeries(deps, ref, about);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw seriesInvalid(errors.map(({ path, message }) => ({ path, message })));
  return findings;
}

/** Checks one email step whose fields are right; paths are below the step. */
export async function checkStep(
  { db, listState }: CheckDeps,
  about: CheckFor & { step: Readonly<Record<string, unknown>>; workspaceId: string },
): Promise<EmailFinding[]> {
  const { step, workspaceId } = about;
  const { emails } = await buildAll(db, step, { workspaceId, isPublished: false });
  const { list_id: listId } = step;
  const list = typeof listId === 'string' ? await listState({ workspaceId, listId }) : null;
  const [own = [], ...ofVariants] = emails.map((built) =>
    findingsOf(built, { ...about, list }).map((one) => ({
      ...one,
      path: `${built.place}${one.path}`,
    })),
  );
  // What a variant shares with the email is said of the email.
  const said = new Set(own.map(({ code, message }) => `${code} ${message}`));
  const more = ofVariants.flat().filter(({ code, message }) => !said.has(`${code} ${message}`));
  return [...own, ...more].toSorted((one, other) => rankOf(one) - rankOf(other));
}

const rankOf = ({ severity }: EmailFinding): number => (severity === 'error' ? 0 : 1);

/** What there is to say of a built email, or of one that could not be built. */
export function findingsOf(
  { step, source, content, faults, warnings }: BuiltStep,
  { workspace, now, list }: CheckFor & { list: 'active' | 'missing' | 'archived' | null },
): EmailFinding[] {
  if (content === null) return faults.map(asError);
  const field = isAbsent(step['template_id']) ? bodyFieldOf(source) : 'template_id';
  return checkEmail({ source, content, warnings }, field, {
    postalAddress: workspace.postalAddress ?? null,
    list,
    facts: sampleFacts(workspace, now),
  });
}

const asError = ({ path, message }: Fault): EmailFinding => ({
  severity: 'error',
  code: 'body_invalid',
  path,
  message,
});

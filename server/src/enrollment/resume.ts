import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { addDelay } from '../schedule/delay.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import type { Fault } from '../schedule/fault.ts';
import { recordOf } from '../schedule/fault.ts';
import {
  findVersion,
  moveSeries,
  noSuchTransition,
  readAutomation,
  resumeFaults,
  resumeOf,
  seriesInvalid,
  type Automation,
  type AutomationRef,
  type ResumePolicy,
  type SeriesCatalog,
} from '../series/index.ts';
import { replanOf, onlyWayOf, type StepFacts } from './advance.ts';
import { factsOf } from './advance.ts';
import { moveOf } from './decisions.ts';
import { stepOf } from './enrollment.ts';
import { findRows, type FoundRow } from './sql/find-rows.ts';
import { sideNow } from './sql/leave.ts';
import type { NextStep } from './sql/move-on.ts';
import { countOverdue, parkOverdue } from './sql/resume.ts';
import { pageOfRows, type RowsAfter } from './sql/versions.ts';

/** What becomes of somebody who was overdue when their series was resumed. */
export type Fate = 'plan' | 'skip' | 'exit';

/**
 * What the policy of a resume says about one waiting step. Pure.
 *
 * Only what is overdue by more than `after` is skipped or ends the passage; only emails are skipped. A
 * message that a member ordered again is sent.
 */
export function fateOf(facts: StepFacts, policy: ResumePolicy | undefined): Fate {
  if (policy === undefined || policy.late === 'send' || !facts.advances) return 'plan';
  const { userTimezone, series, dueAt, stepId } = facts;
  const lateFrom = addDelay(dueAt, policy.after, { userTimezone, rules: series.rules });
  if (lateFrom >= policy.at) return 'plan';
  if (policy.late === 'exit') return 'exit';
  return stepOf(series.graph, stepId)?.type === 'email' ? 'skip' : 'plan';
}

/** What a resume would do, or has ordered. */
export interface ResumePreview {
  readonly policy: Omit<ResumePolicy, 'at'>;
  /** How many wait past their due time. */
  readonly overdue: number;
  /** How many of them were looked at for the counts below: all, or the bound. */
  readonly lookedAt: number;
  readonly planned: number;
  readonly skipped: number;
  readonly exited: number;
  /** The emails that are next for them, by the hour in which they are due. */
  readonly firstSends: readonly { readonly hour: Date; readonly count: number }[];
}

export interface ResumeDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}

const PARK_MAX = 5_000;
const PAGE_MAX = 1_000;
const PEOPLE_MAX = 100_000;
const HOUR_MS = 3_600_000;

/** The body of a resume: `{late?, after?}`, over what the series' settings say. */
export function resumeFieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  const fields = recordOf(body ?? {});
  const faults: Fault[] =
    fields === null
      ? [{ path: '', message: 'must be an object' }]
      : resumeFaults(fields).map((fault) => ({
          ...fault,
          path: fault.path.replace(/^settings\/resume\/?/, ''),
        }));
  if (faults.length > 0) throw seriesInvalid(faults);
  return fields ?? {};
}

/**
 * Resumes a paused series. What is overdue is marked first, so that whoever comes to it later knows;
 * what becomes of it is kept with the series, and workers do it.
 *
 * @param fields as `resumeFieldsOf` gives them
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`
 */
export async function resumeSeries(
  { db }: Pick<ResumeDeps, 'db'>,
  ref: AutomationRef,
  fields: Readonly<Record<string, unknown>>,
): Promise<Automation> {
  const series = await readAutomation(db, ref, 'series');
  const resume = await policyOf(db, series, fields);
  const { workspaceId, id: automationId } = ref;
  const park = async (tx: Transaction): Promise<number> => {
    const now = await sideNow(tx, workspaceId);
    return parkOverdue(tx, { workspaceId, automationId, now, limit: PARK_MAX });
  };
  // While it is paused, a batch at a time; then the few that fell due meanwhile, held with the rest.
  while (series.status === 'paused' && (await inTransaction(db, park)) === PARK_MAX);
  const now = await sideNow(db, workspaceId);
  const beforeResume = async (tx: Transaction): Promise<void> => void (await park(tx));
  return moveSeries(db, ref, { transition: 'resume', now, resume, beforeResume });
}

async function policyOf(
  db: Pool,
  { id: automationId, version: number }: Automation,
  fields: Readonly<Record<string, unknown>>,
): Promise<Omit<ResumePolicy, 'at'>> {
  const version = number === null ? null : await findVersion(db, { automationId, number });
  const { late, after } = resumeOf(version?.settings.resume);
  return resumeOf({ late: fields['late'] ?? late, after: fields['after'] ?? after });
}

/**
 * Counts what a resume would do now, by the rule that then does it. Changes nothing.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`
 */
export async function previewResume(
  { db, catalog }: ResumeDeps,
  ref: AutomationRef,
  fields: Readonly<Record<string, unknown>>,
): Promise<ResumePreview> {
  const series = await readAutomation(db, ref, 'series');
  if (series.status !== 'paused') throw noSuchTransition(series.status, 'resume');
  const policy = await policyOf(db, series, fields);
  const { workspaceId, id: automationId } = ref;
  const now = await sideNow(db, workspaceId);
  const overdue = await countOverdue(db, { workspaceId, automationId, now });
  const counts = { plan: 0, skip: 0, exit: 0 };
  const hours = new Map<number, number>();
  let after: RowsAfter | null = null;
  for (let looked = 0; looked < PEOPLE_MAX; looked += PAGE_MAX) {
    const page: Awaited<ReturnType<typeof pageOfRows>> = await pageOfRows(db, {
      workspaceId,
      automationId,
      dueTo: now,
      after,
      limit: PAGE_MAX,
    });
    for (const row of await findRows(db, page)) {
      const facts = await factsIn(catalog, row);
      const fate = fateOf(facts, { ...policy, at: now });
      counts[fate] += 1;
      const next = nextFor(fate, { row, facts, now });
      if (next === null || stepOf(facts.series.graph, next.stepId)?.type !== 'email') continue;
      const hour = Math.floor(next.dueAt.getTime() / HOUR_MS) * HOUR_MS;
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    after = page.at(-1) ?? null;
    if (page.length < PAGE_MAX) break;
  }
  const { plan: planned, skip: skipped, exit: exited } = counts;
  const firstSends = [...hours]
    .toSorted(([a], [b]) => a - b)
    .map(([hour, count]) => ({ hour: new Date(hour), count }));
  const lookedAt = planned + skipped + exited;
  return { policy, overdue, lookedAt, planned, skipped, exited, firstSends };
}

async function factsIn(catalog: SeriesCatalog, row: FoundRow): Promise<StepFacts> {
  const { automationId, version: number, workspaceTimezone } = row;
  const series = await catalog.version({ automationId, number, workspaceTimezone });
  return factsOf(row, series);
}

/** The step that is next for somebody with this fate. */
function nextFor(
  fate: Fate,
  { row, facts, now }: { row: FoundRow; facts: StepFacts; now: Date },
): NextStep | null {
  if (fate === 'exit') return null;
  if (fate === 'skip') {
    const to = onlyWayOf(facts);
    return moveOf({ ...row, now }, { facts, outcome: 'skipped', reason: 'late', to }).next;
  }
  try {
    return replanOf(facts, now);
  } catch (error) {
    if (error instanceof NoOpenSlotError) return null;
    throw error;
  }
}

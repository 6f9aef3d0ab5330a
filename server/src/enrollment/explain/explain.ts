import type { Message } from '../../delivery/index.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Reason } from '../../schedule/reason.ts';
import { assertUser } from '../remove.ts';
import type { EntryCodeName, PersonCodeName, PersonState, StepCodeName } from './codes.ts';
import { entryPlace } from './entry.ts';
import type { Explained, ExplainFacts, LastPassage, PastStep } from './facts.ts';
import { loadExplainFacts, type ExplainAsk, type ExplainDeps } from './load.ts';
import { placeOf } from './place.ts';
import { personReasons, rowReasons } from './reasons.ts';
import { listExplained } from './sql.ts';
import { doubtPlace, stepPlace } from './step.ts';
import { zoneWords, type ZoneWords } from './when.ts';

/** A step that is behind somebody, or of which nobody knows whether it is. */
export interface ExplainedStep extends Explained<StepCodeName> {
  readonly seq: number;
  readonly stepId: string;
  readonly outcome: PastStep['outcome'] | 'in_doubt';
  readonly branch: string | null;
  readonly dueAt: Date;
  readonly at: Date;
  readonly messageId: string | null;
  readonly reasons: readonly Reason[];
}

/** Why a user is where they are in a series, and what happens next. */
export interface Explanation extends Explained<PersonCodeName> {
  readonly seriesId: string;
  readonly seriesName: string;
  readonly state: PersonState;
  readonly zone: ZoneWords;
  /** Every rule that was looked at, in order. */
  readonly reasons: readonly Reason[];
  /** Null when nothing more will happen by itself. */
  readonly next: {
    readonly action: string;
    readonly stepId: string | null;
    readonly at: Date | null;
    readonly reasons: readonly Reason[];
  } | null;
  /** Whether a call to enroll would let them in now. */
  readonly entry: Explained<EntryCodeName>;
  readonly passage: LastPassage | null;
  /** Of the last passage, oldest first. */
  readonly steps: readonly ExplainedStep[];
}

/**
 * Answers "why?" for a user and a series: also for users who never entered.
 *
 * @throws `enrollment.user_not_found`
 */
export async function explain(deps: ExplainDeps, ask: ExplainAsk): Promise<Explanation> {
  return explanationOf(await loadExplainFacts(deps, ask));
}

/** The whole answer, from the facts. Pure. */
export function explanationOf(facts: ExplainFacts): Explanation {
  const { automation, user, rules, passage } = facts;
  const { state, code, sentence } = placeOf(facts);
  return {
    seriesId: automation.id,
    seriesName: automation.name,
    state,
    code,
    sentence,
    zone: zoneWords(user.timezone, rules),
    reasons: personReasons(facts),
    next: nextOf(facts),
    entry: entryPlace(facts),
    passage,
    steps: stepsOf(facts),
  };
}

/** Series told in one page: each is a dozen statements. */
export const EXPLAINED_MAX = 50;

/**
 * The same for every series of a side that the user is or was in, and every one that they could have
 * entered and did not: youngest series first.
 *
 * @param limit at most `EXPLAINED_MAX`
 * @returns the explanations, and where to go on; null when that was all
 * @throws `enrollment.user_not_found`
 */
export async function explainAll(
  deps: ExplainDeps,
  {
    workspace,
    userExternalId,
    after,
    limit,
  }: Omit<ExplainAsk, 'automation'> & { after: PageAfter | null; limit: number },
): Promise<{ explanations: Explanation[]; next: PageAfter | null }> {
  const { db, catalog } = deps;
  const { id: workspaceId } = workspace;
  await assertUser(db, { workspaceId, userExternalId });
  const userId = userIdOf(workspaceId, userExternalId);
  const bucket = bucketOf(userId);
  const page = { workspaceId, bucket, userId, after, limit: limit + 1 };
  const listed = await listExplained(db, page);
  const explanations: Explanation[] = [];
  for (const { id } of listed.slice(0, limit)) {
    const automation = await catalog.automation({ workspaceId, id });
    // A draft may be deleted meanwhile.
    if (automation === null) continue;
    explanations.push(await explain(deps, { workspace, userExternalId, automation }));
  }
  const last = listed.length > limit ? listed[limit - 1] : undefined;
  return { explanations, next: last === undefined ? null : { at: last.createdAt, id: last.id } };
}

function nextOf(facts: ExplainFacts): Explanation['next'] {
  const { row, passage, automation } = facts;
  const isUnderway = passage?.state === 'active' || row?.advances === false;
  if (row === null || !isUnderway) return null;
  return {
    action: row.status === 'processing' ? 'is being handed over' : `run step "${row.stepId}"`,
    stepId: row.stepId,
    at: automation.status === 'active' ? row.dueAt : null,
    reasons: rowReasons(facts, row),
  };
}

function stepsOf({ steps, messages, series }: ExplainFacts): ExplainedStep[] {
  const bySeq = new Map(messages.map((message) => [message.seq, message]));
  const logged = steps.map((step): ExplainedStep => {
    const { seq, stepId, outcome, branch, dueAt, at, reasons } = step;
    const message = bySeq.get(seq) ?? null;
    const place = stepPlace(step, { series, message });
    return {
      ...place,
      seq,
      stepId,
      outcome,
      branch,
      dueAt,
      at,
      reasons,
      messageId: message?.id ?? null,
    };
  });
  const known = new Set(steps.map(({ seq }) => seq));
  const doubtful = messages
    .filter(({ seq, state }) => state === 'in_doubt' && !known.has(seq))
    .map((message) => doubtStep(message, series));
  return [...logged, ...doubtful].toSorted((one, other) => one.seq - other.seq);
}

function doubtStep(message: Message, series: ExplainFacts['series']): ExplainedStep {
  return {
    ...doubtPlace(message, series),
    seq: message.seq,
    stepId: message.stepId,
    outcome: 'in_doubt',
    branch: null,
    dueAt: message.scheduledFor,
    at: message.updatedAt,
    messageId: message.id,
    reasons: [],
  };
}

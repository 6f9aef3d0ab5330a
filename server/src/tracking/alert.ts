import type { Pool } from '../platform/db.ts';
import { readWorkspace } from '../workspace/index.ts';
import { claimAlerts, settleAlert, type DueAlert } from './sql/pauses.ts';

/** One signed call, as webhook steps make them. */
export interface AlertCall {
  readonly url: string;
  /** The same at every attempt. */
  readonly id: string;
  readonly timestamp: Date;
  /** JSON. */
  readonly body: string;
  readonly secrets: readonly string[];
  readonly wantsTraits: false;
}

export interface AlertDeps {
  readonly db: Pool;
  readonly clock: { now(): Date };
  /** The secrets that sign for a side, the present one first. */
  readonly secretsOf: (workspaceId: string) => Promise<string[]>;
  readonly call: (
    call: AlertCall,
  ) => Promise<{ kind: 'answered' } | { kind: 'failed'; reason: string; isTemporary: boolean }>;
}

const AGAIN_FIRST_MS = 60_000;
const AGAIN_LONGEST_MS = 3_600_000;
/** A little over half a day. */
const ATTEMPTS_MAX = 18;
const ANSWER_LENGTH_MAX = 500;

/**
 * Tells the address in `alerts_url` of pauses: one call each, tried again until it is answered. One
 * query when there is nothing to tell.
 *
 * @returns how many calls were made
 */
export async function sendAlerts(deps: AlertDeps): Promise<number> {
  const due = await claimAlerts(deps.db, { againMs: AGAIN_FIRST_MS });
  for (const alert of due) await sendAlert(deps, alert);
  return due.length;
}

async function sendAlert(deps: AlertDeps, alert: DueAlert): Promise<void> {
  const { db, clock } = deps;
  const { id, workspaceId, attempts } = alert;
  const { settings } = await readWorkspace(db, { workspaceId });
  if (settings.alertsUrl === null) {
    await settleAlert(db, { id, answer: 'nobody is to be told', againMs: null });
    return;
  }
  const answer = await deps.call({
    url: settings.alertsUrl,
    id,
    timestamp: clock.now(),
    body: JSON.stringify(alertBody(alert)),
    secrets: await deps.secretsOf(workspaceId),
    wantsTraits: false,
  });
  if (answer.kind === 'answered') {
    await settleAlert(db, { id, answer: 'answered', againMs: null });
    return;
  }
  const isOver = !answer.isTemporary || attempts >= ATTEMPTS_MAX;
  const againMs = Math.min(AGAIN_FIRST_MS * 2 ** (attempts - 1), AGAIN_LONGEST_MS);
  await settleAlert(db, {
    id,
    answer: answer.reason.slice(0, ANSWER_LENGTH_MAX),
    againMs: isOver ? null : againMs,
  });
}

const alertBody = ({ workspaceId, automationId, rule, figures, pausedAt }: DueAlert) => ({
  type: 'sending.paused',
  workspace_id: workspaceId,
  scope: automationId === null ? 'workspace' : 'series',
  series_id: automationId,
  rule,
  sent: figures.sent,
  count: figures.count,
  percent: figures.percent,
  limit_percent: figures.limitPercent,
  days: figures.days,
  paused_at: pausedAt.toISOString(),
});

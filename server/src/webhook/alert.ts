import type { Pool } from '../platform/db.ts';
import { uuidv5 } from '../platform/ids.ts';
import { readWorkspace } from '../workspace/index.ts';
import { claimDisabled, settleDisabled, type DisabledAlert } from './sql/alerts.ts';

/** One signed call to `alerts_url`. */
interface DisabledCall {
  readonly url: string;
  /** The same at every attempt. */
  readonly id: string;
  readonly timestamp: Date;
  /** JSON. */
  readonly body: string;
  readonly secrets: readonly string[];
  readonly wantsTraits: false;
}

interface DisabledAlertDeps {
  readonly db: Pool;
  readonly clock: { now(): Date };
  /** The secrets that sign for a side, the present one first. */
  readonly secretsOf: (workspaceId: string) => Promise<string[]>;
  /** Mails the owners; never throws for what a mail server says. */
  readonly mailOwners: (alert: DisabledAlert) => Promise<void>;
  readonly call: (
    call: DisabledCall,
  ) => Promise<{ kind: 'answered' } | { kind: 'failed'; reason: string; isTemporary: boolean }>;
}

const AGAIN_FIRST_MS = 60_000;
const AGAIN_LONGEST_MS = 3_600_000;
/** A little over half a day. */
const ATTEMPTS_MAX = 18;

/**
 * Tells of endpoints that were disabled by themselves: owners by one email each, which is not tried again,
 * and the address in `alerts_url` by one call, which is, until it is answered. One query when there is
 * nothing to tell.
 *
 * @returns how many calls were made
 */
export async function sendDisabledAlerts(deps: DisabledAlertDeps): Promise<number> {
  const due = await claimDisabled(deps.db, { againMs: AGAIN_FIRST_MS });
  for (const alert of due) await sendAlert(deps, alert);
  return due.length;
}

async function sendAlert(
  { db, clock, secretsOf, call, mailOwners }: DisabledAlertDeps,
  alert: DisabledAlert,
): Promise<void> {
  if (alert.isNoticeDue) await mailOwners(alert);
  const { id, workspaceId, disabledAt, attempts } = alert;
  const { settings } = await readWorkspace(db, { workspaceId });
  const { alertsUrl: url } = settings;
  if (url === null) return settleDisabled(db, { id, disabledAt, againMs: null });
  const answer = await call({
    url,
    id: uuidv5(id, disabledAt.toISOString()),
    timestamp: clock.now(),
    body: JSON.stringify(bodyOf(alert)),
    secrets: await secretsOf(workspaceId),
    wantsTraits: false,
  });
  const isOver = answer.kind === 'answered' || !answer.isTemporary || attempts >= ATTEMPTS_MAX;
  const againMs = Math.min(AGAIN_FIRST_MS * 2 ** (attempts - 1), AGAIN_LONGEST_MS);
  await settleDisabled(db, { id, disabledAt, againMs: isOver ? null : againMs });
}

const bodyOf = (alert: DisabledAlert) => ({
  type: 'webhook.disabled',
  workspace_id: alert.workspaceId,
  webhook_id: alert.id,
  url: alert.url,
  reason: alert.reason,
  failures: alert.failures,
  failing_since: alert.failingSince?.toISOString() ?? null,
  disabled_at: alert.disabledAt.toISOString(),
});

import { findMessage, type FullMessage } from '../delivery/index.ts';
import { inTransaction, type Pool } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { bucketOf, uuidv7In } from '../platform/ids.ts';
import { planStep } from '../schedule/plan.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { recordChange } from '../workspace/index.ts';
import { findDoubt, markSent, orderAgain } from './sql/resolve.ts';

export type Decision = 'resend' | 'mark_sent';

const messageNotFound = (): DomainError =>
  new DomainError('enrollment.message_not_found', 'not_found', 'Message not found');

const notInDoubt = (state: string): DomainError =>
  new DomainError(
    'enrollment.not_in_doubt',
    'conflict',
    `Only a message in doubt can be resolved; this one is ${state}`,
  );

const userRemoved = (): DomainError =>
  new DomainError(
    'enrollment.resend_after_removal',
    'conflict',
    'The user was removed from this series, or left it by a rule: nothing more is sent',
  );

/**
 * A member's decision about a message of which nobody knows whether it left: `mark_sent` settles it,
 * `resend` orders one more handover, at the next time the series' rules allow.
 *
 * @throws `enrollment.message_not_found`, `enrollment.not_in_doubt`, `enrollment.resend_after_removal`
 */
export async function resolveDoubt(
  { db, catalog }: { db: Pool; catalog: SeriesCatalog },
  { workspaceId, id, decision }: { workspaceId: string; id: string; decision: Decision },
): Promise<FullMessage> {
  const bucket = bucketOf(id);
  await inTransaction(db, async (tx) => {
    const doubt = await findDoubt(tx, { bucket, workspaceId, id });
    if (doubt === null) throw messageNotFound();
    if (doubt.state !== 'in_doubt') throw notInDoubt(doubt.state);
    await recordChange(tx, {
      workspaceId,
      action: 'message.resolve',
      target: { kind: 'message', id },
      before: { status: 'in_doubt' },
      after: { decision },
    });
    const eventId = uuidv7In(bucket, doubt.now);
    if (decision === 'mark_sent') {
      await markSent(tx, { bucket, id, eventId });
      return;
    }
    if (doubt.enrollmentState === 'removed' || doubt.enrollmentState === 'exited')
      throw userRemoved();
    const { rules } = await catalog.version({
      automationId: doubt.automationId,
      number: doubt.version,
      workspaceTimezone: doubt.workspaceTimezone,
    });
    const { userTimezone, now } = doubt;
    const plan = planStep({
      fromAt: now,
      delay: null,
      userTimezone,
      rules,
      windowed: true,
      explain: true,
    });
    const ordered = {
      rule: 'resend',
      input: 'a member ordered it again',
      outcome: 'one more handover',
    };
    const reasons = JSON.stringify([ordered, ...plan.reasons]);
    const { dueAt, timezone } = plan;
    await orderAgain(tx, { bucket, id, eventId, dueAt, timezone, reasons, tzVersion: tzVersion() });
  });
  const message = await findMessage(db, { workspaceId, id });
  if (message === null) throw messageNotFound();
  return message;
}

/** What became of a decision about one message of several. */
export interface Resolved {
  readonly id: string;
  /** The state that it has now; null where it was refused. */
  readonly status: FullMessage['state'] | null;
  readonly code: string | null;
  readonly error: string | null;
}

/** The same decision about several messages, one after the other: one that is refused stops no other. */
export async function resolveDoubts(
  deps: { db: Pool; catalog: SeriesCatalog },
  {
    workspaceId,
    ids,
    decision,
  }: { workspaceId: string; ids: readonly string[]; decision: Decision },
): Promise<Resolved[]> {
  const resolved: Resolved[] = [];
  for (const id of ids) {
    try {
      const { state } = await resolveDoubt(deps, { workspaceId, id, decision });
      resolved.push({ id, status: state, code: null, error: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      resolved.push({ id, status: null, code: error.code, error: error.message });
    }
  }
  return resolved;
}

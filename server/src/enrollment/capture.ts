import { usersByIds, type User } from '../audience/index.ts';
import { compose, type Sender } from '../delivery/index.ts';
import type { Db } from '../platform/db.ts';
import type { Outcome } from './advance.ts';
import { moveOf, type DecideDeps, type Decisions } from './decisions.ts';
import type { LoggedOutcome } from './sql/move-on.ts';
import type { Claimed } from './step-facts.ts';

/** An email that nobody hands over. */
export interface Capture extends Claimed {
  readonly outcome: Extract<Outcome, { kind: 'send' }>;
}

const CAPTURED = 'captured: kept and shown, not handed over';

/** Emails that nobody hands over are done at once, in the transaction that decides them. */
export async function captureAll(
  deps: DecideDeps,
  db: Db,
  { captures, decisions }: { captures: readonly Capture[]; decisions: Decisions },
): Promise<void> {
  const users = await usersByIds(
    db,
    captures.map(({ row }) => ({ bucket: row.bucket, id: row.userId })),
  );
  for (const capture of captures) {
    const { workspaceId, userId } = capture.row;
    const sender = await deps.senderOf(workspaceId);
    captureOne(decisions, capture, { user: users.get(userId) ?? null, sender });
  }
}

/** Composes an email as it would be handed over, and finishes its step. Pure. */
export function captureOne(
  { moves, finished }: Pick<Decisions, 'moves' | 'finished'>,
  { row, facts, outcome }: Capture,
  { user, sender }: { user: User | null; sender: Sender },
): void {
  const { step } = outcome;
  const done = (logged: LoggedOutcome, reason: string | null): void => {
    moves.push(moveOf(row, { facts, outcome: logged, reason, to: step.next }));
  };
  if (user === null) return done('skipped', 'user_erased');
  const composed = compose({
    occurrence: row,
    step,
    email: facts.series.emailOf(step),
    user,
    properties: row.properties,
    sender,
    transport: 'capture',
    now: row.now,
  });
  if (composed.kind === 'skipped') return done('skipped', composed.reason);
  if (composed.kind === 'failed') {
    finished.push({ ...composed.message, state: 'rejected', answer: composed.reason });
    return done('failed', composed.reason);
  }
  finished.push({ ...composed.message, state: 'accepted', answer: CAPTURED });
  done('passed', null);
}

import { composeFor, type ClaimedEmail, type Composed } from '../delivery/index.ts';
import type { Db } from '../platform/db.ts';
import type { Outcome } from './advance.ts';
import { moveOf, type DecideDeps, type Decisions } from './decisions.ts';
import type { LoggedOutcome } from './sql/move-on.ts';
import type { Claimed } from './step-facts.ts';

/** An email that nobody hands over. */
export interface Capture extends Claimed {
  readonly outcome: Extract<Outcome, { kind: 'send' }>;
  /** What it says. */
  readonly said: Pick<ClaimedEmail<never>, 'step' | 'content' | 'variant' | 'to' | 'headers'>;
}

const CAPTURED = 'captured: kept and shown, not handed over';

/** Emails that nobody hands over are done at once, in the transaction that decides them. */
export async function captureAll(
  deps: DecideDeps,
  db: Db,
  { captures, decisions }: { captures: readonly Capture[]; decisions: Decisions },
): Promise<void> {
  const emails = await composeFor(
    { ...deps, db },
    captures.map(({ row, said }) => ({
      occurrence: row,
      userId: row.userId,
      ...said,
      properties: row.properties,
      transport: 'capture',
      now: row.now,
    })),
  );
  for (const [place, capture] of captures.entries()) {
    const email = emails[place];
    if (email !== undefined) captureOne(decisions, capture, email);
  }
}

/** Finishes the step of an email that was composed as it would be handed over. Pure. */
export function captureOne(
  { moves, finished }: Pick<Decisions, 'moves' | 'finished'>,
  { row, facts, outcome: { step } }: Capture,
  email: Composed,
): void {
  const done = (logged: LoggedOutcome, reason: string | null): void => {
    moves.push(moveOf(row, { facts, outcome: logged, reason, to: step.next }));
  };
  if (email.kind === 'skipped') return done('skipped', email.reason);
  if (email.kind === 'failed') {
    finished.push({ ...email.message, state: 'rejected', answer: email.reason });
    return done('failed', email.reason);
  }
  finished.push({ ...email.message, state: 'accepted', answer: CAPTURED });
  done('passed', null);
}

import { usersByIds, type User } from '../audience/index.ts';
import type { Db } from '../platform/db.ts';
import type { Clock } from '../platform/clock.ts';
import type { EmailStep } from '../series/index.ts';
import type { CompiledEmail } from '../template/index.ts';
import type { OutgoingMessage, Transport } from '../transport/index.ts';
import { compose, type Occurrence, type Sender } from './compose.ts';
import type { NewMessage } from './message.ts';

/** An email whose row this worker holds. `context` is the enrollment's business. */
export interface ClaimedEmail<C> {
  readonly occurrence: Occurrence;
  readonly userId: string;
  readonly leaseToken: string;
  readonly step: EmailStep;
  readonly email: CompiledEmail;
  /** What the enrolling call brought along. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** When the window closes; null when it never does. */
  readonly closesAt: Date | null;
  /** The user's zone by which that was reckoned: when it has changed, the step is decided anew. */
  readonly userTimezone: string | null;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly context: C;
}

/** A claimed email that is ready to leave. */
export interface Prepared<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly message: NewMessage;
  readonly outgoing: OutgoingMessage;
}

/** A claimed email that will not leave, and why. */
export interface Finished<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly outcome: 'skipped' | 'failed';
  readonly reason: string;
  /** Kept as rejected, so that the fault is seen; null where there is no message to speak of. */
  readonly message: NewMessage | null;
}

export interface PrepareDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
}

/** Composes claimed emails from the users as they are now: one query for all of them. */
export async function prepare<C>(
  deps: PrepareDeps,
  batch: readonly ClaimedEmail<C>[],
): Promise<{ prepared: Prepared<C>[]; finished: Finished<C>[] }> {
  const refs = batch.map(({ occurrence: { bucket }, userId }) => ({ bucket, id: userId }));
  const users = await usersByIds(deps.db, refs);
  const prepared: Prepared<C>[] = [];
  const finished: Finished<C>[] = [];
  for (const claimed of batch) {
    const sender = await deps.senderOf(claimed.occurrence.workspaceId);
    const one = prepareOne(claimed, { user: users.get(claimed.userId), sender, deps });
    if ('outgoing' in one) prepared.push(one);
    else finished.push(one);
  }
  return { prepared, finished };
}

function prepareOne<C>(
  claimed: ClaimedEmail<C>,
  { user, sender, deps }: { user: User | undefined; sender: Sender; deps: PrepareDeps },
): Prepared<C> | Finished<C> {
  if (user === undefined) {
    return { claimed, outcome: 'skipped', reason: 'user_erased', message: null };
  }
  const composed = compose({
    occurrence: claimed.occurrence,
    step: claimed.step,
    email: claimed.email,
    user,
    properties: claimed.properties,
    sender,
    transport: deps.transport.name,
    now: deps.clock.now(),
  });
  if (composed.kind === 'skipped') {
    return { claimed, outcome: 'skipped', reason: composed.reason, message: null };
  }
  if (composed.kind === 'failed') {
    return { claimed, outcome: 'failed', reason: composed.reason, message: composed.message };
  }
  return { claimed, message: composed.message, outgoing: composed.outgoing };
}

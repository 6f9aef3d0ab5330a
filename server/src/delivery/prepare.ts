import type { HashedAsk } from '../consent/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { EmailStep } from '../series/index.ts';
import type { EmailContent } from '../template/index.ts';
import type { OutgoingMessage } from '../transport/index.ts';
import type { Composed, EmailOccurrence } from './compose.ts';
import { composeFor, type ComposeDeps } from './compose-for.ts';
import type { NewMessage } from './message.ts';
import { messageUuidOf } from '../platform/ids.ts';
import type { Outlet } from './outlets/outlet.ts';
import type { Outlets } from './outlets/outlets.ts';
import type { DkimKeyring } from './senders/keyring.ts';
import type { Paced } from './slots.ts';

/** An email whose row this worker holds. `context` is the enrollment's business. */
export interface ClaimedEmail<C> {
  readonly occurrence: EmailOccurrence;
  readonly userId: string;
  readonly leaseToken: string;
  readonly step: EmailStep;
  readonly content: EmailContent;
  readonly variant: string | null;
  /** Where it goes, whatever address the user has, or whether there is a user; of others null. */
  readonly to?: string | null;
  /** Headers on top of the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
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
export interface Prepared<C> extends Paced {
  readonly claimed: ClaimedEmail<C>;
  readonly message: NewMessage;
  readonly outgoing: OutgoingMessage;
  readonly outlet: Outlet;
  /** What the person's consent is asked for again when the attempt begins. */
  readonly consent: HashedAsk;
}

/** A claimed email that will not leave, and why. */
export interface Finished<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly outcome: 'skipped' | 'failed';
  readonly reason: string;
  /** Kept as rejected, so that the fault is seen; null where there is no message to speak of. */
  readonly message: NewMessage | null;
}

export interface PrepareDeps extends ComposeDeps {
  readonly clock: Clock;
  readonly outlets: Outlets;
  readonly keyring: DkimKeyring;
}

/** Composes claimed emails for the ways by which they will leave. */
export async function prepare<C>(
  deps: PrepareDeps,
  batch: readonly ClaimedEmail<C>[],
): Promise<{ prepared: Prepared<C>[]; finished: Finished<C>[] }> {
  const { clock, outlets } = deps;
  const chosen = await Promise.all(batch.map(({ occurrence }) => outletOf(outlets, occurrence)));
  const emails = await composeFor(
    deps,
    batch.map((claimed, place) => ({
      ...claimed,
      transport: chosen[place]?.transport.name ?? '',
      now: clock.now(),
    })),
  );
  const prepared: Prepared<C>[] = [];
  const finished: Finished<C>[] = [];
  for (const [place, claimed] of batch.entries()) {
    const [email, outlet] = [emails[place], chosen[place]];
    if (email === undefined || outlet === undefined) throw new Error('an email came out of place');
    if (email.kind !== 'composed') {
      finished.push(finishedOf(claimed, email));
      continue;
    }
    const { message, consent } = email;
    const { workspaceId, from: fromAddress } = message;
    const dkim = await deps.keyring.keysFor({ workspaceId, fromAddress });
    const outgoing = { ...email.outgoing, dkim };
    const pace = await outlets.paceOf(outlet, message);
    prepared.push({ claimed, message, outgoing, outlet, pace, startsAtMs: null, consent });
  }
  return { prepared, finished };
}

const outletOf = (outlets: Outlets, { workspaceId, enrollmentId, seq }: EmailOccurrence) =>
  outlets.choose({ workspaceId, messageId: messageUuidOf(enrollmentId, seq) });

function finishedOf<C>(
  claimed: ClaimedEmail<C>,
  email: Exclude<Composed, { kind: 'composed' }>,
): Finished<C> {
  const { reason } = email;
  return email.kind === 'skipped'
    ? { claimed, outcome: 'skipped', reason, message: null }
    : { claimed, outcome: 'failed', reason, message: email.message };
}

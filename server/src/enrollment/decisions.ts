import type { TraitChange } from '../audience/index.ts';
import type { ConsentKey } from '../consent/index.ts';
import type {
  CalledWebhook,
  ClaimedEmail,
  FinishedMessage,
  MailKit,
  Sender,
} from '../delivery/index.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import type { Reason } from '../schedule/reason.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { nextOf, type StepFacts } from './advance.ts';
import type { LoggedOutcome, Move, NextStep, RowRef } from './sql/move-on.ts';

/** What a row that leaves the transaction under a lease carries along: what moving on needs. */
export interface StepContext {
  readonly facts: StepFacts;
}

/** Everything that one batch of due steps leads to, sorted by what has to be written. */
export interface Decisions {
  readonly moves: Move[];
  readonly finished: FinishedMessage[];
  readonly parks: RowRef[];
  readonly cancels: Map<string, RowRef[]>;
  readonly replans: (NextStep & RowRef)[];
  readonly emails: ClaimedEmail<StepContext>[];
  readonly webhooks: CalledWebhook<StepContext>[];
  readonly traits: TraitChange[];
}

export interface DecideDeps {
  readonly catalog: SeriesCatalog;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  /** Whether mail of a live side is kept and shown instead of handed over. */
  readonly captures: (workspaceId: string) => Promise<boolean>;
  readonly kit: MailKit;
  /** What consent is asked with. */
  readonly consentKey: ConsentKey;
  readonly leaseToken: string;
}

/** Nothing decided yet. */
export const noDecisions = (): Decisions => ({
  moves: [],
  finished: [],
  parks: [],
  cancels: new Map(),
  replans: [],
  emails: [],
  webhooks: [],
  traits: [],
});

/** The row's step done, and the next one planned. */
export function moveOf(
  row: RowRef & { now: Date; advances: boolean },
  {
    facts,
    outcome,
    reason,
    to,
    ...how
  }: {
    facts: StepFacts;
    outcome: LoggedOutcome | null;
    reason: string | null;
    /** The step that follows; null for the end. */
    to: string | null;
    branch?: string | null;
    why?: readonly Reason[];
    heardEventId?: string | null;
  },
): Move {
  const { bucket, enrollmentId, seq, now, advances } = row;
  const done = { bucket, enrollmentId, seq, outcome, reason, now, ...how };
  if (!advances) return { ...done, next: null };
  try {
    return { ...done, next: nextOf(facts, now, { to, ...(how.why ? { why: how.why } : {}) }) };
  } catch (error) {
    // One person's calendar without an open slot must not hold up everybody else's steps.
    if (!(error instanceof NoOpenSlotError)) throw error;
    return { ...done, reason: `no_open_slot: ${error.message}`, next: null };
  }
}

import type { Db } from '../platform/db.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { planFromNow, type Outcome } from './advance.ts';
import { capBookOf, loadCapFacts, type CapBook } from './frequency-cap.ts';
import { sentSteps } from './sent-steps.ts';
import type { Claimed } from './step-facts.ts';

/** An email that is to leave, if nothing holds it back. */
interface Sending extends Claimed {
  readonly outcome: Extract<Outcome, { kind: 'send' }>;
}

/** What becomes of an email that may not leave now. */
export type HeldBack =
  | Extract<Outcome, { kind: 'replan' }>
  | { readonly kind: 'skipped'; readonly reason: string };

/** What may hold the emails of a batch back. */
export interface Holds {
  readonly caps: CapBook;
  /** Steps that were sent, by enrollment; only of those that have changed their version. */
  readonly sent: ReadonlyMap<string, ReadonlySet<string>>;
}

export const NO_HOLDS: Holds = { caps: capBookOf(new Map()), sent: new Map() };

/** Read and locked for a batch; asks the database only where there may be something. */
export async function readHolds(
  { db, catalog }: { db: Db; catalog: SeriesCatalog },
  batch: readonly Claimed[],
): Promise<Holds> {
  const capped = batch.filter(({ row }) => row.isCapped).map(({ row }) => row);
  const moved = batch.filter(({ row }) => row.isMoved).map(({ row }) => row.enrollmentId);
  return {
    caps: capBookOf(capped.length === 0 ? new Map() : await loadCapFacts({ db, catalog }, capped)),
    sent: moved.length === 0 ? NO_HOLDS.sent : await sentSteps(db, moved),
  };
}

/**
 * Whether something holds an email back: it was sent before, in another version; or the cap on emails to
 * one person. By the cap it waits for the first time at which that and the send window let it, or is
 * skipped, as its series says. A member's order is neither.
 */
export function heldBack({ row, facts, outcome }: Sending, { caps, sent }: Holds): HeldBack | null {
  if (!row.advances) return null;
  if (sent.get(row.enrollmentId)?.has(row.stepId) === true) {
    return { kind: 'skipped', reason: 'already_sent: by an earlier version of the series' };
  }
  // What answers somebody's own doing is not kept from them; it counts like any other email.
  const isFree = outcome.step.purpose === 'transactional';
  const freeAt = isFree ? null : caps.freeAt(row.userId, row.now);
  if (freeAt === null) {
    caps.send(row.userId, row.now);
    return null;
  }
  const { over_cap: overCap } = facts.series.settings;
  if (overCap === 'skip') return { kind: 'skipped', reason: 'frequency_cap' };
  const next = planFromNow(facts, freeAt);
  const why = {
    rule: 'frequency_cap',
    input: 'this person has got as many emails as the workspace allows',
    outcome: `held back until ${freeAt.toISOString()}`,
  };
  return { kind: 'replan', next: { ...next, reasons: [why, ...next.reasons] } };
}

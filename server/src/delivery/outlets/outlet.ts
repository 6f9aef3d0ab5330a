import { createHash } from 'node:crypto';
import type { Transport } from '../../transport/index.ts';

/** How fast mail may leave one way. */
export interface OutletLimits {
  /** Handovers a second, of all workers together; null for any number. */
  readonly perSecond: number | null;
  /** The same for each provider of the recipients; `*` is each one that is not named. */
  readonly perProvider: Readonly<Record<string, number>>;
  /** Handovers of this day, UTC, while a sender is warmed up; null for any number. */
  readonly perDay: number | null;
}

/** A way by which mail of a side leaves. */
export interface Outlet {
  /** Of its row; `SERVER_OUTLET` for the one that the configuration names. */
  readonly id: string;
  readonly transport: Transport;
  /** Lower ones are tried first. */
  readonly position: number;
  /** Of the mail of its position, against the shares of the others. */
  readonly share: number;
  readonly limits: OutletLimits;
  /** Providers that asked us to slow down a short while ago. */
  readonly slowed: ReadonlySet<string>;
}

/** The way out that belongs to the server, not to one of its workspaces. */
export const SERVER_OUTLET = 'server';

export const NO_LIMITS: OutletLimits = { perSecond: null, perProvider: {}, perDay: null };

/**
 * The ways out for one message: by position, and within one by shares. The same message gets the same
 * order each time, so that a share is one of messages, not of attempts.
 *
 * Source for the shares: weighted rendezvous hashing, draft-ietf-bess-weighted-hrw.
 */
export function inOrderFor(outlets: readonly Outlet[], messageId: string): Outlet[] {
  const scored = outlets.map((outlet) => ({
    outlet,
    score: -Math.log(fractionOf(`${messageId} ${outlet.id}`)) / outlet.share,
  }));
  scored.sort(
    (one, other) => one.outlet.position - other.outlet.position || one.score - other.score,
  );
  return scored.map(({ outlet }) => outlet);
}

/** Above 0 and at most 1. */
const fractionOf = (text: string): number =>
  (createHash('sha256').update(text).digest().readUIntBE(0, 6) + 1) / 2 ** 48;

/** The first that gets on, else the first: somebody has to find out that it is back. */
export function chosenOf(
  outlets: readonly Outlet[],
  { messageId, isDown }: { messageId: string; isDown: (outletId: string) => boolean },
): Outlet {
  const [first, ...others] = inOrderFor(outlets, messageId);
  if (first === undefined) throw new Error('a side has no way out');
  return [first, ...others].find(({ id }) => !isDown(id)) ?? first;
}

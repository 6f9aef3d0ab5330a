import { randomUUID } from 'node:crypto';
import { writeTraits } from '../audience/index.ts';
import { insertFinished, leaseRows } from '../delivery/index.ts';
import type { CalledWebhook, ClaimedEmail, MailKit, Sender } from '../delivery/index.ts';
import type { ConsentKey } from '../consent/index.ts';
import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { decideAll } from './decide.ts';
import { type Decisions, type StepContext } from './decisions.ts';
import { fittingIn, type Fitting } from './fit-hands.ts';
import { replanUser } from './replan.ts';
import { claimDue, claimDueTest, type DueStep } from './sql/claim-due.ts';
import { cancelRows, moveOn, parkRows, replanRows } from './sql/move-on.ts';

/** Rows of one transaction: enough to spread its cost thin, few enough to hold locks for milliseconds. */
export const CLAIM_MAX = 500;

/** What advancing needs of the process it runs in. */
export interface AdvanceDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  readonly kit: MailKit;
  /** Whether mail of a live side is kept and shown instead of handed over. */
  readonly captures: (workspaceId: string) => Promise<boolean>;
  readonly consentKey: ConsentKey;
  readonly workerId: string;
  /** Take leased emails and webhooks. */
  readonly hands: Hands<ClaimedEmail<StepContext>>;
  readonly callers: Hands<CalledWebhook<StepContext>>;
  /** What else happens on test sides when their clock is moved. */
  readonly timed?: TimedWork;
}

/** Work of a test side that has times of its own: its broadcasts. */
export interface TimedWork {
  /** When there is something to do next; null for never. */
  readonly nextAt: (workspaceId: string) => Promise<Date | null>;
  /** Does what is due, with the clock standing; says how many pieces there were. */
  readonly run: (workspaceId: string) => Promise<number>;
}

/** Told of leased rows before their lease is committed, and when that fails. */
export interface Hands<T> {
  readonly expect: (claimed: readonly T[]) => void;
  readonly forget: (claimed: readonly T[]) => void;
  readonly offer: (claimed: readonly T[]) => void;
}

/** What one batch came to. */
export interface Advanced {
  readonly handled: number;
  /** Due rows that wait until what happened to their users has been looked at. */
  readonly left: number;
  /** Up to which due time everything was handled; null when nothing was. */
  readonly lastDueAt: Date | null;
  /** Which part of the handled rows leaves the process, from 0 to 1. */
  readonly leavingShare: number;
}

/**
 * Advances due live steps of one bucket: claim, decide and write in one transaction. Emails that are
 * to be handed over leave it under a lease; everything else is done when it commits.
 *
 * A process that dies on the way has written nothing; one that stops responding is cut off by the
 * database (`idle_in_transaction_session_timeout`), and its rows are free again.
 */
export function advanceBucket(
  deps: AdvanceDeps,
  { bucket, mark, limit, room = limit }: LiveBatch,
): Promise<Advanced> {
  return advanceBatch(deps, { claim: (tx) => claimDue(tx, { bucket, mark, limit }), room });
}

/** Advances steps of one test side that are due by its own clock. Nothing of a test side ever leaves. */
export function advanceTestSide(
  deps: AdvanceDeps,
  { workspaceId, token = null }: { workspaceId: string; token?: string | null },
): Promise<Advanced> {
  return advanceBatch(deps, {
    claim: (tx) => claimDueTest(tx, { workspaceId, token, limit: CLAIM_MAX }),
    room: CLAIM_MAX,
  });
}

/** Which due rows of live sides to advance. */
interface LiveBatch {
  readonly bucket: number;
  readonly mark: Date;
  /** Rows claimed at most. */
  readonly limit: number;
  /** Of them at most so many that leave the process; the others stay where they are, and due. */
  readonly room?: number;
}

async function advanceBatch(
  deps: AdvanceDeps,
  { claim, room }: { claim: (tx: Db) => Promise<DueStep[]>; room: number },
): Promise<Advanced> {
  let leased: Pick<Decisions, 'emails' | 'webhooks'> = { emails: [], webhooks: [] };
  let moved: readonly ZonedUser[] = [];
  let advanced: Advanced;
  try {
    advanced = await inTransaction(deps.db, async (tx) => {
      const claimed = await claim(tx);
      const unsignalled = claimed.filter(({ isSignalled }) => !isSignalled);
      const left = claimed.length - unsignalled.length;
      const { due, leavingShare }: Fitting = await fittingIn(deps.catalog, unsignalled, room);
      if (due.length === 0) return { handled: 0, left, lastDueAt: null, leavingShare };
      const leaseToken = randomUUID();
      const decisions = await decideAll({ ...deps, leaseToken }, tx, due);
      leased = decisions;
      deps.hands.expect(decisions.emails);
      deps.callers.expect(decisions.webhooks);
      moved = await write(tx, decisions, { deps, now: due[0]?.now ?? new Date(0) });
      // What is left lies behind the others and would be passed over.
      const lastDueAt = left > 0 ? null : (due.at(-1)?.dueAt ?? null);
      return { handled: due.length, left, lastDueAt, leavingShare };
    });
    deps.hands.offer(leased.emails);
    deps.callers.offer(leased.webhooks);
  } catch (error) {
    deps.hands.forget(leased.emails);
    deps.callers.forget(leased.webhooks);
    throw error;
  }
  // As after a call that moves somebody to another zone: all their series, in a transaction of its own.
  for (const user of moved) await replanUser(deps, user);
  return advanced;
}

/** A user whose time zone is another one now. */
type ZonedUser = Parameters<typeof replanUser>[1];

/**
 * Messages first, for they take their reasons from the rows; then the rows move on.
 *
 * @returns users whose time zone is another one now
 */
async function write(
  tx: Db,
  { moves, finished, parks, cancels, replans, emails, webhooks, traits }: Decisions,
  { deps, now }: { deps: AdvanceDeps; now: Date },
): Promise<readonly ZonedUser[]> {
  const version = { tzVersion: tzVersion() };
  if (finished.length > 0) await insertFinished(tx, finished);
  if (moves.length > 0) await moveOn(tx, moves, version);
  if (parks.length > 0) await parkRows(tx, parks);
  if (replans.length > 0) await replanRows(tx, replans, version);
  for (const [reason, rows] of cancels) await cancelRows(tx, rows, { state: 'ended', reason, now });
  const leases = [...emails, ...webhooks];
  if (leases.length > 0) {
    const held = leases.map(({ occurrence, leaseToken }) => ({ ...occurrence, leaseToken }));
    await leaseRows(tx, held, { workerId: deps.workerId });
  }
  return traits.length > 0 ? writeTraits(tx, traits) : [];
}

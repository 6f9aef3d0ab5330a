import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Pool } from '../platform/db.ts';
import { idempotencyKeyBusy, idempotencyKeyInvalid, idempotencyKeyReused } from './errors.ts';
import { deleteClaim, deleteOldClaims, findClaim, insertClaim } from './sql/idempotency.ts';
import { settleClaim, takeOverClaim, type ClaimRow } from './sql/idempotency.ts';

/** What a request was answered: HTTP status and the body's text. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request made with an idempotency key. */
export interface KeyedRequest {
  readonly workspaceId: string;
  /** The header `Idempotency-Key` as it came. */
  readonly key: string;
  /** Tells requests apart; see `requestHashOf`. */
  readonly requestHash: Uint8Array;
  /** The real time, for test sides too. */
  readonly now: Date;
}

/** How a request waits for another one with its key. */
interface Waiting {
  readonly pollMs: number;
  readonly waitMs: number;
}

const KEY_LENGTH_MAX = 255;
/** Answers are kept for a day, as the API promises. */
const KEEP_MS = 24 * 3_600_000;
/**
 * No request is handled for this long: a claim without an answer after it belongs to a dead
 * process.
 */
const DEAD_AFTER_MS = 60_000;
/**
 * Most answers take a few milliseconds; a client that repeats itself sooner gets the first answer.
 */
const WAITING: Waiting = { pollMs: 50, waitMs: 5_000 };
const FORGET_BATCH_MAX = 5_000;
const SERVER_ERROR = 500;

/** What makes two requests the same: who asks, method, path with query, and the bytes of the body. */
export function requestHashOf({
  by,
  method,
  path,
  body,
}: {
  /** The kind of key, or of session. */
  by: string;
  method: string;
  path: string;
  body: string | Uint8Array;
}): Buffer {
  // A space ends the first two and a line feed the path: none can hold one.
  return createHash('sha256').update(`${by} ${method} ${path}\n`).update(body).digest();
}

/**
 * Runs a request once per idempotency key and day; the same request again gets the first answer
 * again.
 *
 * The claim is committed before `run` begins, so that of requests that arrive together one runs and
 * the others wait for its answer. Answers of 500 and above, and anything thrown, are not kept: the
 * next request runs again. If this process dies, the next request after a minute runs again.
 *
 * @param run handles the request; must be done within a minute
 * @returns the answer; `replayed` when it is an earlier one, to be told by `Idempotent-Replayed:
 *   true`
 * @throws workspace.idempotency_key_invalid, workspace.idempotency_key_reused,
 *   workspace.idempotency_key_busy when the first request takes longer than five seconds
 */
export async function withIdempotency(
  db: Pool,
  request: KeyedRequest,
  run: () => Promise<Answer>,
  waiting: Waiting = WAITING,
): Promise<Answer & { replayed: boolean }> {
  const { workspaceId, key } = request;
  if (key.length < 1 || key.length > KEY_LENGTH_MAX) throw idempotencyKeyInvalid();
  const claim = await claimKey(db, request, waiting);
  if ('answer' in claim) return { ...claim.answer, replayed: true };

  const { claimedAt } = claim;
  let answer: Answer;
  try {
    answer = await run();
  } catch (error) {
    await deleteClaim(db, { workspaceId, key, claimedAt });
    throw error;
  }
  if (answer.status >= SERVER_ERROR) await deleteClaim(db, { workspaceId, key, claimedAt });
  else await settleClaim(db, { workspaceId, key, claimedAt, ...answer });
  return { ...answer, replayed: false };
}

/** Claims the key, or finds the answer of the request that has it, waiting for it a while. */
async function claimKey(
  db: Db,
  request: KeyedRequest,
  { pollMs, waitMs }: Waiting,
): Promise<{ claimedAt: Date } | { answer: Answer }> {
  for (let waitedMs = 0; waitedMs <= waitMs; waitedMs += pollMs) {
    const at = new Date(request.now.getTime() + waitedMs);
    if (await insertClaim(db, { ...request, at })) return { claimedAt: at };
    const row = await findClaim(db, request);
    // Given back this instant: try again.
    if (row === null) continue;
    const verdict = judgeClaim(row, request, at);
    if (verdict.is === 'other') throw idempotencyKeyReused();
    if (verdict.is === 'answered') return { answer: verdict.answer };
    if (verdict.is === 'free') {
      if (await takeOverClaim(db, { ...request, seenAt: row.createdAt, at }))
        return { claimedAt: at };
    } else await sleep(pollMs);
  }
  throw idempotencyKeyBusy();
}

type Verdict =
  | { readonly is: 'free' | 'other' | 'busy' }
  | { readonly is: 'answered'; readonly answer: Answer };

/** What a claim that is found means for a request with the same key. */
function judgeClaim(row: ClaimRow, { requestHash }: KeyedRequest, now: Date): Verdict {
  const ageMs = now.getTime() - row.createdAt.getTime();
  if (ageMs >= KEEP_MS) return { is: 'free' };
  if (Buffer.compare(row.requestHash, requestHash) !== 0) return { is: 'other' };
  const { status, body } = row;
  if (status !== null && body !== null) return { is: 'answered', answer: { status, body } };
  return { is: ageMs >= DEAD_AFTER_MS ? 'free' : 'busy' };
}

/**
 * Deletes requests older than a day, at most 5,000; call again while it returns that many.
 *
 * @returns how many were deleted
 */
export async function forgetOldIdempotency(
  db: Db,
  { now, limit = FORGET_BATCH_MAX }: { now: Date; limit?: number },
): Promise<number> {
  return deleteOldClaims(db, { before: new Date(now.getTime() - KEEP_MS), limit });
}

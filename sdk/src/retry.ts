import { ApiError, UnreachableError } from './errors.ts';
import { type Call, type ClientOptions, request } from './request.ts';

/** How long to wait for an answer, and how often to ask again. */
export interface RetryOptions {
  /** For one attempt, until its whole answer has come. 30,000 when left out; `Infinity` has no end. */
  readonly timeoutMs?: number;
  /** Further attempts after the first. 4 when left out; 0 never repeats a call. */
  readonly retryMax?: number;
}

const TIMEOUT_MS = 30_000;
/** With the waits between, some ten seconds: a restart of the server passes unnoticed. */
const RETRY_MAX = 4;
/** Timers count in 31 bits: one for longer would end at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A server that asks for more is not waited for: the caller knows better what to do meanwhile. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Too early or too much, and what a proxy or a server says while it cannot. */
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);
/** An earlier attempt of this very call is still being worked. */
const BUSY_CODE = 'workspace.idempotency_key_busy';

/**
 * Makes a call, and makes it again when the answer stayed away or says "later". All attempts carry
 * the same `Idempotency-Key`, so that however many arrive, one counts.
 *
 * @throws ApiError, UnreachableError: those of the last attempt
 */
export async function requestPatiently<Answer>(
  options: ClientOptions,
  call: Call,
  { timeoutMs = TIMEOUT_MS, retryMax = RETRY_MAX }: RetryOptions = {},
): Promise<Answer> {
  const keyed =
    call.method === 'GET' ? call : { ...call, idempotencyKey: keyOf(call.idempotencyKey) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTime<Answer>(options, keyed, timeoutMs);
    } catch (error) {
      const waitMs = attempt > retryMax ? null : waitMsAfter(error, attempt);
      if (waitMs === null) throw error;
      await pause(waitMs, call.signal);
    }
  }
}

const keyOf = (given: string | undefined): string => given ?? crypto.randomUUID();

/** How long to wait before the next attempt; null when another would end the same. */
export function waitMsAfter(error: unknown, attempt: number, random = Math.random): number | null {
  const refusal = error instanceof ApiError ? error : null;
  const isPassing =
    error instanceof UnreachableError ||
    (refusal !== null && (PASSING_STATUSES.has(refusal.status) || refusal.code === BUSY_CODE));
  if (!isPassing) return null;
  const asked = refusal?.retryAfterMs ?? 0;
  if (asked > RETRY_AFTER_MS_MAX) return null;
  const longest = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  // Between half and all of it, so that callers who failed together do not come back together.
  return Math.max(asked, longest * (0.5 + random() / 2));
}

/** One attempt, which ends when the time is up or the caller says so. */
async function inTime<Answer>(
  options: ClientOptions,
  call: Call,
  timeoutMs: number,
): Promise<Answer> {
  // Not AbortSignal.any: the first releases of Node 20 lack it.
  const ending = new AbortController();
  const giveUp = () => ending.abort(call.signal?.reason);
  if (call.signal?.aborted === true) giveUp();
  call.signal?.addEventListener('abort', giveUp);
  const timer = setTimeout(() => ending.abort(), Math.min(timeoutMs, TIMER_MS_MAX));
  try {
    return await request<Answer>(options, { ...call, signal: ending.signal });
  } catch (error) {
    const isTimeout = ending.signal.aborted && call.signal?.aborted !== true;
    throw isTimeout ? new UnreachableError(error, true) : error;
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', giveUp);
  }
}

/** Rests, unless the caller gives up first. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

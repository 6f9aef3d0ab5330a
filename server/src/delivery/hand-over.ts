import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Handover } from '../transport/index.ts';
import type { Prepared } from './prepare.ts';
import type { Slots } from './slots.ts';

export interface HandOverDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Whether this process stood still at some time since then. */
  readonly wasStill: (sinceMs: number) => boolean;
}

/**
 * A handover that has not started this long after its attempt was committed is not started at all:
 * the process was stopped or starved, and the row may have been taken over.
 */
const START_WITHIN_MS = 10_000;
/** One that begins later than this after its turn would crowd with the next: it takes another turn. */
const LATE_MS = 20;
const TURNS_MAX = 5;
/**
 * With an idempotency key the provider itself knows what became of an attempt: asked again so often,
 * and this long after each, it says so.
 */
const SAFE_REPEATS_MS = [2_000, 5_000, 10_000];

const notStarted = (answer: string): Handover => ({ kind: 'deferred', answer, phase: 'connect' });

/** Hands one message over whose attempt has begun. Never throws. */
export async function handOver<C>(
  deps: HandOverDeps,
  prepared: Prepared<C>,
  {
    begunAtMs,
    signal,
    slots,
  }: { begunAtMs: number; signal: AbortSignal; slots: Pick<Slots<Prepared<C>>, 'again'> },
): Promise<Handover> {
  const { clock, log } = deps;
  try {
    if (!(await isTurnOf(deps, prepared, slots))) return notStarted('not started: no turn came');
    if (clock.monotonicMs() - begunAtMs > START_WITHIN_MS) {
      return notStarted('not started: this worker was held up');
    }
    return await attempt(deps, prepared, { begunAtMs, signal });
  } catch (err) {
    // A transport answers; one that throws has a defect, and nobody knows what left.
    log.error({ err, message_id: prepared.message.id }, 'transport threw');
    return { kind: 'in_doubt', answer: 'the transport failed without an answer', phase: 'end' };
  }
}

/** Waits for the message's turn, and for another when that was missed. */
async function isTurnOf<C>(
  { clock, sleep, log }: HandOverDeps,
  { pace, startsAtMs }: Prepared<C>,
  slots: Pick<Slots<Prepared<C>>, 'again'>,
): Promise<boolean> {
  if (pace === null) return true;
  let atMs = startsAtMs;
  for (let turn = 0; turn < TURNS_MAX && atMs !== null; turn += 1) {
    const inMs = atMs - clock.monotonicMs();
    if (inMs > 0) await sleep(inMs);
    if (clock.monotonicMs() - atMs <= LATE_MS) return true;
    atMs = await slots.again(pace).catch((err: unknown) => {
      log.error({ err }, 'no turn could be taken');
      return null;
    });
  }
  return false;
}

async function attempt<C>(
  { clock, sleep, wasStill }: HandOverDeps,
  { outgoing, outlet: { transport } }: Prepared<C>,
  { begunAtMs, signal }: { begunAtMs: number; signal: AbortSignal },
): Promise<Handover> {
  // One that slept may have been taken for dead meanwhile, and the message decided about.
  const mayLeave = (): boolean => !wasStill(begunAtMs);
  let handover = await transport.send(outgoing, signal, mayLeave);
  for (const restMs of SAFE_REPEATS_MS) {
    if (handover.kind !== 'in_doubt' || handover.retrySafeUntil === undefined) break;
    const { retrySafeUntil } = handover;
    await sleep(restMs);
    if (signal.aborted || !mayLeave() || clock.now() >= retrySafeUntil) break;
    const repeated = await transport.send({ ...outgoing, retrySafeUntil }, signal, mayLeave);
    // What did not begin says nothing about the attempt before.
    if (repeated.kind !== 'deferred') handover = repeated;
  }
  return handover;
}

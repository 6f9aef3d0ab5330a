import { clientOf, type Limit, type RateAnswer, type RateLimiter } from '../workspace/index.ts';

/** What bounds calls from outside that come without a key. */
export interface HookLimitDeps {
  readonly limiter: Pick<RateLimiter, 'take' | 'peek' | 'add'>;
  /** The real time. */
  readonly clock: { now(): Date };
}

const MINUTE_SECONDS = 60;
/**
 * Of one transport, or one inbox: 500 a second, which is more than one database records. SNS tells of each
 * message by two or three calls of its own; the others tell of many at once.
 */
const CALLS_PER_MINUTE = 30_000;
/** Of one client: a secret that does not fit any more refuses the calls of a provider one by one. */
const REFUSED_PER_MINUTE = 600;

/** Whether what is known to be ours is within its bound, else when it is worth telling again. */
export const takeCall = ({ limiter, clock }: HookLimitDeps, id: string): RateAnswer =>
  limiter.take(
    { key: `hooks:${id}`, max: CALLS_PER_MINUTE, widthSeconds: MINUTE_SECONDS },
    clock.now(),
  );

/** Whether somebody has not been refused too often, by a transport or, with null, for naming none. */
export const mayTry = ({ limiter, clock }: HookLimitDeps, who: Stranger): RateAnswer =>
  limiter.peek(refusals(who), clock.now());

export const countRefused = ({ limiter, clock }: HookLimitDeps, who: Stranger): void =>
  limiter.add(refusals(who), clock.now());

interface Stranger {
  readonly ip: string;
  readonly transportId: string | null;
}

const refusals = ({ ip, transportId }: Stranger): Limit => ({
  key: `hooks:refused:${transportId ?? 'none'}:${clientOf(ip)}`,
  max: REFUSED_PER_MINUTE,
  widthSeconds: MINUTE_SECONDS,
});

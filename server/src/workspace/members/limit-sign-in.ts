import { hash } from 'node:crypto';
import { clientOf } from '../client-address.ts';
import { tooManyRequests } from '../errors.ts';
import type { RateLimiter } from '../rate-limit.ts';
import { storedEmailOf } from './member.ts';

/** Attempts from one address: a team behind one, on a Monday morning. */
const BY_ADDRESS = { max: 60, widthSeconds: 300 };
/** Attempts at one account, from wherever: some 2,000 guesses a day at a password of 10 characters. */
const BY_ACCOUNT = { max: 20, widthSeconds: 900 };

/**
 * Counts an attempt to sign in, or at anything else that is guessed at. Whether there is such an
 * account makes no difference.
 *
 * @param email null where no account is named
 * @throws workspace.rate_limited
 */
export function limitSignIn(
  limiter: RateLimiter,
  { address, email, now }: { address: string; email: string | null; now: Date },
): void {
  const limits = [{ key: `sign-in address ${clientOf(address)}`, ...BY_ADDRESS }];
  if (email !== null) {
    const account = hash('sha256', storedEmailOf(email), 'base64url');
    limits.push({ key: `sign-in account ${account}`, ...BY_ACCOUNT });
  }
  for (const limit of limits) {
    const answer = limiter.take(limit, now);
    if (!answer.ok) throw tooManyRequests(answer.retryAfterSeconds);
  }
}

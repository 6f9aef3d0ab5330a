import type { PastMessage } from './sql/returned.ts';

/** After this an acceptance without a bounce counts as an arrival. Hours are real hours. */
const ARRIVED_AFTER_MS = 72 * 3_600_000;
const DAY_MS = 86_400_000;

/** How many in a row, and over how many days of 24 hours they have to be spread. */
export interface SoftBounceRule {
  readonly count: number;
  readonly days: number;
}

/**
 * Whether an address has come back softly so often, and for so long, that nobody is there.
 *
 * Counts the soft bounces in a row, youngest first. A message that was accepted and has not come back
 * within 72 hours ends the row; one that is younger, never left, or came back for another reason says
 * nothing. Pure.
 *
 * @param messages to one address, youngest first
 */
export function isDead(
  messages: readonly PastMessage[],
  { rule, now }: { rule: SoftBounceRule; now: Date },
): boolean {
  const bounces: number[] = [];
  for (const { sentAt, softBouncedAt, hasOtherBounce } of messages) {
    if (softBouncedAt !== null) {
      bounces.push(softBouncedAt.getTime());
      continue;
    }
    if (sentAt === null || hasOtherBounce) continue;
    if (now.getTime() - sentAt.getTime() >= ARRIVED_AFTER_MS) break;
  }
  if (bounces.length < Math.max(1, rule.count)) return false;
  return Math.max(...bounces) - Math.min(...bounces) >= rule.days * DAY_MS;
}

import { COUNT_KINDS, type CountKind } from '../sql/counts.ts';

/** Messages, each counted once per kind. */
export type MessageCounts = Readonly<Record<CountKind, number>>;

/** Shares between 0 and 1, to a ten-thousandth; null where there is nothing to be a share of. */
export interface MessageRates {
  readonly delivered: number | null;
  readonly opened: number | null;
  readonly clicked: number | null;
  readonly unsubscribed: number | null;
  readonly bounced: number | null;
  readonly complained: number | null;
}

/** Nothing of each kind. */
export const NO_COUNTS = Object.fromEntries(COUNT_KINDS.map((kind) => [kind, 0])) as MessageCounts;

/** Of what came back, whatever the reason. Pure. */
export const bouncedOf = ({ bounced_hard: hard, bounced_soft: soft, blocked }: MessageCounts) =>
  hard + soft + blocked;

/** Two counts together. Pure. */
export const sumOf = (a: MessageCounts, b: MessageCounts): MessageCounts =>
  Object.fromEntries(COUNT_KINDS.map((kind) => [kind, a[kind] + b[kind]])) as MessageCounts;

/**
 * The rates of counts: what arrived and what came back of what was sent, and what people did of what
 * did not come back. That is not simply what was delivered: plain SMTP tells of nothing that was. Pure.
 */
export function ratesOf(counts: MessageCounts): MessageRates {
  const { sent, delivered, dropped } = counts;
  const bounced = bouncedOf(counts);
  const arrived = Math.max(delivered, sent - bounced - dropped);
  return {
    delivered: shareOf(delivered, sent),
    opened: shareOf(counts.opened, arrived),
    clicked: shareOf(counts.clicked, arrived),
    unsubscribed: shareOf(counts.unsubscribed, arrived),
    bounced: shareOf(bounced, sent),
    complained: shareOf(counts.complained, arrived),
  };
}

/** A share, never more than the whole; null of nothing. Pure. */
export const shareOf = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.min(1, Math.round((Math.max(0, part) / whole) * 10_000) / 10_000);

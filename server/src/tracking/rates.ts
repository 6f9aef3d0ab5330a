/** What was sent within the window, and what of it came back. */
export interface Sent {
  readonly sent: number;
  /** For good: what came back softly, or was blocked, says nothing about the addresses. */
  readonly bounced: number;
  readonly complained: number;
}

/** When sending stops by itself. */
export interface PauseRule {
  readonly enabled: boolean;
  readonly bouncePercent: number;
  readonly complaintPercent: number;
  /** Below it a rate says little. */
  readonly minSends: number;
}

/** A rate that reached its limit, with what it was reckoned from. */
export interface Excess {
  readonly rule: 'bounces' | 'complaints';
  readonly figures: {
    readonly sent: number;
    readonly count: number;
    readonly percent: number;
    readonly limitPercent: number;
    readonly days: number;
  };
}

/** The window of both rates, in days of 24 hours. */
export const WINDOW_DAYS = 7;
/** Rates are compared as fractions of whole numbers; this takes the error of 0.1 in binary away. */
const EPSILON = 1e-9;

/** Why sending has to stop; null when it may go on. Complaints first: they weigh more. Pure. */
export function excessOf(counts: Sent, rule: PauseRule): Excess | null {
  if (!rule.enabled || counts.sent <= 0 || counts.sent < rule.minSends) return null;
  return (
    excessIn('complaints', counts, rule.complaintPercent) ??
    excessIn('bounces', counts, rule.bouncePercent)
  );
}

function excessIn(rule: Excess['rule'], counts: Sent, limitPercent: number): Excess | null {
  const count = rule === 'bounces' ? counts.bounced : counts.complained;
  if (count <= 0 || count * 100 + EPSILON < limitPercent * counts.sent) return null;
  const percent = percentOf(count, counts.sent);
  return { rule, figures: { sent: counts.sent, count, percent, limitPercent, days: WINDOW_DAYS } };
}

/** Of a whole side: without the series that were stopped already. */
export function totalOf(each: readonly (Sent & { readonly isPaused: boolean })[]): Sent {
  const going = each.filter(({ isPaused }) => !isPaused);
  const sumOf = (of: (one: Sent) => number): number => going.reduce((sum, one) => sum + of(one), 0);
  return {
    sent: sumOf(({ sent }) => sent),
    bounced: sumOf(({ bounced }) => bounced),
    complained: sumOf(({ complained }) => complained),
  };
}

/** To a hundredth of a percent. */
export const percentOf = (count: number, sent: number): number =>
  sent <= 0 ? 0 : Math.round((count / sent) * 10_000) / 100;

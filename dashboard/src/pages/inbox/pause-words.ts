import type { SendingPause } from '@milepost/sdk';

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** `4.76 %`, with a space that does not break. */
const percent = (value: number): string => `${numbers.format(value)}\u{a0}%`;

/** What led to a pause: `12 of 250 emails bounced for good within 7 days: 4.8 %, the limit is 4 %.` */
export function figuresOf(
  { rule, count, sent, percent: rate, limit_percent: limit }: SendingPause,
  days: number,
): string {
  const what = rule === 'bounces' ? 'bounced for good' : 'reported as spam';
  const emails = sent === 1 ? 'email' : 'emails';
  const were = rule === 'bounces' ? '' : count === 1 ? 'was ' : 'were ';
  return (
    `${numbers.format(count)} of ${numbers.format(sent)} ${emails} ${were}${what} within ` +
    `${days} days: ${percent(rate)}, and the limit is ${percent(limit)}.`
  );
}

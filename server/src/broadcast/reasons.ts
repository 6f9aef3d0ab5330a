/** Why somebody of the audience is not mailed, or that they are: the classes that add up to `matched`. */
export const CLASSES = [
  'unsubscribed',
  'suppressed',
  'no_address',
  'invalid_address',
  'duplicate_address',
  'capped',
  'already_past',
  'will_send',
] as const;

export type AudienceClass = (typeof CLASSES)[number];

/** People of an audience by class. */
export type AudienceCounts = { readonly matched: number } & Readonly<Record<AudienceClass, number>>;

/**
 * The class of a reason as it is stored: `suppressed:hard_bounce`, `unsubscribed:list`; '' for those who
 * are to be mailed. Whatever consent says beside suppressions is a kind of not having subscribed.
 */
export function classOf(reason: string): AudienceClass {
  if (reason === '') return 'will_send';
  if (reason.startsWith('suppressed:')) return 'suppressed';
  return CLASSES.find((name) => name === reason) ?? 'unsubscribed';
}

/** Counts by reason as counts by class; they add up to `matched`, whatever the reasons are. */
export function countsOf(byReason: Readonly<Record<string, number>>): AudienceCounts {
  const counts = Object.fromEntries(CLASSES.map((name) => [name, 0])) as Record<
    AudienceClass,
    number
  >;
  let matched = 0;
  for (const [reason, count] of Object.entries(byReason)) {
    counts[classOf(reason)] += count;
    matched += count;
  }
  return { matched, ...counts };
}

/** Counts by reason, with some more. */
export function added(
  counts: Readonly<Record<string, number>>,
  more: readonly { readonly reason: string; readonly count: number }[],
): Record<string, number> {
  const sum = { ...counts };
  for (const { reason, count } of more) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

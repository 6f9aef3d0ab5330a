/** Why an address must not be mailed, as people say it. */
export const REASONS = [
  ['hard_bounce', 'hard bounce'],
  ['complaint', 'complaint'],
  ['manual', 'by hand'],
  ['import', 'imported'],
  ['unsubscribe', 'unsubscribed'],
] as const;

export type SuppressionReason = (typeof REASONS)[number][0];

export const reasonWords = (reason: string): string =>
  REASONS.find(([known]) => known === reason)?.[1] ?? reason.replaceAll('_', ' ');

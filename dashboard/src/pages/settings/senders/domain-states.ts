/** What a domain's records say, in a word. */
export const DOMAIN_STATES = {
  verified: { word: 'verified', tone: 'good' },
  pending: { word: 'records missing', tone: 'plain' },
  failing: { word: 'failing', tone: 'fault' },
  unknown: { word: 'not added', tone: 'quiet' },
} as const;

export const VERDICTS = {
  ok: { word: 'right', tone: 'good' },
  warning: { word: 'could be better', tone: 'plain' },
  missing: { word: 'missing', tone: 'fault' },
  wrong: { word: 'wrong', tone: 'fault' },
  unknown: { word: 'no answer', tone: 'quiet' },
} as const;

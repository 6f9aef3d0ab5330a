import type { RowOf } from '../../api/ask.ts';

/** What an assistant asks a member to allow. */
export type Question = RowOf<'GET /confirmations'>;

/** Each state in a word, and whether it still asks for something. */
export const STATE_WORDS: Readonly<
  Record<Question['state'], { readonly word: string; readonly tone: 'good' | 'plain' | 'quiet' }>
> = {
  waiting: { word: 'waits for a member', tone: 'good' },
  issued: { word: 'allowed, not used yet', tone: 'plain' },
  used: { word: 'done', tone: 'quiet' },
  refused: { word: 'refused', tone: 'quiet' },
  lapsed: { word: 'ran out of time', tone: 'quiet' },
};

/** What the call came to, for who reads it later. */
export function outcomeOf({ state, outcome }: Question): string {
  if (state !== 'used') return STATE_WORDS[state].word;
  if (outcome === null) return 'used';
  return outcome === 'done' ? 'done' : `refused by the server: ${outcome}`;
}

/** Filters may be of any size, and their words are kept with every decision. */
const WORDS_LENGTH_MAX = 300;

/** Words for a reason, cut where they are longer than anybody reads. */
export const brief = (words: string): string =>
  words.length > WORDS_LENGTH_MAX ? `${words.slice(0, WORDS_LENGTH_MAX).toWellFormed()}…` : words;

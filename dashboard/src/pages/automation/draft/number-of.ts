import type { Doc } from './step.ts';

const numbers = new WeakMap<Doc, number>();
let last = 0;

/** Names a draft in the cache of answers, without its text. The same object has the same number. */
export function numberOf(doc: Doc): number {
  const known = numbers.get(doc);
  if (known !== undefined) return known;
  last += 1;
  numbers.set(doc, last);
  return last;
}

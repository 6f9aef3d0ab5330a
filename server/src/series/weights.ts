/** Of a branch or a variant. */
export const WEIGHT_MAX = 1_000_000;

interface Weighted {
  readonly weight: number;
}

/** What all weigh together. */
export const totalOf = (all: readonly Weighted[]): number =>
  all.reduce((total, { weight }) => total + weight, 0);

/**
 * Which of several is at a place between 0 and 1, each as wide as its weight and in their order: so
 * moving a weight moves only those near the border that moved.
 */
export function indexAt(all: readonly Weighted[], share: number): number {
  const total = totalOf(all);
  let border = 0;
  for (const [index, { weight }] of all.entries()) {
    border += weight;
    if (share * total < border) return index;
  }
  // Sums of fractions may end a hair below the total.
  return all.length - 1;
}

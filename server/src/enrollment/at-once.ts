/** A passage that a user is in, as far as the limit of series at once goes. */
export interface ActivePassage {
  readonly enrollmentId: string;
  /** Of the version that the passage is on. */
  readonly priority: number;
  readonly enteredAt: Date;
}

export type Place =
  /** There is room. */
  | { readonly kind: 'free' }
  /** The new one matters more than this one, which ends. */
  | { readonly kind: 'displaces'; readonly enrollmentId: string }
  | { readonly kind: 'full' };

/**
 * Whether a user who may be in `seriesAtOnce` series has room for one more, of this priority.
 *
 * What has the lowest priority makes room for what has a higher one; of several equals the one that
 * began last, for the least of it is lost.
 */
export function placeOf(
  active: readonly ActivePassage[],
  { seriesAtOnce, priority }: { seriesAtOnce: number; priority: number },
): Place {
  if (active.length < seriesAtOnce) return { kind: 'free' };
  const lowest = active.toSorted(
    (one, other) =>
      one.priority - other.priority || other.enteredAt.getTime() - one.enteredAt.getTime(),
  )[0];
  if (lowest === undefined || lowest.priority >= priority) return { kind: 'full' };
  return { kind: 'displaces', enrollmentId: lowest.enrollmentId };
}

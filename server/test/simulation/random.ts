/** Chance that a seed decides: the same seed gives the same history. */
export interface Chance {
  /** 0 ≤ n < 1. */
  readonly next: () => number;
  /** A whole number from 0, less than `count`. */
  readonly below: (count: number) => number;
  /** True in `share` of the cases. */
  readonly isTrue: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Milliseconds from `min` to `max`. */
  readonly between: (min: number, max: number) => number;
}

/** Source: mulberry32, public domain. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    isTrue: (share) => next() < share,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    between: (min, max) => min + below(max - min + 1),
  };
}

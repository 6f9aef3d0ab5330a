/** How many of how many. */
export interface Proportion {
  readonly count: number;
  readonly of: number;
}

/**
 * Below so many expected of either kind on either side the normal approximation says more than is known:
 * the usual rule of thumb.
 */
const EXPECTED_MIN = 5;

/**
 * How likely two proportions lie at least so far apart when there is no difference: the two-sided
 * two-proportion z-test with pooled variance.
 *
 * @returns 0 to 1; null where the numbers are too small to tell
 */
export function chanceOfNothing(one: Proportion, other: Proportion): number | null {
  if (one.of <= 0 || other.of <= 0) return null;
  const pooled = (one.count + other.count) / (one.of + other.of);
  const fewest = Math.min(one.of, other.of) * Math.min(pooled, 1 - pooled);
  if (fewest < EXPECTED_MIN) return null;
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of));
  const z = (one.count / one.of - other.count / other.of) / deviation;
  return complementaryError(Math.abs(z) / Math.SQRT2);
}

/** Of the Chebyshev fit of the complementary error function, the constant term last. */
const FIT = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/**
 * The complementary error function for x ≥ 0, to 1.2e-7 of its value however small that is.
 * Source: Numerical Recipes in C, 2nd edition, section 6.2, `erfcc`.
 */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const sum = FIT.reduce((inner, term) => inner * t + term, 0);
  return t * Math.exp(-x * x + sum);
}

const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/**
 * How long to rest after `failures` failures in a row: doubling, with half of it left to chance so
 * that processes which failed together do not return together.
 *
 * @param failures 1 or more
 * @returns milliseconds, never more than `longestMs`
 */
export function backoffMs(
  failures: number,
  {
    firstMs = FIRST_MS,
    longestMs = LONGEST_MS,
    random = Math.random,
  }: { firstMs?: number; longestMs?: number; random?: () => number } = {},
): number {
  // 2 ** 1023 is the last finite power; the exponent is bounded long before it.
  const doubled = firstMs * 2 ** Math.min(failures - 1, 50);
  const full = Math.min(doubled, longestMs);
  return Math.round(full / 2 + (full / 2) * random());
}

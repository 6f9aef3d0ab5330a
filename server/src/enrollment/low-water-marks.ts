const BUCKETS = 64;
const EPOCH = new Date(0);
/**
 * A mark stays this far behind the newest due time seen, because a row may be committed a little
 * after the instant it is due at.
 */
const LAG_MS = 5_000;
/** How often everything is looked at whatever the marks say: rows that came back, or came late. */
const SWEEP_EVERY_MS = 5_000;

/**
 * For each bucket the due time before which everything has been handled, so that a claim does not
 * walk over the dead index entries of those rows again. While a snapshot is held elsewhere (a dump, a
 * long report) dead entries stay, and a claim without a mark gets slower and slower.
 */
export class LowWaterMarks {
  readonly #marks: Date[] = Array.from({ length: BUCKETS }, () => EPOCH);
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  /** All marks, by bucket; from time to time, none: a full sweep. */
  look(monotonicMs: number): readonly Date[] {
    if (monotonicMs - this.#sweptAtMs >= SWEEP_EVERY_MS) {
      this.#sweptAtMs = monotonicMs;
      for (const bucket of this.#marks.keys()) this.#marks[bucket] = EPOCH;
    }
    return this.#marks;
  }

  of(bucket: number): Date {
    return this.#marks[bucket] ?? EPOCH;
  }

  /** @param lastDueAt the latest due time that was handled */
  raise(bucket: number, lastDueAt: Date): void {
    const mark = lastDueAt.getTime() - LAG_MS;
    if (mark > this.of(bucket).getTime()) this.#marks[bucket] = new Date(mark);
  }
}

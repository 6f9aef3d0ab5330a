/** One rule that was applied: what it looked at and what it decided, in words for a reader. */
export interface Reason {
  /** The rule's name: `zone`, `delay`, `window`, `business_days`, `holiday`, `spread` … */
  readonly rule: string;
  /** What it looked at. */
  readonly input: string;
  /** What followed from it. */
  readonly outcome: string;
}

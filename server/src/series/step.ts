import type { Delay } from '../schedule/delay.ts';
import type { Fault } from '../schedule/fault.ts';

/** What every step has. `next` is resolved when a series is read: null means the end. */
interface StepBase {
  /** Stable across versions, unique in its series. */
  readonly id: string;
  readonly next: string | null;
}

/** Sends one email inside the send window. */
export interface EmailStep extends StepBase {
  readonly type: 'email';
  readonly subject: string;
  readonly html: string;
  readonly text?: string;
  readonly preheader?: string;
  readonly from?: string;
  readonly reply_to?: string;
  /** Waited before the window is looked at. */
  readonly delay?: Delay;
}

/** Waits, whatever the window. */
export interface WaitStep extends StepBase {
  readonly type: 'wait';
  readonly delay: Delay;
}

/** Leaves the series as completed. */
export interface EndStep extends StepBase {
  readonly type: 'end';
}

export type Step = EmailStep | WaitStep | EndStep;

/** One kind of step: what it may look like and how it is timed. Adding a kind adds one of these. */
export interface StepType {
  readonly type: Step['type'];
  /** Every fault of the step's own fields; `next` and `id` are the graph's business. */
  readonly faults: (step: Readonly<Record<string, unknown>>, path: string) => Fault[];
  /** The fields that name another step. */
  readonly targetFields: readonly string[];
  /** What is waited before the step; null for nothing. */
  readonly delayOf: (step: Step) => Delay | null;
  /** Whether the send window and the allowed days hold for it. */
  readonly reachesPerson: boolean;
  /** Whether it is ever planned; an end is not. */
  readonly isPlanned: boolean;
}

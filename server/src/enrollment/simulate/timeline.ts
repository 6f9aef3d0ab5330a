import type { Reason } from '../../schedule/reason.ts';
import type { Step } from '../../series/index.ts';
import type { LoggedOutcome } from '../sql/move-on.ts';

/** What can stand in a line of the timeline. */
export const WHAT = [
  'entered',
  'not_entered',
  'held',
  'sent',
  'passed',
  'branched',
  'traits_written',
  'webhook_captured',
  'skipped',
  'failed',
  'goal_reached',
  'exited',
  'completed',
] as const;
export type What = (typeof WHAT)[number];

/** One thing that happened to one person. */
export interface TimelineRow {
  readonly at: Date;
  /** External id. */
  readonly userId: string;
  /** Which passage of the person, from 1; 0 where they did not enter. */
  readonly run: number;
  /** Which step of the passage, from 1; 0 where it is about none. */
  readonly seq: number;
  readonly stepId: string | null;
  readonly what: What;
  /** Until when a step waits. */
  readonly until: Date | null;
  /** Which way a step led, where there are several. */
  readonly branch: string | null;
  /** Where it led; null for the end. Of lines that move a person on. */
  readonly to: string | null;
  /** The code of what was in the way, or of why a passage ended. */
  readonly reason: string | null;
  readonly why: readonly Reason[];
}

/** What a step that is done is called, by its type. */
export function whatOf(step: Step, outcome: LoggedOutcome): What {
  if (outcome !== 'passed') return outcome;
  switch (step.type) {
    case 'email':
      return 'sent';
    case 'condition':
    case 'split':
    case 'wait_for_event':
      return 'branched';
    case 'update_user':
      return 'traits_written';
    case 'webhook':
      return 'webhook_captured';
    case 'wait':
    case 'end':
      return 'passed';
  }
}

import type { EventFact, Facts, User } from '../../audience/index.ts';
import type { Message } from '../../delivery/index.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { ScheduleRules } from '../../schedule/settings.ts';
import type { Automation, PublishedSeries } from '../../series/index.ts';
import type { ActivePassage } from '../at-once.ts';
import type { EnrollmentState } from '../enrollment.ts';
import type { EntryFacts, EntrySource } from '../sql/enter.ts';

/** A user's last passage through a series. */
export interface LastPassage {
  readonly id: string;
  readonly bucket: number;
  readonly version: number;
  readonly run: number;
  readonly state: EnrollmentState;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly enteredBy: EntrySource;
  /** The type of the event that started it. */
  readonly entryEventType: string | null;
}

/** A queue row of a passage, with what is known of whoever works on it. */
export interface WaitingRow {
  readonly seq: number;
  readonly stepId: string;
  readonly status: 'pending' | 'processing';
  readonly parked: boolean;
  readonly held: boolean;
  readonly advances: boolean;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly fromAt: Date;
  readonly reasons: readonly Reason[];
  /** Whether the worker that holds it lives; true for a row that nobody holds. */
  readonly isWorkerAlive: boolean;
}

/** A step that is behind a passage. */
export interface PastStep {
  readonly seq: number;
  readonly stepId: string;
  readonly outcome: 'passed' | 'skipped' | 'failed' | 'cancelled';
  readonly reason: string | null;
  /** Which way it led, where there are several. */
  readonly branch: string | null;
  readonly dueAt: Date;
  readonly at: Date;
  readonly reasons: readonly Reason[];
}

/** A look through all users of a side, for those who enter a series. */
export interface ScanFacts {
  readonly looked: number;
  /** About how many there are; null where nobody knows yet. */
  readonly total: number | null;
}

/** What the rule by which people enter without a call found of somebody. */
export interface TriggerFacts {
  /** When the first version was published: nobody is entered for what happened before. */
  readonly activeSince: Date | null;
  /** The latest events of the type that enters, as they came; empty for other triggers. */
  readonly events: readonly (EventFact & { readonly receivedAt: Date })[];
  /** What the audience asks of the user; null where there is none. */
  readonly person: Facts | null;
  /** How far the series is in taking in its audience; null when it is not about it. */
  readonly scan: ScanFacts | null;
}

/** Everything that saying where somebody is in a series looks at. */
export interface ExplainFacts {
  /** By the clock of the side. */
  readonly now: Date;
  readonly side: 'live' | 'test';
  readonly automation: Automation;
  readonly user: User;
  /** The version that the last passage is on; before the first, the one that is entered now. */
  readonly series: PublishedSeries | null;
  /** The version that is entered now; null for a draft. */
  readonly entered: PublishedSeries | null;
  /** By which times are reckoned: the version's, or the draft's. */
  readonly rules: ScheduleRules;
  readonly passage: LastPassage | null;
  readonly row: WaitingRow | null;
  readonly steps: readonly PastStep[];
  /** Of the last passage. */
  readonly messages: readonly Message[];
  /** Whether something happened to the user that no worker has looked at yet. */
  readonly isSignalled: boolean;
  readonly liveWorkers: number;
  readonly entry: EntryFacts;
  /** The series that the user is in; read where a workspace limits how many. */
  readonly active: readonly ActivePassage[];
  readonly trigger: TriggerFacts;
}

/** A code and what it means for this person, in a sentence. */
export interface Explained<Code extends string = string> {
  readonly code: Code;
  readonly sentence: string;
}

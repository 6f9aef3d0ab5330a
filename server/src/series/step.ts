import type { EventFilter, Facts, FactsNeeded } from '../audience/index.ts';
import type { Delay } from '../schedule/delay.ts';
import type { Fault } from '../schedule/fault.ts';
import type { Reason } from '../schedule/reason.ts';
import type { ScheduleRules } from '../schedule/settings.ts';
import type { Until } from '../schedule/until.ts';
import type { EmailFormat, EmailPurpose } from '../template/index.ts';

/** What every step has. */
interface StepBase {
  /** Stable across versions, unique in its series. */
  readonly id: string;
}

/** A step that leads on to one other; null means the end. Put in when a series is read. */
interface OneWay extends StepBase {
  readonly next: string | null;
}

/** One way to say an email; what it leaves out is as the email has it, null takes a field away. */
export interface EmailVariant {
  /** Unique in its email; messages and results are told apart by it. */
  readonly name: string;
  readonly weight: number;
}

/** When the variant that does best is sent to everybody. */
export interface WinnerRule {
  /** By persons: what programs fetch on their own does not count. */
  readonly metric: 'opened' | 'clicked';
  /** Messages of all variants together before anything is decided. */
  readonly after: number;
  /** From 0.8 to 0.9999; 0.95 when left out. */
  readonly confidence?: number | null;
}

/** Sends one email inside the send window. It has exactly one body. */
export interface EmailStep extends OneWay {
  readonly type: 'email';
  readonly subject: string;
  /** Marketing when left out: lists and unsubscriptions hold for it. */
  readonly purpose?: EmailPurpose;
  /** The list that it belongs to; marketing only. */
  readonly list_id?: string;
  /** The frame around the body; the body is the whole email when left out. */
  readonly format?: EmailFormat;
  readonly html?: string;
  readonly mjml?: string;
  /** Rich text as the editor keeps it; see docs/emails.md. */
  readonly content?: unknown;
  readonly template_id?: string;
  /** Of a published step always there: the newest at publishing, unless one was named. */
  readonly template_version?: number;
  /** Versions of the snippets in the body, by slug: as they were at publishing. */
  readonly snippets?: Readonly<Record<string, number>>;
  /** Whether a merged value that is missing, and has no default, skips the email. */
  readonly strict?: boolean;
  /** What is followed; what is left out is as the workspace has it. */
  readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean };
  readonly sender_id?: string;
  readonly text?: string;
  readonly preheader?: string;
  readonly from?: string;
  readonly reply_to?: string;
  /** Each person gets one of these; see docs/emails.md. */
  readonly variants?: readonly EmailVariant[];
  readonly winner?: WinnerRule;
  /** Waited before the window is looked at. */
  readonly delay?: Delay;
}

/** Waits, whatever the window: for a while, or until a local time. One of the two. */
export interface WaitStep extends OneWay {
  readonly type: 'wait';
  readonly delay?: Delay;
  readonly until?: Until;
}

/** Waits for something the user does, for so long at most. */
export interface WaitForEventStep extends OneWay {
  readonly type: 'wait_for_event';
  readonly event_type: string;
  /** A filter over the event; see docs/filters.md. */
  readonly filter?: unknown;
  readonly timeout: Delay;
  /** Where those go for whom it did not happen. */
  readonly on_timeout: string | null;
}

/** Sends people one way or the other, by what is known of them. */
export interface ConditionStep extends StepBase {
  readonly type: 'condition';
  /** See docs/filters.md. */
  readonly filter: unknown;
  readonly yes: string | null;
  readonly no: string | null;
}

/** Sends people down one of several ways by chance, always the same for the same person. */
export interface SplitStep extends StepBase {
  readonly type: 'split';
  readonly branches: readonly { readonly weight: number; readonly next: string | null }[];
}

/** Writes traits of the user. */
export interface UpdateUserStep extends OneWay {
  readonly type: 'update_user';
  /** Texts in it are Liquid templates. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
}

/** Tells another system, by a signed POST. */
export interface WebhookStep extends OneWay {
  readonly type: 'webhook';
  readonly url: string;
  /** JSON to send along as `data`; texts in it are Liquid templates. */
  readonly data?: unknown;
  /** Whether `{"traits": {…}}` in the answer is written to the user. */
  readonly set_traits?: boolean;
}

/** Leaves the series as completed. */
export interface EndStep extends StepBase {
  readonly type: 'end';
}

export type Step =
  | EmailStep
  | WaitStep
  | WaitForEventStep
  | ConditionStep
  | SplitStep
  | UpdateUserStep
  | WebhookStep
  | EndStep;

/** A field that names another step: where it stands in the step, and what stands there. */
export interface Target {
  /** `next`, `yes`, `branches/0/next`. */
  readonly path: string;
  /** Undefined means the following step, null the end. */
  readonly to: unknown;
}

/** What must be known of a person before a step is decided. */
export interface StepNeeds {
  /** Null when the person need not be read at all. */
  readonly facts: FactsNeeded | null;
  /** The event type that a wait is for; its events since the wait began are read. */
  readonly waitsFor: string | null;
  /** Which of them matter; null or left out for all. */
  readonly waitsFilter?: EventFilter | null;
}

/** Something the user did while a step waited for it. */
export type HeardEvent = Facts['events'][number] & { readonly id: string };

/** What a step's rule may look at. */
export interface StepContextFacts {
  readonly now: Date;
  /** When this step began: what its delay counted from. */
  readonly fromAt: Date;
  /** When it was due. */
  readonly dueAt: Date;
  /** Whether the rule has been asked before and said `hold`; `dueAt` is then until when. */
  readonly isHeld: boolean;
  readonly rules: ScheduleRules;
  /** As stored; may be no zone at all. */
  readonly userTimezone: string | null;
  /** Internal id. */
  readonly userId: string;
  readonly automationId: string;
  /** Null when `needs` asked for none, or the user has been erased. */
  readonly person: Facts | null;
  /** Events of `waitsFor` since the step began, oldest first, without those heard before. */
  readonly heard: readonly HeardEvent[];
  /** What merge tags may name: `user`, `traits`, `event`, `workspace`. */
  readonly merge: Readonly<Record<string, unknown>>;
}

/** What a step's rule says when the step is due. */
export type Decision =
  /** On to another step; `branch` names the way taken where there are several. */
  | {
      readonly kind: 'go';
      readonly to: string | null;
      readonly branch?: string;
      readonly why: readonly Reason[];
      /** The event that was waited for. */
      readonly heardEventId?: string;
      /** Traits to write: null deletes. Own columns such as `name` are among them. */
      readonly traits?: Readonly<Record<string, unknown>>;
    }
  /** Not yet: asked again then, or earlier when what it waits for happens. */
  | { readonly kind: 'hold'; readonly until: Date; readonly why: readonly Reason[] }
  /** An email is to leave. */
  | { readonly kind: 'send' }
  /** A webhook is to be called. */
  | { readonly kind: 'call'; readonly data: unknown }
  /** It cannot be done, ever; the person goes on. */
  | { readonly kind: 'fail'; readonly to: string | null; readonly reason: string };

/**
 * One kind of step: what it may look like, how it is timed, what it does. Adding a kind adds one of
 * these.
 */
export interface StepType<S extends Step = Step> {
  readonly type: S['type'];
  /** Every fault of the step's own fields; targets and `id` are the graph's business. */
  readonly faults: (step: Readonly<Record<string, unknown>>, path: string) => Fault[];
  /** The fields that name another step, as a client sent them. */
  readonly targets: (step: Readonly<Record<string, unknown>>) => Target[];
  /** A valid step with its targets put in, in the order of `targets`. */
  readonly withTargets: (step: S, targets: readonly (string | null)[]) => S;
  /** What is waited before the step is due; null for nothing. */
  readonly delayOf: (step: S) => Delay | null;
  /** Whether the send window and the allowed days hold for it. */
  readonly reachesPerson: boolean;
  /** Whether it is ever planned; an end is not. */
  readonly isPlanned: boolean;
  /** What `decide` must be told. Called once per published version. */
  readonly needs: (step: S, rules: ScheduleRules) => StepNeeds;
  /** The rule. Pure. */
  readonly decide: (step: S, facts: StepContextFacts) => Decision;
  /** The step in a few words, for `explain`: `waits 3 days`. */
  readonly words: (step: S) => string;
}

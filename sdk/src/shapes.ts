/** An instant on the wire: ISO 8601, UTC, milliseconds, `Z`. */
export type Instant = string;

/** One page of a list; `next_cursor` is null on the last one. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

/** Which half of a workspace: mail of the live side leaves, mail of the test side is only kept. */
export type Side = 'live' | 'test';

/** One side of a workspace, as the dashboard's session sees it. */
export interface WorkspaceSide {
  readonly id: string;
  /** Shared by the two sides of one workspace. */
  readonly pair_id: string;
  readonly name: string;
  readonly side: Side;
  /** Publishable, so it may be shown; null when every widget key has been revoked. */
  readonly widget_key: string | null;
  /** What the member may do here. */
  readonly role: 'owner' | 'editor' | 'viewer';
}

/** What `GET /api/v1/session` answers. */
export interface Session {
  readonly member: Member;
  readonly workspaces: readonly WorkspaceSide[];
}

/** Who is signed in. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Whether signing in asks for a second factor. */
  readonly two_factor: boolean;
}

/** Every state a message can be in, in the order in which it passes through them. */
export const MESSAGE_STATUSES = [
  'scheduled',
  'sending',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'rejected',
  'cancelled',
  'in_doubt',
] as const;

/** The state of a message; the glossary defines each. */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** One rule that was applied, what it looked at and what it decided, in plain words. */
export interface Reason {
  readonly rule: string;
  readonly input: string;
  readonly outcome: string;
}

/** One email to one user, as lists show it. */
export interface Message {
  readonly id: string;
  /** The external ID of the user. */
  readonly user_id: string;
  readonly automation_id: string;
  readonly step_id: string;
  /** Which variant of the email it is; null where there are none. */
  readonly variant: string | null;
  readonly status: MessageStatus;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly scheduled_for: Instant;
  /** Null until a transport took it. */
  readonly sent_at: Instant | null;
  /** The `Message-ID` header, the same on every attempt. */
  readonly message_id: string;
  readonly transport: string;
  /** What the transport said, or why the message ended as it did. */
  readonly reason: string | null;
  readonly attempts: number;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** Why something is as it is: a code that is contract, and a sentence for people. */
export interface Explanation {
  readonly code: string;
  readonly sentence: string;
}

/** One thing that happened to a message. */
export interface MessageEvent {
  readonly kind: string;
  readonly at: Instant;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A message with its content and history. */
export interface MessageDetail extends Message {
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Marketing may be declined; null where no version has the step any more. */
  readonly purpose: 'marketing' | 'transactional' | null;
  /** The list that the email belongs to. */
  readonly list: { readonly id: string; readonly name: string } | null;
  /** What became of it, in one sentence. */
  readonly explanation: Explanation;
  readonly events: readonly MessageEvent[];
  /** Why it was due when it was, in the order in which the rules were applied. */
  readonly reasons: readonly Reason[];
}

/** Narrows the list of messages; every field given must match. */
export interface MessageFilter {
  readonly user_id?: string;
  readonly series_id?: string;
  readonly status?: MessageStatus;
}

/** What a member may decide about a message in doubt. */
export type Decision = 'resend' | 'mark_sent';

/** The clock of a test side, which stands still until it is advanced. */
export interface TestClock {
  readonly now: Instant;
  /** When the next step is due; null when nothing waits. */
  readonly next_due: Instant | null;
  /** How many steps wait. */
  readonly pending: number;
}

/** How far to move a test clock; `to_end` stops after the last step that waits. */
export type Advance =
  | { readonly to: Instant }
  | { readonly by: { readonly days?: number; readonly hours?: number; readonly minutes?: number } }
  | { readonly to_end: true };

/** Where the clock stands afterwards, and how many steps were handled on the way. */
export interface Advanced {
  readonly now: Instant;
  readonly handled: number;
}

/** The states of a series. */
export type SeriesStatus = 'draft' | 'active' | 'paused' | 'completed' | 'archived';

/** One step of a series; the fields beyond these depend on its type. */
export interface SeriesStep {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An automation of ordered or branching steps. */
export interface Series {
  readonly id: string;
  readonly type: 'series';
  readonly name: string;
  readonly status: SeriesStatus;
  /** The published version that new enrollments enter; null before the first. */
  readonly version: number | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly steps: readonly SeriesStep[];
}

/** One email to an audience, once. */
export interface Broadcast {
  readonly id: string;
  readonly type: 'broadcast';
  readonly name: string;
  readonly status: string;
}

/** Sending that stopped by itself, because too much came back. */
export interface SendingPause {
  readonly id: string;
  /** The series or broadcast that was paused; null when it was the whole side. */
  readonly series_id: string | null;
  readonly rule: 'bounces' | 'complaints';
  readonly sent: number;
  /** How many of them bounced for good, or were complained of. */
  readonly count: number;
  readonly percent: number;
  readonly limit_percent: number;
  readonly paused_at: Instant;
}

/** Whether a side may send, and the rates that decide it. */
export interface Sending {
  readonly paused: boolean;
  readonly pause: SendingPause | null;
  readonly series_pauses: readonly SendingPause[];
  readonly last_days: {
    readonly days: number;
    readonly sent: number;
    readonly bounced: number;
    readonly complained: number;
    readonly bounce_percent: number;
    readonly complaint_percent: number;
  };
  readonly limits: {
    readonly enabled: boolean;
    readonly bounce_percent: number;
    readonly complaint_percent: number;
    readonly min_sends: number;
  };
}

/** What became of one step of somebody's passage. */
export interface ExplainedStep extends Explanation {
  readonly seq: number;
  readonly step_id: string;
  readonly outcome: 'passed' | 'skipped' | 'failed' | 'cancelled' | 'in_doubt';
  readonly due_at: Instant;
  readonly at: Instant;
  readonly message_id: string | null;
}

/** A change of what a user wants to get; the proof of consent. */
export interface PreferenceChange {
  readonly id: string;
  /** Null for everything. */
  readonly list_id: string | null;
  readonly before: string | null;
  readonly after: string;
  readonly source: string;
  /** With `message_id` where the link in a message led to it. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Instant;
}

/** Why a user is where they are in a series. */
export interface UserExplanation extends Explanation {
  readonly state: string;
  readonly series_id: string;
  readonly series_name: string;
  readonly timezone: { readonly name: string };
  /** What is behind the last passage, oldest first. */
  readonly steps: readonly ExplainedStep[];
}

/** One step of one enrollment that waits or is being worked. */
export interface Recipient {
  readonly id: string;
  readonly user_id: string;
  readonly step_id: string;
  readonly status: 'pending' | 'processing';
  readonly scheduled_for: Instant;
  readonly reasons: readonly Reason[];
}

/** A person the workspace writes to. */
export interface User {
  readonly user_id: string;
  readonly email: string | null;
  readonly name: string | null;
  /** As sent by the application; it may be a name that is no time zone. */
  readonly timezone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
}

/** The body of `POST /api/sdk/users/identify`. */
export interface IdentifyBody {
  readonly user_id: string;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly session_id?: string;
  readonly user_token?: string;
}

/** `created` is false when the user was known; `warnings` names what was kept but will not be used. */
export interface Identified {
  readonly success: true;
  readonly created: boolean;
  readonly warnings?: readonly string[];
}

/** The body of `POST /api/sdk/series`. */
export interface SeriesCallBody {
  readonly action: 'enroll' | 'remove';
  readonly user_id: string;
  readonly series_id: string;
  readonly user_token?: string;
}

/** Every success of `POST /api/sdk/series`; which key is there says which one it is. */
export type SeriesCallAnswer =
  | { readonly success: true; readonly enrolled: true; readonly scheduled_for: Instant }
  | { readonly success: true; readonly already_enrolled: true; readonly message: string }
  | { readonly success: true; readonly already_completed: true; readonly message: string }
  | { readonly success: true; readonly removed: boolean; readonly message?: string };

/** One of the users of `updateUsers`. */
export interface UserUpdate {
  readonly user_id: string;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What became of the users of `updateUsers`: the good ones are written even when others have errors. */
export interface UsersUpdated {
  readonly success: true;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly errors: readonly {
    readonly index: number;
    readonly user_id: string | null;
    readonly error: string;
  }[];
}

/** `created` is false when the company was known. */
export interface CompanyIdentified {
  readonly success: true;
  readonly created: boolean;
}

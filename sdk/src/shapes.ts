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
}

/** What `GET /api/v1/session` answers. */
export interface Session {
  readonly workspaces: readonly WorkspaceSide[];
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

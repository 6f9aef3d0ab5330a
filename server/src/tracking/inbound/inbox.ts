/** A mailbox that bounces, complaints and answers come back to. */
export interface Inbox {
  readonly id: string;
  readonly workspaceId: string;
  /** Lower case; return-paths are made of it. */
  readonly address: string;
  /** Null for one that mail is only posted to. */
  readonly imap: InboxImap | null;
  readonly handled: Handled;
  /** The mailbox to move to; null unless `handled` is `move`. */
  readonly moveTo: string | null;
  readonly isEnabled: boolean;
  /** Of the address for posting. */
  readonly generation: number;
  readonly readAt: Date | null;
  readonly readCount: number;
  /** What was wrong the last time, in words; null when nothing was. */
  readonly fault: string | null;
  readonly faultAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Where an inbox is read, without the password. */
export interface InboxImap {
  readonly host: string;
  readonly port: number;
  readonly tls: InboxTls;
  readonly username: string;
  readonly mailbox: string;
}

/**
 * `tls` from the first byte, `starttls` before the password or not at all, `none` for a trusted
 * network.
 */
export type InboxTls = 'tls' | 'starttls' | 'none';
export const INBOX_TLS = ['tls', 'starttls', 'none'] as const;

/** What becomes of a mail that was read. */
export type Handled = 'keep' | 'mark_seen' | 'move';
export const HANDLED = ['keep', 'mark_seen', 'move'] as const;

/** An inbox whose turn it is, with what reading it takes. */
export interface DueInbox {
  readonly id: string;
  readonly workspaceId: string;
  readonly imap: InboxImap;
  readonly sealed: Uint8Array;
  readonly handled: Handled;
  readonly moveTo: string | null;
  /** Null before the first reading. */
  readonly uidValidity: number | null;
  readonly lastUid: number;
  readonly failures: number;
}

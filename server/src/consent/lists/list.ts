import type { ListKind } from '../consent.ts';

/** A kind of mail that a person may join, or decline. */
export interface List {
  readonly id: string;
  /** What people are shown. */
  readonly name: string;
  readonly description: string;
  readonly kind: ListKind;
  /** Whether joining has to be confirmed from the mailbox itself. */
  readonly doubleOptIn: boolean;
  readonly tracking: ListTracking;
  readonly archivedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is followed in mail of a list; what is left out is as the workspace has it. */
export interface ListTracking {
  readonly opens?: boolean;
  readonly clicks?: boolean;
}

/** What a member says of a list. */
export interface ListInput {
  readonly name: string;
  readonly description: string;
  readonly kind: ListKind;
  readonly doubleOptIn: boolean;
  readonly tracking: ListTracking;
}

/** How many people are in which state. */
export interface ListCounts {
  readonly subscribed: number;
  readonly unsubscribed: number;
  readonly pending: number;
}

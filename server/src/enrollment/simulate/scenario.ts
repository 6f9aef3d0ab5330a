import type { CompanyFact, ConsentFact, User, UserPatch } from '../../audience/index.ts';
import type { MailKit, Sender } from '../../delivery/index.ts';
import type { PublishedSeries } from '../../series/index.ts';
import type { EntrySource } from '../sql/enter.ts';

/** The world in which people are simulated: one series, and what it needs to know of its side. */
export interface Scenario {
  readonly series: PublishedSeries;
  readonly workspace: { readonly id: string; readonly timezone: string };
  readonly sender: Sender;
  /** Renders emails; nothing of them is followed. */
  readonly kit: MailKit;
  /** How many emails a person may get; null for any number. */
  readonly cap: { readonly count: number; readonly days: number } | null;
  /** Since when the series is active. */
  readonly from: Date;
  /** Until when the virtual clock runs; what is due at that instant is still handled. */
  readonly to: Date;
}

/** One person, and everything that happens to them from outside. */
export interface Subject {
  readonly externalId: string;
  /** As they are when their time begins; null until somebody identifies them. */
  readonly user: User | null;
  readonly company: CompanyFact | null;
  /** What they chose about mail, which nothing changes while their time runs. */
  readonly consent?: ConsentFact | undefined;
  /** What they did before, oldest first. */
  readonly events: readonly PastEvent[];
  /** In the order of their instants. */
  readonly happenings: readonly Happening[];
}

/** Something a person does. */
export interface SimulatedEvent {
  readonly eventType: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly pageUrl: string | null;
  readonly elementSelector: string | null;
}

export interface PastEvent extends SimulatedEvent {
  readonly id: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
}

/** Something that happens to a person from outside, by the virtual clock. */
export type Happening = { readonly at: Date } & (
  | { readonly kind: 'identify'; readonly patch: UserPatch }
  | { readonly kind: 'event'; readonly event: SimulatedEvent }
  | {
      readonly kind: 'enroll';
      readonly source: EntrySource;
      readonly properties: Readonly<Record<string, unknown>>;
    }
  /** Whether the series means the person is looked at, as after any change of them. */
  | { readonly kind: 'look' }
);

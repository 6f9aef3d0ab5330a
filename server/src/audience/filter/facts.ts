import type { Company } from '../company.ts';
import type { Event } from '../event.ts';
import type { User } from '../user.ts';

/** What a filter may read of a user: any `User` will do. */
export type UserFact = Pick<
  User,
  | 'externalId'
  | 'email'
  | 'name'
  | 'timezone'
  | 'locale'
  | 'signedUpAt'
  | 'traits'
  | 'context'
  | 'firstSeen'
  | 'lastSeen'
  | 'createdAt'
  | 'updatedAt'
>;

/** What a filter may read of the company that a user belongs to: any `Company` will do. */
export type CompanyFact = Pick<
  Company,
  | 'externalId'
  | 'name'
  | 'domain'
  | 'industry'
  | 'plan'
  | 'employeeCount'
  | 'signedUpAt'
  | 'traits'
  | 'firstSeen'
  | 'lastSeen'
  | 'createdAt'
  | 'updatedAt'
>;

/** What a filter may read of something a user did: any `Event` will do. */
export type EventFact = Pick<
  Event,
  'eventType' | 'occurredAt' | 'pageUrl' | 'elementSelector' | 'metadata'
>;

/**
 * All that a filter may ask about one user. `factsNeeded` says what of it a filter reads; the rest
 * may be left empty, and events may be more than asked for.
 */
export interface Facts {
  readonly user: UserFact;
  readonly company: CompanyFact | null;
  /** In any order. */
  readonly events: readonly EventFact[];
}

/** What a filter reads beside the user. */
export interface FactsNeeded {
  readonly company: boolean;
  /** Each event type once, and how far back from now it is looked for; null is for ever. */
  readonly events: readonly { readonly eventType: string; readonly withinMs: number | null }[];
}

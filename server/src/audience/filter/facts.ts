import type { Company } from '../company.ts';
import type { Event } from '../event.ts';
import type { User } from '../user.ts';
import type { Fragment, Sql } from './fragment.ts';

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

/** What a filter may read of one email of an enrollment. */
export interface EmailFact {
  /** The step that it is of. */
  readonly stepId: string;
  /** As the message's state. */
  readonly state: string;
  readonly isDelivered: boolean;
  /** By a person: what programs fetch on their own does not count. */
  readonly isOpened: boolean;
  /** By a person. */
  readonly isClicked: boolean;
  readonly isBounced: boolean;
}

/** How somebody stands to a list: who has left all marketing has left every list. */
export type ListStanding = 'subscribed' | 'not_subscribed' | 'unsubscribed';

/** What a filter may read of the mail that somebody wants. */
export interface ConsentFact {
  /** Has unsubscribed from all marketing. */
  readonly hasLeft: boolean;
  /** By the list's id. A list that is not there, or of another workspace, is not in it. */
  readonly lists: ReadonlyMap<string, ListStanding>;
}

/** How often things happened, by the `key` of what was counted. */
export type EventCounts = ReadonlyMap<string, number>;

/**
 * All that a filter may ask about one user. `factsNeeded` says what of it a filter reads; the rest
 * may be left empty, and there may be more than asked for.
 */
export interface Facts {
  readonly user: UserFact;
  readonly company: CompanyFact | null;
  /** In any order. Not read when there are `counts`. */
  readonly events: readonly EventFact[];
  /** What the database counted, at the `now` that the facts are then judged at. */
  readonly counts?: EventCounts | undefined;
  /** Of the enrollment in question. */
  readonly emails?: readonly EmailFact[] | undefined;
  /** What the user chose about mail. */
  readonly consent?: ConsentFact | undefined;
  /** What the call that began the enrollment brought along. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** Events that a filter counts. */
export interface EventsNeeded {
  /** Names the count in `Facts.counts`: two conditions that count the same share it. */
  readonly key: string;
  readonly eventType: string;
  /** How far back from now it is looked; null is for ever. */
  readonly withinMs: number | null;
  /** More than these need not be counted. */
  readonly countMax: number;
  /** What an event must be like, over `events e`, two-valued; null for all of the type. */
  readonly whereSql: ((sql: Sql, now: number) => Fragment) | null;
}

/** What a filter reads beside the user. */
export interface FactsNeeded {
  readonly company: boolean;
  /** Each `key` once. */
  readonly events: readonly EventsNeeded[];
  /** The emails of the enrollment. */
  readonly emails: boolean;
  /** What the user chose about mail; null when that is not asked. */
  readonly consent: ConsentNeeded | null;
}

/** What of somebody's choices a filter reads beside that about all marketing. */
export interface ConsentNeeded {
  /** Ids, each once. */
  readonly lists: readonly string[];
}

/** Needs nothing beside the subject itself. */
export const NOTHING_NEEDED: FactsNeeded = {
  company: false,
  events: [],
  emails: false,
  consent: null,
};

/** What several filters read together, so that it is loaded once. */
export function neededTogether(needs: readonly FactsNeeded[]): FactsNeeded {
  const events = new Map<string, EventsNeeded>();
  for (const one of needs.flatMap((need) => need.events)) {
    const known = events.get(one.key);
    if (known === undefined || known.countMax < one.countMax) events.set(one.key, one);
  }
  return {
    company: needs.some(({ company }) => company),
    events: [...events.values()],
    emails: needs.some(({ emails }) => emails),
    consent: consentTogether(needs),
  };
}

function consentTogether(needs: readonly FactsNeeded[]): ConsentNeeded | null {
  const asked = needs.flatMap(({ consent }) => (consent === null ? [] : [consent]));
  if (asked.length === 0) return null;
  return { lists: [...new Set(asked.flatMap(({ lists }) => lists))] };
}

/** Whose changes may change the answer of a filter. */
export interface Touches {
  /** The user's own data, and what they chose about mail. */
  readonly user: boolean;
  /** The company's data; and which company it is, which is a change of the user. */
  readonly company: boolean;
  /** Types of events. */
  readonly events: readonly string[];
  /** Ids of email steps of the enrollment; `any` for all of them. */
  readonly emails: readonly string[];
}

/** Nothing that happens changes the answer. */
export const NOTHING_TOUCHED: Touches = { user: false, company: false, events: [], emails: [] };

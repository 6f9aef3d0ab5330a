import type { Fault } from '../../schedule/fault.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { Db } from '../../platform/db.ts';
import type { Scope } from './condition.ts';
import { CONSENT_CONDITIONS } from './conditions/consent.ts';
import { EMAIL_CONDITIONS, NO_EMAIL_CONDITIONS } from './conditions/email.ts';
import { eventConditions } from './conditions/event.ts';
import { fieldConditions } from './conditions/field.ts';
import { LIST_CONDITIONS } from './conditions/list.ts';
import {
  neededTogether,
  type EventFact,
  type Facts,
  type FactsNeeded,
  type Touches,
} from './facts.ts';
import { COMPANY_FIELDS } from './fields/company.ts';
import { EVENT_FIELDS, METADATA_FIELDS } from './fields/event.ts';
import { NO_PROPERTY_FIELDS, PROPERTY_FIELDS } from './fields/properties.ts';
import { CONTEXT_FIELDS, TRAIT_FIELDS, USER_FIELDS } from './fields/user.ts';
import type { Fragment } from './fragment.ts';
import { FILTER_NODES_MAX } from './limits.ts';
import { compileNode, faultsOfNode, type Node } from './tree.ts';

/** What may be asked about one event. */
export const EVENT_SCOPE: Scope<EventFact> = [fieldConditions([METADATA_FIELDS, EVENT_FIELDS])];

const PERSON_FIELDS = [USER_FIELDS, TRAIT_FIELDS, CONTEXT_FIELDS, COMPANY_FIELDS];

/** What may be asked about a user. A further kind of fact is added here. */
export const USER_SCOPE: Scope<Facts> = [
  fieldConditions([...PERSON_FIELDS, NO_PROPERTY_FIELDS]),
  eventConditions(EVENT_SCOPE),
  LIST_CONDITIONS,
  CONSENT_CONDITIONS,
  NO_EMAIL_CONDITIONS,
];

/** What may be asked about a company. */
export const COMPANY_SCOPE: Scope<Facts> = [fieldConditions([COMPANY_FIELDS])];

/** What a step may ask about a user: their enrollment too. */
export const STEP_SCOPE: Scope<Facts> = [
  fieldConditions([...PERSON_FIELDS, PROPERTY_FIELDS]),
  eventConditions(EVENT_SCOPE),
  LIST_CONDITIONS,
  CONSENT_CONDITIONS,
  EMAIL_CONDITIONS,
];

/** A compiled filter: a rule that selects users. Immutable; meant to be kept and used often. */
export interface Filter {
  readonly root: Node<Facts>;
}

/** A compiled filter over one event: of an entry trigger, or of a step that waits for an event. */
export interface EventFilter {
  readonly root: Node<EventFact>;
}

/**
 * Everything wrong with a filter, all at once, each with its path.
 *
 * @param path of the filter itself, such as `settings/goal`; '' when it is the whole
 */
export const faultsOfFilter = (json: unknown, path: string): Fault[] =>
  faultsOfNode(USER_SCOPE, json, { path, depth: 1, budget: { nodes: FILTER_NODES_MAX } });

/** `faultsOfFilter` for a filter of a step, which may ask about the enrollment too. */
export const faultsOfStepFilter = (json: unknown, path: string): Fault[] =>
  faultsOfNode(STEP_SCOPE, json, { path, depth: 1, budget: { nodes: FILTER_NODES_MAX } });

/** `faultsOfFilter` for a filter over companies, which asks about `company.…` only. */
export const faultsOfCompanyFilter = (json: unknown, path: string): Fault[] =>
  faultsOfNode(COMPANY_SCOPE, json, { path, depth: 1, budget: { nodes: FILTER_NODES_MAX } });

/** `faultsOfFilter` for a filter over one event, where fields are `metadata.…`. */
export const faultsOfEventFilter = (json: unknown, path: string): Fault[] =>
  faultsOfNode(EVENT_SCOPE, json, { path, depth: 1, budget: { nodes: FILTER_NODES_MAX } });

/**
 * Compiles a filter.
 *
 * @param json without faults; anything else is a broken invariant and throws a plain `Error`
 * @param timezone in which dates without a time are read where a condition names no zone itself; as
 *   `canonicalZone` gives it
 */
export function filterOf(json: unknown, { timezone = 'UTC' }: { timezone?: string } = {}): Filter {
  assertFaultless(faultsOfFilter(json, ''));
  return { root: compileNode(USER_SCOPE, json, { timezone }) };
}

/** `filterOf` for a filter of a step. Its `conditionSql` is over `enrollments n` besides. */
export function stepFilterOf(
  json: unknown,
  { timezone = 'UTC' }: { timezone?: string } = {},
): Filter {
  assertFaultless(faultsOfStepFilter(json, ''));
  return { root: compileNode(STEP_SCOPE, json, { timezone }) };
}

/** `filterOf` for a filter over companies. Its `conditionSql` is over `companies c` alone. */
export function companyFilterOf(
  json: unknown,
  { timezone = 'UTC' }: { timezone?: string } = {},
): Filter {
  assertFaultless(faultsOfCompanyFilter(json, ''));
  return { root: compileNode(COMPANY_SCOPE, json, { timezone }) };
}

/** `filterOf` for a filter over one event. */
export function eventFilterOf(
  json: unknown,
  { timezone = 'UTC' }: { timezone?: string } = {},
): EventFilter {
  assertFaultless(faultsOfEventFilter(json, ''));
  return { root: compileNode(EVENT_SCOPE, json, { timezone }) };
}

function assertFaultless([fault]: readonly Fault[]): void {
  if (fault !== undefined) throw new Error(`filter: ${fault.path} ${fault.message}`);
}

/**
 * Whether a user matches. The same answer as `conditionSql` gives over the same facts.
 *
 * Facts that the filter needs and that were not loaded are a broken invariant: a plain `Error`.
 */
export const matches = (filter: Filter, facts: Facts, now: Date): boolean =>
  filter.root.holds(facts, now.getTime());

/** Whether an event matches. */
export const matchesEvent = (filter: EventFilter, event: EventFact, now: Date): boolean =>
  filter.root.holds(event, now.getTime());

/**
 * The filter as a condition for a statement over `users u left join companies c`, in brackets and never
 * null: `where u.workspace_id = ${…} and ${conditionSql(db, filter, { now })}`. Joining `companies`
 * may be left out when `factsNeeded` says so. Every value is bound.
 */
export const conditionSql = (db: Db, filter: Filter, { now }: { now: Date }): Fragment =>
  filter.root.sql(db, now.getTime());

/** What must be loaded to judge a filter in memory. */
export const factsNeeded = ({ root }: Filter): FactsNeeded =>
  neededTogether(root.conditions.map(({ condition }) => condition.needs));

/** Whose changes may change the answer of a filter: who listens to what. */
export function touches({ root }: Filter): Touches {
  const each = root.conditions.map(({ condition }) => condition.touches);
  return {
    user: each.some(({ user }) => user),
    company: each.some(({ company }) => company),
    events: [...new Set(each.flatMap(({ events }) => events))],
    emails: [...new Set(each.flatMap(({ emails }) => emails))],
  };
}

/**
 * Whether the answer changes as time goes by, though nothing happens: the filter has dates relative to
 * now, or counts events of the last so much time.
 */
export const dependsOnTime = ({ root }: Filter | EventFilter): boolean =>
  root.conditions.some(({ condition }) => condition.dependsOnTime);

/** The filter in plain words. */
export const wordsOf = (filter: Filter | EventFilter): string => filter.root.words;

/**
 * Each condition of a filter with what it looked at and whether it holds, in order: `rule` is its
 * path (`filter/and/0`). A condition below `not` is told as it stands, without the `not`.
 */
export function whyNot({ root }: Filter, facts: Facts, now: Date): Reason[] {
  const at = now.getTime();
  return root.conditions.map(({ path, condition }) => ({
    rule: path === '' ? 'filter' : `filter/${path}`,
    input: `${condition.words}; ${condition.found(facts, at)}`,
    outcome: condition.holds(facts, at) ? 'holds' : 'does not hold',
  }));
}

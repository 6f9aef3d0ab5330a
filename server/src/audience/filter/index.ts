export type { CompanyFact, EventFact, Facts, FactsNeeded, UserFact } from './facts.ts';
export {
  conditionSql,
  eventFilterOf,
  factsNeeded,
  faultsOfEventFilter,
  faultsOfFilter,
  filterOf,
  matches,
  matchesEvent,
  whyNot,
  wordsOf,
  type EventFilter,
  type Filter,
} from './filter.ts';
export type { Fragment } from './fragment.ts';
export { EventFilterRef, FILTER_SCHEMAS, FilterRef } from './schema.ts';

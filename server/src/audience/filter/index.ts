export {
  neededTogether,
  NOTHING_NEEDED,
  type CompanyFact,
  type ConsentFact,
  type EmailFact,
  type EventCounts,
  type EventFact,
  type EventsNeeded,
  type Facts,
  type FactsNeeded,
  type ListStanding,
  type Touches,
  type UserFact,
} from './facts.ts';
export {
  companyFilterOf,
  conditionSql,
  dependsOnTime,
  eventFilterOf,
  factsNeeded,
  faultsOfCompanyFilter,
  faultsOfEventFilter,
  faultsOfFilter,
  faultsOfStepFilter,
  filterOf,
  matches,
  matchesEvent,
  stepFilterOf,
  touches,
  whyNot,
  wordsOf,
  type EventFilter,
  type Filter,
} from './filter.ts';
export type { Fragment } from './fragment.ts';
export {
  CompanyFilterRef,
  EventFilterRef,
  FILTER_SCHEMAS,
  FilterRef,
  StepFilterRef,
} from './schema.ts';
export { dateFieldNamed, type DateField } from './user-date.ts';

export { EVENT_TYPE_LENGTH_MAX } from './event.ts';
export {
  conditionSql,
  dateFieldNamed,
  dependsOnTime,
  eventFilterOf,
  EventFilterRef,
  factsNeeded,
  faultsOfEventFilter,
  faultsOfFilter,
  faultsOfStepFilter,
  FILTER_SCHEMAS,
  filterOf,
  FilterRef,
  matches,
  matchesEvent,
  neededTogether,
  NOTHING_NEEDED,
  stepFilterOf,
  StepFilterRef,
  whyNot,
  wordsOf,
  type CompanyFact,
  type ConsentFact,
  type DateField,
  type EmailFact,
  type EventCounts,
  type EventFact,
  type EventFilter,
  type EventsNeeded,
  type Facts,
  type FactsNeeded,
  type Filter,
  type Fragment,
  type Touches,
  type UserFact,
} from './filter/index.ts';
export { companyCallOf, companyPatchOf } from './company-input.ts';
export { eventsCallOf } from './event-input.ts';
export { userItemOf } from './update-users-input.ts';
export {
  writeCompanies,
  writeEvents,
  writeUsers,
  type EventWrite,
  type UserWrite,
} from './write-many.ts';
export { createIdentifier, type Identifier } from './identify.ts';
export { assertUserId } from './identify-input.ts';
export { companyMergeFactsOf, type Company, type CompanyPatch } from './company.ts';
export type { Event } from './event.ts';
export { type NewEvent } from './event.ts';
export { createCompanyIdentifier, type CompanyIdentifier } from './identify-company.ts';
export {
  heardEvents,
  loadConsent,
  loadFacts,
  type FactsAsk,
  type HeardAsk,
  type HeardEvent,
} from './load-facts.ts';
export { createdUser, isDifferent, patchedUser } from './patched-user.ts';
export { userOfImage, type UserImage } from './user-image.ts';
export { companyRoutes, eventRoutes, userRoutes } from './routes.ts';
export { savedFilterRoutes } from './saved/routes.ts';
export type { SearchKey } from './search/search-input.ts';
export { searchUsers } from './search/search-users.ts';
export { searchRoutes } from './search/routes.ts';
export { audienceCallRoutes } from './sdk/routes.ts';
export { companiesByIds, listCompanies } from './sql/companies.ts';
export { eventsByIds, listEvents } from './sql/events.ts';
export { usersNamed } from './users-named.ts';
export { usersByIds } from './sql/users.ts';
export { tidyEvents } from './tidy-events.ts';
export { createTracker, type Tracker } from './track-events.ts';
export { mergeFactsOf, OWN_TRAITS, RESERVED_TRAITS, type User, type UserPatch } from './user.ts';
export { traitPatchOf, writeTraits, type TraitChange } from './write-traits.ts';
export {
  countEventsOf,
  deleteEventsOf,
  deleteUser,
  eventsOfUser,
  lockUser,
  type OwnEvent,
} from './sql/erase.ts';
export { companiesOf, companyViewOf, userViewOf } from './views.ts';

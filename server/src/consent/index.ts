export {
  applyWishes,
  changeMany,
  changePreferences,
  type ChangeBasis,
  type ConsentDeps,
  type Pending,
  type PersonChange,
} from './change-preferences.ts';
export {
  SUPPRESSION_REASONS,
  type ConsentAsk,
  type ConsentChange,
  type ConsentState,
  type HashedAsk,
  type ListKind,
  type PreferenceChange,
  type Purpose,
  type SuppressionReason,
  type UserRef,
} from './consent.ts';
export type { ConsentRouteDeps } from './deps.ts';
export { listArchived, listNotFound } from './errors.ts';
export { eraseConsent } from './erase.ts';
export {
  addressHash,
  assertConsentKey,
  createConsentKey,
  hashedAsk,
  userHash,
  type ConsentKey,
} from './key.ts';
export {
  findList,
  insertList,
  knownUsers,
  listLists,
  listSubscribers,
  usersByAddress,
  type Subscriber,
} from './sql/lists.ts';
export type { List, ListInput } from './lists/list.ts';
export { listSuppressions, type Suppression } from './sql/suppressions.ts';
export { listFileRoutes } from './lists/file/routes.ts';
export { listRoutes } from './lists/routes.ts';
export { preferenceRoutes } from './preferences/routes.ts';
export { readPreferences, type ListPreference, type Preferences } from './read-preferences.ts';
export { refusalsOf } from './refusals.ts';
export { suppressionRoutes } from './suppressions/routes.ts';
export {
  recordAsks,
  recordSuppressions,
  suppress,
  suppressMany,
  unsuppress,
  type SuppressionAsk,
  type SuppressionTarget,
} from './suppress.ts';
export { confirmLink, consentLinks, type ConfirmLink, type ConsentLink } from './pages/link.ts';
export { consentPageRoutes, type ConsentPageDeps } from './pages/routes.ts';
export { csvLine } from './suppressions/csv.ts';
export { countConsentOf, suppressionChangesOf, type SuppressionChange } from './sql/erase.ts';
export { changesOf, type ProvedChange } from './sql/lists.ts';

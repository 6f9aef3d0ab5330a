export {
  createSeriesCatalog,
  publishedOf,
  type ChosenEmail,
  type PublishedSeries,
  type SeriesCatalog,
} from './catalog.ts';
export {
  createSeries,
  deleteDraft,
  draftOf,
  moveSeries,
  publishable,
  readAutomation,
  type AutomationRef,
} from './change-series.ts';
export { settleCompletion } from './complete-series.ts';
export {
  cannotChange,
  changedElsewhere,
  noSuchStatus,
  noSuchTransition,
  notASeries,
  seriesInvalid,
  seriesNotFound,
  slugTaken,
} from './errors.ts';

export { filled, fingerprintOf, isSameDraft, type SeriesSaid } from './fingerprint.ts';
export { createFromCode, releaseFromCode, saveFromCode, type CodeFile } from './save-code.ts';
export {
  listForCode,
  putSource,
  sourceBySlug,
  sourcesOf,
  type SeriesSource,
} from './sql/sources.ts';
export { SWEEP_EVERY_MS, planScan, type ScanOccasion } from './plan-scan.ts';
export { placeRoutes } from './places/routes.ts';
export { seriesRoutes, seriesViewOf } from './routes.ts';
export type { Graph } from './graph.ts';
export { listensOf } from './listens.ts';
export { SeenEtag, SeriesBody, SeriesView, WarningsQuery } from './schema.ts';
export { assertSeen, seenEtagOf } from './seen-etag.ts';
export { StepSchema } from './step-schema.ts';
export { STEPS_MAX } from './graph.ts';
export {
  AUTOMATION_STATUSES,
  copyNameOf,
  faultsOfSeries,
  NAME_LENGTH_MAX,
  nameFaults,
  type Automation,
  statusAfter,
  type AutomationStatus,
  type InFlight,
  type ResumePolicy,
  type SeriesDraft,
} from './series.ts';
export type { SeriesSettings } from './settings.ts';
export { resumeFaults, resumeOf } from './settings/resume.ts';
export { ScheduleSettingsSchema, SettingsSchema } from './settings/schema.ts';
export type { EntryTrigger } from './settings/entry.ts';
export type { ExitRule } from './settings/exit.ts';
export type { Goal } from './settings/goal.ts';
export {
  findVersion,
  holdWorkers,
  insertAutomation,
  insertVersion,
  isStillHeld,
  lastContent,
  listVersions,
  updateAutomation,
} from './sql.ts';
export { scanOf, type Scan } from './sql/scans.ts';
export type {
  EmailStep,
  HeardEvent,
  Step,
  StepContextFacts,
  StepNeeds,
  UpdateUserStep,
  WaitStep,
  WebhookStep,
} from './step.ts';
export {
  indexOf,
  looseDraftOf,
  type DraftFault,
  type DraftStep,
  type LooseDraft,
} from './outline.ts';
export { diffOf, type FieldChange, type SeriesDiff } from './outline-diff.ts';
export { wordsOfSettings, type SettingsWords } from './outline-words.ts';
export { emailStepFaults } from './steps/email.ts';
export { stepTypeOf } from './steps/index.ts';
export { readVersion, updateContent } from './update-content.ts';
export type { ContentUpdate } from './content.ts';
export { buildSteps, type BuiltStep, type BuiltSteps, loadContents } from './build-steps.ts';
export {
  checkBeforePublishing,
  checkStep,
  type CheckDeps,
  type CheckFor,
  type ListState,
  type SeriesFinding,
} from './emails/check-series.ts';
export { FindingView, findingViewOf } from './emails/finding-view.ts';
export { renderHere, type RenderOne } from './emails/preview-email.ts';
export {
  addPreviewRoutes,
  seriesEmailRoutes,
  type EmailPlace,
  type EmailRouteDeps,
} from './emails/routes.ts';
export type { TestEmail } from './emails/test-send.ts';
export { insertBuilt } from './sql/built.ts';
export { syncTests, winnersOf } from './sql/variants.ts';
export { decideVariants, VARIANTS_IDLE_MS } from './variant-results/decide-variants.ts';
export { testsOf } from './variants.ts';

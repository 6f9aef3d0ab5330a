export { createSeriesCatalog, type PublishedSeries, type SeriesCatalog } from './catalog.ts';
export {
  createSeries,
  deleteDraft,
  moveSeries,
  readAutomation,
  type AutomationRef,
} from './change-series.ts';
export { notASeries, seriesInvalid, seriesNotFound } from './errors.ts';
export { seriesRoutes } from './routes.ts';
export type { Graph } from './graph.ts';
export { AutomationView } from './schema.ts';
export {
  AUTOMATION_STATUSES,
  NAME_LENGTH_MAX,
  nameFaults,
  type Automation,
  type AutomationStatus,
} from './series.ts';
export type { SeriesSettings } from './settings.ts';
export { insertAutomation, listAutomations } from './sql.ts';
export type { EmailStep, Step } from './step.ts';
export { emailStepFaults } from './steps/email.ts';
export { stepTypeOf } from './steps/index.ts';

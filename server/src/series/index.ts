export { createBroadcast } from './broadcast-draft.ts';
export { createSeriesCatalog, type PublishedSeries, type SeriesCatalog } from './catalog.ts';
export {
  changeSeries,
  createSeries,
  deleteDraft,
  moveSeries,
  readAutomation,
  type AutomationRef,
} from './change-series.ts';
export { notASeries, seriesNotFound } from './errors.ts';
export { seriesRoutes } from './routes.ts';
export type { Graph } from './graph.ts';
export type { Automation, AutomationStatus } from './series.ts';
export type { SeriesSettings } from './settings.ts';
export { findVersion } from './sql.ts';
export type { EmailStep, Step } from './step.ts';
export { stepTypeOf } from './steps/index.ts';

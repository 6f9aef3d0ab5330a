export type { AdvanceDeps } from './advance-due.ts';
export { bulkRoutes } from './bulk/routes.ts';
export { confirmationRoutes } from './confirmation/routes.ts';
export {
  requestConfirmations,
  type ConfirmationDeps,
} from './confirmation/request-confirmations.ts';
export { createEngine, type Engine } from './engine.ts';
export { createEnroller, type Enroller } from './enroll.ts';
export { explain, explainAll, EXPLAINED_MAX, type Explanation } from './explain/explain.ts';
export { builderRoutes } from './builder/routes.ts';
export { FILE_STATUSES, SLUG_LENGTH_MAX, SLUG_PATTERN } from './code/call.ts';
export { codeRoutes } from './code/routes.ts';
export type { AppliedView, CodeSeriesPage, PlanView } from './code/schema.ts';
export { insightRoutes } from './insight/routes.ts';
export { explanationView } from './insight/view.ts';
export { SILENCE_MS } from './reap.ts';
export { migrateSome } from './migrate.ts';
export { completeManual } from './scan/complete-manual.ts';
export { repair, type Repaired } from './repair.ts';
export { replanOldZones, replanUser } from './replan.ts';
export { enrollmentRoutes, seriesCallRoutes } from './routes.ts';
export { dropEnded, moveCalled, moveSettled } from './settled.ts';
export { sideNow } from './sql/leave.ts';
export type { StepContext } from './decisions.ts';
export { tidyTransactional } from './transactional/email-book.ts';
export { transactionalRoutes } from './transactional/routes.ts';
export { versionRoutes } from './versions/routes.ts';
export { createWatch, findTroubles, type Trouble } from './watchdog.ts';
export { mermaidOf } from './simulate/mermaid.ts';
export { syntheticPeople } from './simulate/people.ts';
export { requestOf, type SimulationRequest } from './simulate/request.ts';
export { simulateRoutes } from './simulate/routes.ts';
export {
  endOf,
  simulateScenario,
  simulateSeries,
  type SimulatedSeries,
} from './simulate/simulate-series.ts';
export { sideOfSeries } from './simulate/sql.ts';
export { tableOf } from './simulate/table.ts';
export { simulationViewOf } from './simulate/view.ts';
export { personRoutes } from './person/routes.ts';

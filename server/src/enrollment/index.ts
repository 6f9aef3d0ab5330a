export type { AdvanceDeps } from './advance-due.ts';
export { createEngine, type Engine } from './engine.ts';
export { createEnroller, type Enroller } from './enroll.ts';
export { SILENCE_MS } from './reap.ts';
export { replanOldZones, replanUser } from './replan.ts';
export { enrollmentRoutes, seriesCallRoutes } from './routes.ts';
export { dropEnded, moveSettled } from './settled.ts';
export { sideNow } from './sql/leave.ts';
export type { StepContext } from './decide.ts';

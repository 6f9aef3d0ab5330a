export { sendAlerts, type AlertCall, type AlertDeps } from './alert.ts';
export { createAutoPause, type AutoPauseDeps } from './auto-pause.ts';
export { catchUp } from './catch-up.ts';
export { createTrackingDuty, TRACKING_IDLE_MS } from './duty.ts';
export { createLinkTracker, type LinkTracker, type MessageLinks } from './link-tracker.ts';
export {
  recordRefused,
  recordReturned,
  type RefusedAddress,
  type ReturnedDeps,
} from './record-returned.ts';
export { recordVisits } from './record-visits.ts';
export {
  sendingRoutes,
  visitRoutes,
  type SendingRouteDeps,
  type VisitRouteDeps,
} from './routes.ts';
export { providerHookRoutes } from './provider/routes.ts';
export { assertMaySend, resumeSending, sendingState, type SendingState } from './sending.ts';
export { createVisitQueue, type VisitQueue } from './visit-queue.ts';
export { unsubscribeByMail } from './unsubscribe-by-mail.ts';
export {
  createHostResolver,
  createInboxReader,
  createReturnPaths,
  findReturnInbox,
  inboxRoutes,
  postRoutes,
  type InboxReader,
  type ReturnPaths,
} from './inbound/index.ts';
export { resultRoutes } from './results/routes.ts';
export { foldReports, REPORTS_IDLE_MS } from './reports/fold-deltas.ts';
export { calendarOf } from './reports/sql/messages.ts';
export { openPauses, type OpenPause } from './sql/pauses.ts';
export { reportRoutes, type ReportRouteDeps } from './reports/routes.ts';
export { eraseLinks } from './erase-links.ts';

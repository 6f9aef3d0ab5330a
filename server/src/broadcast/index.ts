export { moveBroadcast } from './change-broadcast.ts';
export { broadcastEmailRoutes } from './email-routes.ts';
export { broadcastRoutes, type BroadcastRouteDeps } from './routes.ts';
export {
  broadcastTick,
  timedBroadcasts,
  type BroadcastDeps,
  type TimedBroadcasts,
} from './tick.ts';
export { countRecipientsOf, eraseRecipient } from './sql/erase.ts';

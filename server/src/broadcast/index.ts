export { moveBroadcast } from './change-broadcast.ts';
export { broadcastRoutes, type BroadcastRouteDeps } from './routes.ts';
export {
  broadcastTick,
  timedBroadcasts,
  type BroadcastDeps,
  type TimedBroadcasts,
} from './tick.ts';

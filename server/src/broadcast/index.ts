export { broadcastRoutes } from './routes.ts';

import type { FastifyInstance } from 'fastify';
import { recordOf } from '../schedule/fault.ts';
import { assertMaySend } from '../tracking/index.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The call sets a series or a broadcast going, unless it only asks what would happen. */
    startsSending?: boolean;
  }
}

/**
 * Refuses to set anything going on a side whose sending was stopped, with `tracking.sending_paused`.
 * After the hook that says who calls.
 */
export function refuseWhilePaused(app: FastifyInstance, { db }: Pick<Services, 'db'>): void {
  app.addHook('preHandler', async ({ routeOptions, actor, body }) => {
    if (routeOptions.config.startsSending !== true) return;
    if (recordOf(body)?.['dry_run'] === true) return;
    await assertMaySend(db, actor.workspaceId);
  });
}

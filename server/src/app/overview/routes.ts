import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Pool } from '../../platform/db.ts';
import { readOverview } from './read-overview.ts';
import { OverviewView } from './schema.ts';

export interface OverviewRouteDeps {
  readonly db: Pool;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** The kind of transport by which sides without one send; null where their mail is captured. */
  readonly ownTransport: string | null;
}

/** `GET /overview`: the first screen of the dashboard. Registered inside the authenticated scope. */
export const overviewRoutes: FastifyPluginAsyncTypebox<OverviewRouteDeps> = async (
  app,
  { db, sideNow, ownTransport },
) => {
  app.get(
    '/overview',
    {
      schema: {
        tags: ['overview'],
        summary: 'How this side is doing now, and what needs attention',
        response: { 200: OverviewView },
      },
    },
    async ({ actor: { workspaceId, side } }) =>
      readOverview(db, { workspaceId, side, ownTransport, now: await sideNow(workspaceId) }),
  );
};

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import {
  AUTOMATION_STATUSES,
  deleteDraft,
  listAutomations,
  readAutomation,
} from '../series/index.ts';
import type { Automation, SeriesCatalog } from '../series/index.ts';
import { createBroadcast } from './create-broadcast.ts';
import { BroadcastBody, BroadcastView } from './schema.ts';

export interface BroadcastRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type App = Parameters<FastifyPluginAsyncTypebox<BroadcastRouteDeps>>[0];

const tags = ['broadcasts'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** `/api/v1/broadcasts`: drafts. Registered inside the authenticated scope. */
export const broadcastRoutes: FastifyPluginAsyncTypebox<BroadcastRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addDrafts(app, deps);
};

function addReading(app: App, { db }: BroadcastRouteDeps): void {
  const querystring = Type.Object({
    ...PageQuery,
    status: Type.Optional(Type.Enum([...AUTOMATION_STATUSES])),
  });
  const response = { 200: pageSchema(BroadcastView) };
  app.get(
    '/broadcasts',
    { schema: { tags, summary: 'List broadcasts', querystring, response } },
    async ({ actor: { workspaceId }, query: { limit, cursor, status = null } }) => {
      const page = { status, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listAutomations(db, { workspaceId, type: 'broadcast', ...page });
      const keyOf = ({ createdAt, id }: Automation) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );

  app.get(
    '/broadcasts/:id',
    { schema: { tags, summary: 'Read a broadcast', params, response: { 200: BroadcastView } } },
    async ({ actor: { workspaceId }, params: { id } }) =>
      viewOf(await readAutomation(db, { workspaceId, id: storedIdOf(id) }, 'broadcast')),
  );
}

function addDrafts(app: App, { db, catalog, sideNow }: BroadcastRouteDeps): void {
  app.post(
    '/broadcasts',
    {
      schema: {
        tags,
        summary: 'Create a broadcast as a draft',
        body: BroadcastBody,
        response: { 201: BroadcastView },
      },
      // The use case reports every fault with its path; the schema documents it.
      validatorCompiler: () => () => true,
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const now = await sideNow(workspaceId);
      void reply.code(201);
      return viewOf(await createBroadcast(db, { workspaceId, body, now }));
    },
  );

  app.delete(
    '/broadcasts/:id',
    { schema: { tags, summary: 'Delete a draft', params, response: { 204: Type.Null() } } },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      const ref = { workspaceId, id: storedIdOf(id) };
      await deleteDraft(db, ref, 'broadcast');
      catalog.drop(ref);
      return reply.code(204).send(null);
    },
  );
}

const viewOf = ({ id, name, status, draft, createdAt, updatedAt }: Automation) => ({
  ...draft,
  id,
  type: 'broadcast' as const,
  name,
  status,
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});

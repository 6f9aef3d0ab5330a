import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { createBroadcast } from './broadcast-draft.ts';
import type { SeriesCatalog } from './catalog.ts';
import { changeSeries, createSeries, deleteDraft, moveSeries, readAutomation } from './change-series.ts';
import { BroadcastBody, BroadcastView, SeriesBody, SeriesView } from './schema.ts';
import type { Automation, AutomationStatus, Transition } from './series.ts';
import { listAutomations } from './sql.ts';

export interface SeriesRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** Called after a series was resumed or archived, so that its rows are looked at soon. */
  readonly onChanged: () => void;
}

const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const STATUSES = ['draft', 'active', 'paused', 'completed', 'archived'] as const;
const ListQuery = Type.Object({
  ...PageQuery,
  status: Type.Optional(Type.Enum([...STATUSES])),
});
const Nothing = Type.Null();
const TRANSITIONS: Readonly<Record<Transition, string>> = {
  activate: 'Publish version 1 and let users in',
  pause: 'Stop sending at once; nobody can enter',
  resume: 'Go on; what became overdue is planned anew',
  publish: 'Publish the draft as the next version, which new enrollments enter',
  archive: 'End it: enrollments under way end, nothing more is sent',
};

/** `/api/v1/series` and `/api/v1/broadcasts`. Registered inside the authenticated scope. */
export const seriesRoutes: FastifyPluginAsyncTypebox<SeriesRouteDeps> = async (app, deps) => {
  const { db, catalog } = deps;
  const done = (automation: Automation): Automation => {
    catalog.drop(automation);
    return automation;
  };

  app.post(
    '/series',
    {
      schema: { tags: ['series'], summary: 'Create a series as a draft', body: SeriesBody, response: { 201: SeriesView } },
      validatorCompiler: acceptAll,
    },
    async (request, reply) => {
      const { workspaceId } = request.actor;
      const now = await deps.sideNow(workspaceId);
      const series = await createSeries(db, { workspaceId, body: request.body, now });
      void reply.code(201);
      return viewOf(done(series));
    },
  );

  app.get(
    '/series',
    { schema: { tags: ['series'], summary: 'List series', querystring: ListQuery, response: { 200: pageSchema(SeriesView) } } },
    async (request) => list(deps, { type: 'series', request, viewOf }),
  );

  app.get(
    '/series/:id',
    { schema: { tags: ['series'], summary: 'Read a series', params: Params, response: { 200: SeriesView } } },
    async (request) => viewOf(await readAutomation(db, refOf(request), 'series')),
  );

  app.put(
    '/series/:id',
    {
      schema: {
        tags: ['series'],
        summary: 'Replace the draft of a series; what is published stays until the next publish',
        params: Params,
        body: SeriesBody,
        response: { 200: SeriesView },
      },
      validatorCompiler: acceptAll,
    },
    async (request) => {
      const now = await deps.sideNow(request.actor.workspaceId);
      return viewOf(done(await changeSeries(db, refOf(request), { body: request.body, now })));
    },
  );

  app.delete(
    '/series/:id',
    { schema: { tags: ['series'], summary: 'Delete a draft', params: Params, response: { 204: Nothing } } },
    async (request, reply) => {
      await deleteDraft(db, refOf(request), 'series');
      catalog.drop(refOf(request));
      return reply.code(204).send(null);
    },
  );

  for (const transition of Object.keys(TRANSITIONS) as Transition[]) {
    app.post(
      `/series/:id/${transition}`,
      { schema: { tags: ['series'], summary: TRANSITIONS[transition], params: Params, response: { 200: SeriesView } } },
      async (request) => {
        const now = await deps.sideNow(request.actor.workspaceId);
        const series = done(await moveSeries(db, refOf(request), { transition, now }));
        deps.onChanged();
        return viewOf(series);
      },
    );
  }

  app.post(
    '/broadcasts',
    {
      schema: { tags: ['broadcasts'], summary: 'Create a broadcast as a draft', body: BroadcastBody, response: { 201: BroadcastView } },
      validatorCompiler: acceptAll,
    },
    async (request, reply) => {
      const { workspaceId } = request.actor;
      const now = await deps.sideNow(workspaceId);
      const broadcast = await createBroadcast(db, { workspaceId, body: request.body, now });
      void reply.code(201);
      return broadcastViewOf(done(broadcast));
    },
  );

  app.get(
    '/broadcasts',
    { schema: { tags: ['broadcasts'], summary: 'List broadcasts', querystring: ListQuery, response: { 200: pageSchema(BroadcastView) } } },
    async (request) => list(deps, { type: 'broadcast', request, viewOf: broadcastViewOf }),
  );

  app.get(
    '/broadcasts/:id',
    { schema: { tags: ['broadcasts'], summary: 'Read a broadcast', params: Params, response: { 200: BroadcastView } } },
    async (request) => broadcastViewOf(await readAutomation(db, refOf(request), 'broadcast')),
  );

  app.delete(
    '/broadcasts/:id',
    { schema: { tags: ['broadcasts'], summary: 'Delete a draft', params: Params, response: { 204: Nothing } } },
    async (request, reply) => {
      await deleteDraft(db, refOf(request), 'broadcast');
      catalog.drop(refOf(request));
      return reply.code(204).send(null);
    },
  );
};

/** The body is checked by the use case, which reports every fault with its path; the schema documents it. */
const acceptAll = () => () => true;

interface IdRequest {
  readonly actor: { readonly workspaceId: string };
  readonly params: { readonly id: string };
}

const refOf = ({ actor, params }: IdRequest) => ({
  workspaceId: actor.workspaceId,
  id: storedIdOf(params.id),
});

interface ListRequest {
  readonly actor: { readonly workspaceId: string };
  readonly query: { readonly limit: number; readonly cursor?: string; readonly status?: AutomationStatus };
}

async function list<View>(
  { db }: SeriesRouteDeps,
  { type, request, viewOf: show }: {
    type: Automation['type'];
    request: ListRequest;
    viewOf: (automation: Automation) => View;
  },
): Promise<{ data: View[]; next_cursor: string | null }> {
  const { limit, cursor, status = null } = request.query;
  const { workspaceId } = request.actor;
  const after = afterOf(cursor);
  const rows = await listAutomations(db, { workspaceId, type, status, after, limit: limit + 1 });
  const keyOf = ({ createdAt, id }: Automation) => ({ at: createdAt, id });
  return pageOf(rows, { limit, keyOf, viewOf: show });
}

const commonViewOf = ({ id, name, status, createdAt, updatedAt }: Automation) => ({
  id,
  name,
  status,
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});

const viewOf = (series: Automation) => ({
  ...commonViewOf(series),
  type: 'series' as const,
  version: series.version,
  settings: series.draft['settings'] as object,
  steps: series.draft['steps'] as object[],
});

const broadcastViewOf = (broadcast: Automation) => ({
  ...broadcast.draft,
  ...commonViewOf(broadcast),
  type: 'broadcast' as const,
});

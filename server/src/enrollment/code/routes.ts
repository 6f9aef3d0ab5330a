import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { PageQuery } from '../../platform/http.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import {
  listForCode,
  releaseFromCode,
  sourcesOf,
  type Automation,
  type ListState,
  type SeriesCatalog,
  type SeriesSource,
} from '../../series/index.ts';
import { applyCode, type ApplyDeps } from './apply-code.ts';
import { codeCallOf } from './call.ts';
import { planCode } from './plan-code.ts';
import { hasUnpublished } from './published-draft.ts';
import * as schema from './schema.ts';
import { appliedViewOf, codeSeriesViewOf, planViewOf } from './views.ts';

export interface CodeRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** What is known of a list that an email names; without it lists are not looked at. */
  readonly listState?: ListState;
  /** Refuses where sending was stopped. */
  readonly assertMaySend: (workspaceId: string) => Promise<void>;
  /** Called after something changed that workers should look at soon. */
  readonly onChanged: () => void;
}

interface CodeRow {
  readonly series: Automation;
  readonly source: SeriesSource | null;
  readonly hasUnpublished: boolean;
}

type App = Parameters<FastifyPluginAsyncTypebox<CodeRouteDeps>>[0];

const tags = ['series as code'];
/** Series come whole, with their bodies. */
const PAGE_MAX = 20;

/** Series that are kept in files: docs/series-as-code.md. Registered inside the authenticated scope. */
export const codeRoutes: FastifyPluginAsyncTypebox<CodeRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addPlanning(app, deps);
  addReleasing(app, deps);
};

/** Bodies are read by functions that report every fault with its path. */
const acceptAll = () => () => true;

function addReading(app: App, { db }: CodeRouteDeps): void {
  app.get(
    '/series/code',
    {
      schema: {
        tags,
        summary: 'List series as files would have them, the oldest first, archived ones too',
        querystring: Type.Object(PageQuery),
        response: { 200: schema.CodeSeriesPage },
      },
    },
    async ({ actor: { workspaceId, side, name }, query }) => {
      const limit = Math.min(query.limit, PAGE_MAX);
      const after = afterOf(query.cursor);
      const rows = await listForCode(db, { workspaceId, after, limit: limit + 1 });
      const ids = rows.map(({ id }) => id);
      const sources = await sourcesOf(db, { workspaceId, ids });
      const byId = new Map(sources.map((source) => [source.automationId, source]));
      const shown: CodeRow[] = [];
      for (const series of rows) {
        const source = byId.get(series.id) ?? null;
        shown.push({ series, source, hasUnpublished: await hasUnpublished(db, series) });
      }
      const viewOf = ({ series, ...row }: CodeRow) => codeSeriesViewOf(series, row);
      const keyOf = ({ series: { createdAt, id } }: CodeRow) => ({ at: createdAt, id });
      const page = pageOf(shown, { limit, keyOf, viewOf });
      return { ...page, workspace: { id: workspaceId, name, side } };
    },
  );
}

function addPlanning(app: App, deps: CodeRouteDeps): void {
  const { sideNow, listState = async () => 'active' as const, ...rest } = deps;
  const checks: ApplyDeps = { ...rest, listState };
  app.post(
    '/series/code/plan',
    {
      schema: {
        tags,
        summary: 'What applying a file would change, and how many people it touches',
        description: 'Writes nothing. What applying it would refuse is refused.',
        body: schema.PlanBody,
        response: { 200: schema.PlanView },
      },
      validatorCompiler: acceptAll,
      config: { role: 'viewer' },
    },
    async ({ actor, body }) => {
      const call = codeCallOf(body);
      const now = await sideNow(actor.workspaceId);
      const plan = await planCode(checks, call, { actor, now });
      return planViewOf(plan, { to: call.status, inFlight: call.inFlight });
    },
  );

  app.post(
    '/series/code/apply',
    {
      schema: {
        tags,
        summary: 'Make a series what a file says; applied again, it changes nothing',
        description:
          'Refused with `series.changed_elsewhere` where somebody changed since what would be ' +
          'overwritten, unless `force` says so.',
        body: schema.ApplyBody,
        response: { 200: schema.AppliedView },
      },
      validatorCompiler: acceptAll,
    },
    async ({ actor, body }) => {
      const call = codeCallOf(body);
      const now = await sideNow(actor.workspaceId);
      const applied = await applyCode(checks, call, { actor, now });
      return appliedViewOf(applied, { to: call.status, inFlight: call.inFlight });
    },
  );
}

function addReleasing(app: App, { db }: CodeRouteDeps): void {
  app.delete(
    '/series/code/:slug',
    {
      schema: {
        tags,
        summary: 'Let a series be managed by code no more; the series itself stays as it is',
        params: schema.SlugParams,
        response: { 200: schema.ReleasedView },
      },
    },
    async ({ actor: { workspaceId }, params: { slug } }) => ({
      id: await releaseFromCode(db, { workspaceId, slug }),
      slug,
    }),
  );
}

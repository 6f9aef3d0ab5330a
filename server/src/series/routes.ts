import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { isoOf, PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import type { SeriesCatalog } from './catalog.ts';
import {
  changeSeries,
  createSeries,
  deleteDraft,
  duplicateSeries,
  moveSeries,
} from './change-series.ts';
import { readAutomation } from './change-series.ts';
import { shownSteps } from './shown-steps.ts';
import { managedByCode } from './managed-by.ts';
import { checkBeforePublishing, type ListState } from './emails/check-series.ts';
import { findingViewOf } from './emails/finding-view.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ActivateBody, ListedSeriesView, SeenEtag } from './schema.ts';
import { PublishedView, SeriesBody, SeriesChange } from './schema.ts';
import { SeriesReadView, SeriesView, WarningsQuery } from './schema.ts';
import { assertSeen, seenEtagOf } from './seen-etag.ts';
import {
  AUTOMATION_STATUSES,
  NAME_LENGTH_MAX,
  type Automation,
  type Transition,
} from './series.ts';
import { listAutomations } from './sql.ts';
import { countListed, type ListedCounts } from './sql/list-counts.ts';
import { scanOf, type Scan } from './sql/scans.ts';
import { variantRoutes } from './variant-results/routes.ts';

export interface SeriesRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** Called after a series was resumed or archived, so that its rows are looked at soon. */
  readonly onChanged: () => void;
  /** What is known of a list that an email names; without it lists are only looked at when sending. */
  readonly listState?: ListState;
}

type App = Parameters<FastifyPluginAsyncTypebox<SeriesRouteDeps>>[0];

const tags = ['series'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
/** Publishing and resuming concern the people in it, and are with them. */
const TRANSITIONS: Readonly<Record<'pause' | 'archive', string>> = {
  pause: 'Stop sending at once; nobody can enter',
  archive: 'End it: enrollments under way end, nothing more is sent',
};

/** `/api/v1/series`. Registered inside the authenticated scope. */
export const seriesRoutes: FastifyPluginAsyncTypebox<SeriesRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addDrafts(app, deps);
  addTransitions(app, deps);
  await app.register(variantRoutes, deps);
};

function addReading(app: App, { db }: SeriesRouteDeps): void {
  const querystring = Type.Object({
    ...PageQuery,
    status: Type.Optional(Type.Enum([...AUTOMATION_STATUSES])),
    q: Type.Optional(
      Type.String({ maxLength: NAME_LENGTH_MAX, description: 'Part of the name, in any case' }),
    ),
    with: Type.Optional(
      Type.Enum(['counts'], { description: 'counts: also counts, edited_at and edited_by' }),
    ),
  });
  app.get(
    '/series',
    {
      schema: {
        tags,
        summary: 'List series',
        querystring,
        response: { 200: pageSchema(ListedSeriesView) },
      },
    },
    async ({ actor: { workspaceId }, query }) => {
      const { limit, cursor, status = null, q: search = null } = query;
      const page = { status, search, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listAutomations(db, { workspaceId, type: 'series', ...page });
      const keyOf = ({ createdAt, id }: Automation) => ({ at: createdAt, id });
      const managed = await managedByCode(db, { workspaceId, series: rows });
      if (query.with === undefined) {
        const viewOf = (row: Automation) => ({ ...seriesViewOf(row), ...managed.get(row.id) });
        return pageOf(rows, { limit, keyOf, viewOf });
      }
      const ids = rows.slice(0, limit).map(({ id }) => id);
      const counts = new Map(
        (await countListed(db, { workspaceId, ids })).map((one) => [one.id, one]),
      );
      const viewOf = (row: Automation) => ({
        ...listedViewOf(row, counts.get(row.id)),
        ...managed.get(row.id),
      });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );

  app.get(
    '/series/:id',
    {
      schema: {
        tags,
        summary: 'Read a series, and how far it is with taking its audience in',
        params,
        response: { 200: SeriesReadView },
      },
    },
    async (request) => {
      const series = await readAutomation(db, refOf(request), 'series');
      const scan = await scanOf(db, series.id);
      const { workspaceId } = series;
      const managed = await managedByCode(db, { workspaceId, series: [series] });
      return {
        ...seriesViewOf(series),
        ...managed.get(series.id),
        ...(scan === null ? {} : { scan: scanViewOf(scan) }),
      };
    },
  );
}

function addDrafts(app: App, { db, catalog, sideNow }: SeriesRouteDeps): void {
  app.post(
    '/series',
    {
      schema: {
        tags,
        summary: 'Create a series as a draft',
        body: SeriesBody,
        response: { 201: SeriesView },
      },
      validatorCompiler: acceptAll,
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const now = await sideNow(workspaceId);
      void reply.code(201);
      return seriesViewOf(await createSeries(db, { workspaceId, body, now }));
    },
  );

  app.post(
    '/series/:id/duplicate',
    {
      schema: {
        tags,
        summary: 'Copy a series as a new draft: its draft, with the same steps',
        params,
        response: { 201: SeriesView },
      },
    },
    async (request, reply) => {
      const now = await sideNow(request.actor.workspaceId);
      void reply.code(201);
      return seriesViewOf(await duplicateSeries(db, refOf(request), { now }));
    },
  );

  app.put(
    '/series/:id',
    {
      schema: {
        tags,
        summary: 'Replace the draft of a series; what is published stays until the next publish',
        params,
        body: SeriesChange,
        response: { 200: SeriesView },
      },
      validatorCompiler: acceptAll,
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      const series = await changeSeries(db, refOf(request), { body: request.body, now });
      catalog.drop(series);
      return seriesViewOf(series);
    },
  );

  app.delete(
    '/series/:id',
    {
      schema: {
        tags,
        summary: 'Delete a draft',
        params,
        querystring: Type.Object(SeenEtag),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { etag = null } = request.query;
      const assertIsMeant = (found: Automation) => assertSeen(found, etag);
      await deleteDraft(db, refOf(request), { type: 'series', assertIsMeant });
      catalog.drop(refOf(request));
      return reply.code(204).send(null);
    },
  );
}

function addTransitions(app: App, deps: SeriesRouteDeps): void {
  const { db, catalog, sideNow, onChanged } = deps;
  app.post(
    '/series/:id/activate',
    {
      schema: {
        tags,
        summary: 'Publish version 1 and let users in',
        params,
        body: Type.Optional(ActivateBody),
        querystring: WarningsQuery,
        response: { 200: PublishedView },
      },
      validatorCompiler: acceptAll,
      config: { startsSending: true },
    },
    async (request) => {
      const etag = seenEtagOf(request.body);
      assertSeen(await readAutomation(db, refOf(request), 'series'), etag);
      const now = await sideNow(request.actor.workspaceId);
      const { settings: workspace } = request.actor;
      const transition = 'activate';
      const checks = { db, listState: deps.listState ?? unknownList };
      const about = { workspace, now, transition } as const;
      const warnings = await checkBeforePublishing(checks, refOf(request), about);
      const series = await moveSeries(db, refOf(request), { transition, now, etag });
      catalog.drop(series);
      onChanged();
      const view = seriesViewOf(series);
      // Nothing was read from the query either: see `acceptAll`.
      const isAsked = String(request.query.warnings) === 'true';
      return isAsked ? { ...view, warnings: warnings.map(findingViewOf) } : view;
    },
  );

  for (const [name, summary] of Object.entries(TRANSITIONS)) {
    const transition = name as Transition;
    app.post(
      `/series/:id/${transition}`,
      { schema: { tags, summary, params, response: { 200: SeriesView } } },
      async (request) => {
        const now = await sideNow(request.actor.workspaceId);
        const series = await moveSeries(db, refOf(request), { transition, now });
        catalog.drop(series);
        onChanged();
        return seriesViewOf(series);
      },
    );
  }
}

const unknownList: ListState = async () => 'active';

/** The body is checked by the use case, which reports every fault with its path; the schema documents it. */
const acceptAll = () => () => true;

interface IdRequest {
  readonly actor: { readonly workspaceId: string };
  readonly params: { readonly id: string };
}

const refOf = ({ actor, params: { id } }: IdRequest) => ({
  workspaceId: actor.workspaceId,
  id: storedIdOf(id),
});

const scanViewOf = ({ kind, looked, entered, total, startedAt, finishedAt }: Scan) => ({
  kind,
  looked,
  entered,
  total,
  started_at: startedAt.toISOString(),
  finished_at: finishedAt?.toISOString() ?? null,
});

/** A series as the API shows it. */
export const seriesViewOf = ({
  id,
  name,
  status,
  version,
  draft,
  createdAt,
  updatedAt,
}: Automation) => ({
  id,
  type: 'series' as const,
  name,
  status,
  version,
  settings: draft['settings'] as object,
  steps: shownSteps(draft['steps'] as readonly Readonly<Record<string, unknown>>[]),
  etag: fingerprintOf({ name, draft }),
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});

/** A series of a list, with what lists show of it. */
const listedViewOf = (series: Automation, counts: ListedCounts | undefined) => ({
  ...seriesViewOf(series),
  counts: {
    in_flight: counts?.inFlight ?? 0,
    sent_7d: counts?.sentWeek ?? 0,
    entered_7d: counts?.enteredWeek ?? 0,
    goal_rate: goalRateOf(series, counts),
  },
  edited_at: isoOf(counts?.editedAt ?? null),
  edited_by: counts?.editedBy ?? null,
});

const RATE_DIGITS = 10_000;

function goalRateOf({ draft }: Automation, counts: ListedCounts | undefined): number | null {
  const { goal = null } = (draft['settings'] ?? {}) as { readonly goal?: unknown };
  if (goal === null || counts === undefined || counts.enteredMonth <= 0) return null;
  return Math.round((counts.goalsMonth / counts.enteredMonth) * RATE_DIGITS) / RATE_DIGITS;
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { PageQuery } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import {
  assertSeen,
  lastContent,
  listVersions,
  readAutomation,
  readVersion,
  seriesInvalid,
  checkBeforePublishing,
  findingViewOf,
  seriesViewOf,
  type ListState,
  updateContent,
  WarningsQuery,
  type SeriesCatalog,
} from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { previewResume, resumeFieldsOf, resumeSeries } from '../resume.ts';
import { sideNow } from '../sql/leave.ts';
import { countWaitingByVersion, lastMigrations } from '../sql/versions.ts';
import { previewPublish } from './preview.ts';
import { dryRunFaults, isDryRun, publishCallOf, publishSeries } from './publish.ts';
import * as schema from './schema.ts';
import * as view from './views.ts';

export interface VersionRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** Called after something changed that workers should look at soon. */
  readonly onChanged: () => void;
  /** What is known of a list that an email names; without it lists are only looked at when sending. */
  readonly listState?: ListState;
}

type App = Parameters<FastifyPluginAsyncTypebox<VersionRouteDeps>>[0];

const tags = ['series'];
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const CONTENT_SHOWN_MAX = 100;
const MIGRATIONS_SHOWN_MAX = 20;

/** Changing a series while people are in it. Registered inside the authenticated scope. */
export const versionRoutes: FastifyPluginAsyncTypebox<VersionRouteDeps> = async (app, deps) => {
  addPublish(app, deps);
  addResume(app, deps);
  addContent(app, deps);
  addReading(app, deps);
};

/** Bodies may be left out, and are read by functions that report every fault with its path. */
const acceptAll = () => () => true;

const refOf = (actor: RequestActor, id: string) => ({
  workspaceId: actor.workspaceId,
  id: storedIdOf(id),
});

const sideOf = ({ workspaceId, timezone }: RequestActor) => ({ id: workspaceId, timezone });

function addPublish(app: App, deps: VersionRouteDeps): void {
  const { db, onChanged } = deps;
  app.post(
    '/series/:id/publish',
    {
      schema: {
        tags,
        summary: 'Publish the draft as the next version, which new enrollments enter',
        description:
          'People in flight stay on the version that they entered, or are moved to this one by the ids ' +
          'of their steps. No step id is sent twice to anybody in one enrollment; people on a step ' +
          'that is gone go to the next one that is not. With `dry_run` only what would happen is told, ' +
          'and with `etag` nothing is published but the draft that had it.',
        params: Params,
        body: schema.PublishBody,
        querystring: WarningsQuery,
        response: { 200: schema.PublishAnswer },
      },
      validatorCompiler: acceptAll,
    },
    async ({ actor, params, body, query }) => {
      const ref = refOf(actor, params.id);
      const { inFlight, isDryRun: isAsked, etag } = publishCallOf(body);
      const { workspaceId, id: automationId } = ref;
      assertSeen(await readAutomation(db, ref, 'series'), etag);
      if (isAsked) {
        const preview = await previewPublish(deps, sideOf(actor), { automationId, inFlight });
        const series = seriesViewOf(await readAutomation(db, ref, 'series'));
        return { ...series, preview: view.publishPreviewViewOf(preview, inFlight) };
      }
      const now = await sideNow(db, workspaceId);
      const checks = { db, listState: deps.listState ?? (async () => 'active' as const) };
      const about = { workspace: actor.settings, now, transition: 'publish' } as const;
      const warnings = (await checkBeforePublishing(checks, ref, about)).map(findingViewOf);
      const published = await publishSeries(deps, ref, { inFlight, now, etag });
      // Nothing was read from the query either: see `acceptAll`.
      const plain = seriesViewOf(published);
      const series = String(query.warnings) === 'true' ? { ...plain, warnings } : plain;
      onChanged();
      if (inFlight === 'stay') return series;
      const waiting = await countWaitingByVersion(db, { workspaceId, automationId });
      const [migration] = await lastMigrations(db, { automationId, limit: 1 });
      if (migration === undefined) return series;
      return { ...series, migration: view.migrationViewOf(migration, waiting) };
    },
  );

  app.get(
    '/series/:id/publish/preview',
    {
      schema: {
        tags,
        summary: 'Count what publishing the draft would do to the people in flight',
        params: Params,
        querystring: Type.Object({
          in_flight: Type.Enum(['stay', 'migrate'], { default: 'migrate' }),
        }),
        response: { 200: schema.PublishPreviewView },
      },
    },
    async ({ actor, params, query: { in_flight: inFlight } }) => {
      const { id: automationId } = refOf(actor, params.id);
      const preview = await previewPublish(deps, sideOf(actor), { automationId, inFlight });
      return view.publishPreviewViewOf(preview, inFlight);
    },
  );
}

function addResume(app: App, deps: VersionRouteDeps): void {
  const { db, catalog, onChanged } = deps;
  app.post(
    '/series/:id/resume',
    {
      schema: {
        tags,
        summary: 'Go on; what fell due in the pause is sent, skipped, or ends the enrollment',
        description: 'With `dry_run` only what would happen is told.',
        params: Params,
        body: schema.ResumeBody,
        response: { 200: schema.ResumeAnswer },
      },
      validatorCompiler: acceptAll,
      config: { startsSending: true },
    },
    async ({ actor, params, body }) => {
      const ref = refOf(actor, params.id);
      const fields = resumeFieldsOf(body);
      const faults = dryRunFaults(fields);
      if (faults.length > 0) throw seriesInvalid(faults);
      if (isDryRun(fields)) {
        const preview = await previewResume(deps, ref, fields);
        const series = seriesViewOf(await readAutomation(db, ref, 'series'));
        return { ...series, preview: view.resumePreviewViewOf(preview) };
      }
      const series = await resumeSeries(deps, ref, fields);
      catalog.drop(series);
      onChanged();
      return seriesViewOf(series);
    },
  );
}

function addContent(app: App, { db, catalog }: VersionRouteDeps): void {
  app.post(
    '/series/:id/content_update',
    {
      schema: {
        tags,
        summary:
          'Correct emails in the draft and in all published versions, without moving anybody',
        description: 'Takes effect within a second. Null takes a field away.',
        params: Params,
        body: schema.ContentUpdateBody,
        response: { 200: schema.ContentUpdateAnswer },
      },
      validatorCompiler: acceptAll,
    },
    async ({ actor, params, body }) => {
      const ref = refOf(actor, params.id);
      const now = await sideNow(db, ref.workspaceId);
      const { series, revision, versions } = await updateContent(db, ref, { body, now });
      catalog.drop(series);
      return { ...seriesViewOf(series), content_update: { revision, versions: [...versions] } };
    },
  );
}

function addReading(app: App, { db }: VersionRouteDeps): void {
  app.get(
    '/series/:id/versions',
    {
      schema: {
        tags,
        summary: 'List versions, youngest first, with who is on them and what changes them',
        params: Params,
        querystring: Type.Object(PageQuery),
        response: { 200: schema.VersionList },
      },
    },
    async ({ actor, params, query: { limit, cursor } }) => {
      const ref = refOf(actor, params.id);
      const series = await readAutomation(db, ref, 'series');
      const { workspaceId, id: automationId } = ref;
      // Versions go by number: several may be published while a test clock stands still.
      const before = afterOf(cursor)?.at.getTime() ?? null;
      const page = await listVersions(db, { automationId, before, limit: limit + 1 });
      const waiting = await countWaitingByVersion(db, { workspaceId, automationId });
      const active = view.activeByVersion(waiting);
      const content = await lastContent(db, { automationId, limit: CONTENT_SHOWN_MAX });
      const migrations = await lastMigrations(db, { automationId, limit: MIGRATIONS_SHOWN_MAX });
      const versions = pageOf(page, {
        limit,
        keyOf: ({ number }) => ({ at: new Date(number), id: automationId }),
        viewOf: ({ number, publishedAt }) => ({
          number,
          is_current: number === series.version,
          active: active.get(number) ?? 0,
          published_at: publishedAt.toISOString(),
        }),
      });
      return {
        ...versions,
        content_updates: content.map(view.contentViewOf),
        migrations: migrations.map((one) => view.migrationViewOf(one, waiting)),
      };
    },
  );

  app.get(
    '/series/:id/versions/:number',
    {
      schema: {
        tags,
        summary: 'Read a version as it is sent now',
        params: Type.Object({
          ...Params.properties,
          number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
        }),
        response: { 200: schema.OneVersion },
      },
    },
    async ({ actor, params: { id, number } }) => {
      const ref = refOf(actor, id);
      const series = await readAutomation(db, ref, 'series');
      const { workspaceId, id: automationId } = ref;
      const { version, content } = await readVersion(db, { automationId, number });
      const waiting = (await countWaitingByVersion(db, { workspaceId, automationId })).filter(
        (one) => one.version === number,
      );
      return {
        number,
        is_current: number === series.version,
        active: view.activeByVersion(waiting).get(number) ?? 0,
        published_at: version.publishedAt.toISOString(),
        settings: version.settings,
        steps: [...version.steps],
        waiting: waiting.map(({ stepId, count }) => ({ step_id: stepId, count })),
        content_updates: content.map(view.contentViewOf),
      };
    },
  );
}

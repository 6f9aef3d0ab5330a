import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ConsentKey } from '../../consent/index.ts';
import type { Pool } from '../../platform/db.ts';
import { PageQuery } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { canonicalZone } from '../../schedule/zone.ts';
import { afterOf, pageOf, PAGE_LIMIT, PAGE_LIMIT_MAX } from '../../platform/page.ts';
import { readAutomation, type Automation, type SeriesCatalog } from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { explain, explainAll, EXPLAINED_MAX } from '../explain/explain.ts';
import { assertUser } from '../remove.ts';
import { seriesStats } from '../stats.ts';
import { timeline, TIMELINE_KINDS, type TimelineKind } from '../timeline.ts';
import { upcoming, UPCOMING_DAYS_MAX } from '../upcoming.ts';
import { timelineAfterOf, timelineCursorOf } from './cursor.ts';
import * as schema from './schema.ts';
import { zoneInvalid } from './errors.ts';
import { explanationView, statsView, timelineItemView, upcomingView } from './view.ts';

export interface InsightRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly consentKey: ConsentKey;
}

const User = Type.Object({ user_id: Type.String({ maxLength: 255 }) });
const SeriesId = Type.String({ maxLength: 64 });
const EXPLAINED = 20;
const KINDS_PATTERN = `^(?:${TIMELINE_KINDS.join('|')})(?:,(?:${TIMELINE_KINDS.join('|')}))*$`;

/** Where people are, why, and what comes: for reading only. Registered inside the authenticated scope. */
export const insightRoutes: FastifyPluginAsyncTypebox<InsightRouteDeps> = async (app, deps) => {
  addExplain(app, deps);
  addTimeline(app, deps);
  addUpcoming(app, deps);
  addStats(app, deps);
};

type App = Parameters<FastifyPluginAsyncTypebox<InsightRouteDeps>>[0];

const seriesOf = (db: Pool, { workspaceId }: RequestActor, id: string): Promise<Automation> =>
  readAutomation(db, { workspaceId, id: storedIdOf(id) }, 'series');

function addExplain(app: App, deps: InsightRouteDeps): void {
  app.get(
    '/users/:user_id/explain',
    {
      schema: {
        tags: ['users'],
        summary: 'Say why a user is where they are in a series, and what comes next',
        description:
          'Without series_id: a page of every series that the user is or was in, and of every one ' +
          'that they could have entered and did not, youngest series first.',
        params: User,
        querystring: Type.Object({
          series_id: Type.Optional(SeriesId),
          limit: Type.Integer({ minimum: 1, maximum: EXPLAINED_MAX, default: EXPLAINED }),
          cursor: PageQuery.cursor,
        }),
        response: { 200: schema.ExplainAnswer },
      },
    },
    async ({ actor, params: { user_id: userExternalId }, query }) => {
      const { workspaceId: id, timezone, side } = actor;
      const workspace = { id, timezone, side };
      const { series_id: seriesId, limit, cursor } = query;
      if (seriesId !== undefined) {
        await assertUser(deps.db, { workspaceId: id, userExternalId });
        const automation = await seriesOf(deps.db, actor, seriesId);
        return explanationView(await explain(deps, { workspace, userExternalId, automation }));
      }
      const after = afterOf(cursor);
      const ask = { workspace, userExternalId, after, limit };
      const { explanations, next } = await explainAll(deps, ask);
      return { data: explanations.map(explanationView), next_cursor: cursorOf(next) };
    },
  );
}

/** A cursor as lists give it, where the next page begins after something that is not in this one. */
function cursorOf(after: { at: Date; id: string } | null): string | null {
  if (after === null) return null;
  const keyOf = () => after;
  return pageOf([after, after], { limit: 1, keyOf, viewOf: () => null }).next_cursor;
}

function addTimeline(app: App, deps: InsightRouteDeps): void {
  app.get(
    '/users/:user_id/timeline',
    {
      schema: {
        tags: ['users'],
        summary: 'Everything that happened to a user, youngest first',
        description:
          'How they became known, entering and leaving series, each step, what became of each ' +
          'message, their events, what mail they chose, and suppressions. Changes of traits are ' +
          'not kept one by one.',
        params: User,
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT }),
          cursor: PageQuery.cursor,
          kinds: Type.Optional(
            Type.String({
              pattern: KINDS_PATTERN,
              maxLength: 200,
              description: `Only these, with commas between: ${TIMELINE_KINDS.join(', ')}`,
            }),
          ),
        }),
        response: { 200: schema.TimelineView },
      },
    },
    async ({ actor, params: { user_id: userExternalId }, query }) => {
      const { limit, cursor } = query;
      const workspace = { id: actor.workspaceId, timezone: actor.timezone };
      const after = timelineAfterOf(cursor);
      const kinds = (query.kinds?.split(',') as TimelineKind[] | undefined) ?? null;
      const items = await timeline(deps, { workspace, userExternalId, kinds, after, limit });
      const last = items.length > limit ? items[limit - 1] : undefined;
      return {
        data: items.slice(0, limit).map(timelineItemView),
        next_cursor: last === undefined ? null : timelineCursorOf(last),
      };
    },
  );
}

function addUpcoming(app: App, deps: InsightRouteDeps): void {
  app.get(
    '/upcoming',
    {
      schema: {
        tags: ['series'],
        summary: 'Planned sends of the days to come, by hour and series or broadcast',
        description:
          'From the queue: each person counts once, with the step that waits. The steps after it are ' +
          'not planned yet. Of a broadcast that is being sent, everybody who still waits for their turn.',
        querystring: Type.Object({
          days: Type.Integer({
            minimum: 1,
            maximum: UPCOMING_DAYS_MAX,
            default: UPCOMING_DAYS_MAX,
          }),
          series_id: Type.Optional(SeriesId),
          timezone: Type.String({
            default: 'UTC',
            maxLength: 100,
            description: 'Whose hours are counted: that of the one who looks',
          }),
        }),
        response: { 200: schema.UpcomingView },
      },
    },
    async ({ actor, query: { days, series_id: seriesId, timezone: named } }) => {
      const { workspaceId } = actor;
      const zone = canonicalZone(named);
      if (zone === null) throw zoneInvalid();
      const automationId =
        seriesId === undefined ? null : (await seriesOf(deps.db, actor, seriesId)).id;
      const timezone = zone === 'UTC' ? null : zone;
      const ask = { workspaceId, automationId, days, timezone };
      return { ...upcomingView(await upcoming(deps, ask)), timezone: zone };
    },
  );
}

function addStats(app: App, { db, catalog }: InsightRouteDeps): void {
  app.get(
    '/series/:id/stats',
    {
      schema: {
        tags: ['series'],
        summary: 'Count people, steps and messages; the ledger adds up',
        params: Type.Object({ id: SeriesId }),
        response: { 200: schema.StatsView },
      },
    },
    async ({ actor, params }) => {
      const { id: automationId, version: number } = await seriesOf(db, actor, params.id);
      const { workspaceId, timezone: workspaceTimezone } = actor;
      const published =
        number === null ? null : await catalog.version({ automationId, number, workspaceTimezone });
      return statsView(await seriesStats(db, { workspaceId, automationId, published }));
    },
  );
}

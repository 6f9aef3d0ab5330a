import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ConsentKey } from '../consent/index.ts';
import type { Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { Nullable, PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import {
  checkStep,
  deleteDraft,
  FindingView,
  findingViewOf,
  type ListState,
  SeenEtag,
  type SeriesCatalog,
} from '../series/index.ts';
import { countAudience } from './audience-count.ts';
import { checkableOf } from './draft.ts';
import { BROADCAST_STATES, type Broadcast } from './broadcast.ts';
import { assertSeen } from './etag.ts';
import {
  changeBroadcast,
  createBroadcast,
  duplicateBroadcast,
  moveBroadcast,
  readBroadcast,
  scheduleBroadcast,
  type BroadcastRef,
} from './change-broadcast.ts';
import { recipientsPage } from './list-recipients.ts';
import {
  AudienceCountView,
  BroadcastBody,
  BroadcastChange,
  BroadcastStatsView,
  BroadcastView,
  CountBody,
  RECIPIENT_OUTCOMES,
  RecipientView,
  ScheduleBody,
  SendBody,
} from './schema.ts';
import { listBroadcasts } from './sql/broadcasts.ts';
import { readStats } from './sql/stats.ts';
import { statsOf } from './stats.ts';
import { broadcastViewOf, recipientViewOf, statsViewOf } from './views.ts';

export interface BroadcastRouteDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly consentKey: ConsentKey;
  /** Whether a list may be named in an email. */
  readonly listState: ListState;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** Called when there may be something for `broadcastTick`. */
  readonly onChanged?: () => void;
}

type App = Parameters<FastifyPluginAsyncTypebox<BroadcastRouteDeps>>[0];

const tags = ['broadcasts'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const one = { 200: BroadcastView };

/** `/api/v1/broadcasts`. Registered inside the authenticated scope. */
export const broadcastRoutes: FastifyPluginAsyncTypebox<BroadcastRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addDrafts(app, deps);
  addSending(app, deps);
  addCounting(app, deps);
  addChecks(app, deps);
  addProgress(app, deps);
};

/** The use case reports every fault with its path; the schema documents it. */
const validatorCompiler = () => () => true;

type Request = Pick<FastifyRequest, 'actor'> & { readonly params: { readonly id: string } };

const refOf = ({ actor: { workspaceId }, params: { id } }: Request): BroadcastRef => ({
  workspaceId,
  id: storedIdOf(id),
});

function addReading(app: App, { db }: BroadcastRouteDeps): void {
  const querystring = Type.Object({
    ...PageQuery,
    status: Type.Optional(Type.Enum([...BROADCAST_STATES])),
  });
  const response = { 200: pageSchema(BroadcastView) };
  app.get(
    '/broadcasts',
    { schema: { tags, summary: 'List broadcasts', querystring, response } },
    async ({ actor: { workspaceId }, query: { limit, cursor, status = null } }) => {
      const page = { state: status, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listBroadcasts(db, { workspaceId, ...page });
      const keyOf = ({ createdAt, id }: Broadcast) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: broadcastViewOf });
    },
  );

  app.get(
    '/broadcasts/:id',
    { schema: { tags, summary: 'Read a broadcast', params, response: one } },
    async (request) => broadcastViewOf(await readBroadcast(db, refOf(request))),
  );
}

function addDrafts(app: App, { db, catalog, sideNow, onChanged }: BroadcastRouteDeps): void {
  const summary = 'Create a broadcast as a draft';
  app.post(
    '/broadcasts',
    {
      schema: { tags, summary, body: BroadcastBody, response: { 201: BroadcastView } },
      validatorCompiler,
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const now = await sideNow(workspaceId);
      void reply.code(201);
      return broadcastViewOf(await createBroadcast(db, { workspaceId, body, now }));
    },
  );

  app.post(
    '/broadcasts/:id/duplicate',
    {
      schema: {
        tags,
        summary: 'Copy a broadcast as a new draft, without its send time',
        params,
        response: { 201: BroadcastView },
      },
    },
    async (request, reply) => {
      const now = await sideNow(request.actor.workspaceId);
      void reply.code(201);
      return broadcastViewOf(await duplicateBroadcast(db, refOf(request), { now }));
    },
  );

  app.put(
    '/broadcasts/:id',
    {
      schema: { tags, summary: 'Replace a draft', params, body: BroadcastChange, response: one },
      validatorCompiler,
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      const changed = await changeBroadcast(db, refOf(request), { body: request.body, now });
      catalog.drop(refOf(request));
      onChanged?.();
      return broadcastViewOf(changed);
    },
  );

  app.delete(
    '/broadcasts/:id',
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
      const assertIsMeant = (found: Pick<Broadcast, 'name' | 'draft'>) => assertSeen(found, etag);
      await deleteDraft(db, refOf(request), { type: 'broadcast', assertIsMeant });
      catalog.drop(refOf(request));
      return reply.code(204).send(null);
    },
  );
}

const MOVES = {
  pause: 'Pause a broadcast: nothing leaves after the answer',
  resume: 'Resume a broadcast where it was paused',
  cancel: 'Cancel a broadcast: what has not begun to leave never will',
} as const;

function addSending(app: App, { db, catalog, sideNow, onChanged }: BroadcastRouteDeps): void {
  const done = (request: Request, broadcast: Broadcast) => {
    catalog.drop(refOf(request));
    onChanged?.();
    return broadcastViewOf(broadcast);
  };

  app.post(
    '/broadcasts/:id/send',
    {
      schema: {
        tags,
        summary: 'Send a broadcast at once',
        params,
        body: Type.Optional(SendBody),
        response: one,
      },
      validatorCompiler,
      config: { startsSending: true },
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      const order = { move: 'send', body: request.body, now } as const;
      return done(request, await scheduleBroadcast(db, refOf(request), order));
    },
  );

  app.post(
    '/broadcasts/:id/schedule',
    {
      schema: {
        tags,
        summary: 'Order when a broadcast is sent',
        params,
        body: Type.Optional(ScheduleBody),
        response: one,
      },
      validatorCompiler,
      config: { startsSending: true },
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      const order = { move: 'schedule', body: request.body, now } as const;
      return done(request, await scheduleBroadcast(db, refOf(request), order));
    },
  );

  for (const move of ['pause', 'resume', 'cancel'] as const) {
    app.post(
      `/broadcasts/:id/${move}`,
      {
        schema: { tags, summary: MOVES[move], params, response: one },
        config: { startsSending: move === 'resume' },
      },
      async (request) => {
        const now = await sideNow(request.actor.workspaceId);
        return done(request, await moveBroadcast(db, refOf(request), { move, now }));
      },
    );
  }
}

function addCounting(app: App, { db, consentKey: key, sideNow }: BroadcastRouteDeps): void {
  const counted = async (request: Request, body: unknown) => {
    const { workspaceId, timezone, settings } = request.actor;
    const broadcast = await readBroadcast(db, refOf(request));
    const side = { timezone, cap: settings.limits.emails, now: await sideNow(workspaceId) };
    return countAudience({ db, key }, broadcast, { body, side });
  };
  const response = { 200: AudienceCountView };
  const summary = 'Count whom a broadcast would reach, and whom not and why';

  app.get(
    '/broadcasts/:id/audience_count',
    { schema: { tags, summary, params, response } },
    async (request) => counted(request, null),
  );

  app.post(
    '/broadcasts/:id/audience_count',
    {
      config: { role: 'viewer' },
      schema: { tags, summary, params, body: Type.Optional(CountBody), response },
      validatorCompiler,
    },
    async (request) => counted(request, request.body),
  );
}

function addProgress(app: App, { db }: BroadcastRouteDeps): void {
  app.get(
    '/broadcasts/:id/stats',
    {
      schema: {
        tags,
        summary: 'How far a broadcast is',
        params,
        response: { 200: BroadcastStatsView },
      },
    },
    async (request) => {
      const broadcast = await readBroadcast(db, refOf(request));
      return statsViewOf(broadcast, statsOf(broadcast, await readStats(db, broadcast.id)));
    },
  );

  const querystring = Type.Object({
    ...PageQuery,
    outcome: Type.Optional(Type.Enum([...RECIPIENT_OUTCOMES])),
    user_id: Type.Optional(Type.String({ maxLength: 255 })),
  });
  const response = {
    200: Type.Object({ data: Type.Array(RecipientView), next_cursor: Nullable(Type.String()) }),
  };
  app.get(
    '/broadcasts/:id/recipients',
    {
      schema: {
        tags,
        summary: 'What became of each of the audience; with outcome a page may be short',
        params,
        querystring,
        response,
      },
    },
    async (request) => {
      const { outcome = null, user_id: userId = null, cursor, limit } = request.query;
      const broadcast = await readBroadcast(db, refOf(request));
      const page = { outcome, userId, cursor, limit };
      const { found, nextCursor } = await recipientsPage(db, broadcast, page);
      return { data: found.map(recipientViewOf), next_cursor: nextCursor };
    },
  );
}

function addChecks(app: App, { db, listState, sideNow }: BroadcastRouteDeps): void {
  app.get(
    '/broadcasts/:id/checks',
    {
      schema: {
        tags,
        summary: 'Check the email of the draft as it would be sent now',
        params,
        response: { 200: Type.Object({ data: Type.Array(FindingView) }) },
      },
    },
    async ({ actor: { workspaceId, settings }, params: { id } }) => {
      const { draft } = await readBroadcast(db, { workspaceId, id: storedIdOf(id) });
      const step = checkableOf(draft);
      const now = await sideNow(workspaceId);
      const about = { step, workspaceId, workspace: settings, now };
      const findings = await checkStep({ db, listState }, about);
      const stepId = String(step['id']);
      return { data: findings.map((finding) => findingViewOf({ ...finding, stepId })) };
    },
  );
}

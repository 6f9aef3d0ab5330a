import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { Instant, isoOf, Nullable } from '../platform/http.ts';
import { bucketOf, uuidv7In } from '../platform/ids.ts';
import type { LinkTracker } from './link-tracker.ts';
import { percentOf, WINDOW_DAYS } from './rates.ts';
import type { SeenVisit } from './record-visits.ts';
import { resumeSending, sendingState, type SendingState } from './sending.ts';
import type { Pause } from './sql/pauses.ts';
import type { VisitQueue } from './visit-queue.ts';

export interface VisitRouteDeps {
  readonly tracker: LinkTracker;
  readonly visits: Pick<VisitQueue, 'add'>;
  readonly clock: { now(): Date };
}

/** A transparent picture of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
/** One answer to every link that is none of ours. It names nothing that was asked for. */
const UNKNOWN_LINK =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">' +
  '<title>Unknown link</title><p>This link is not known here.</p></html>';
/** Half a kilobyte of what strangers write is enough. */
const USER_AGENT_LENGTH_MAX = 512;
const hidden = { schema: { hide: true } };

/** `/o/…` and `/c/…`, which emails lead to. For everybody: registered at the root, without a scope. */
export const visitRoutes: FastifyPluginAsyncTypebox<VisitRouteDeps> = async (
  app,
  { tracker, visits, clock },
) => {
  const seen = (request: FastifyRequest, of: Omit<SeenVisit, keyof Requested>): SeenVisit => ({
    ...of,
    ...requestedOf(request, { messageId: of.messageId, at: clock.now() }),
  });

  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/o/:token.gif',
    ...hidden,
    handler: async (request, reply) => {
      const messageId = tracker.opened(request.params.token);
      if (messageId !== null) {
        const visit = {
          kind: 'opened',
          messageId,
          linkId: null,
          url: null,
          isTrap: false,
        } as const;
        visits.add(seen(request, visit));
      }
      return uncached(reply).type('image/gif').send(PIXEL);
    },
  });

  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/c/:token',
    ...hidden,
    handler: async (request, reply) => {
      const followed = tracker.followed(request.params.token);
      if (followed === null) return unknownLink(reply);
      const { messageId, linkId } = followed;
      const url = linkId === null ? null : await tracker.targetOf(linkId);
      if (linkId !== null && url === null) return unknownLink(reply);
      const visit = { kind: 'clicked', messageId, linkId, url, isTrap: linkId === null } as const;
      visits.add(seen(request, visit));
      if (url === null) return unknownLink(reply);
      return uncached(reply).redirect(locationOf(url), 302);
    },
  });
};

type Requested = Pick<SeenVisit, 'id' | 'at' | 'method' | 'userAgent' | 'isPrefetch'>;

function requestedOf(
  { method, headers }: FastifyRequest,
  { messageId, at }: { messageId: string; at: Date },
): Requested {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'] ?? '';
  return {
    id: uuidv7In(bucketOf(messageId), at),
    at,
    method,
    userAgent: (headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MAX),
    isPrefetch: /prefetch|prerender|preview/i.test(String(purpose)),
  };
}

const uncached = (reply: FastifyReply): FastifyReply =>
  reply
    .header('Cache-Control', 'no-store, private')
    .header('X-Robots-Tag', 'noindex, nofollow')
    .header('Referrer-Policy', 'no-referrer');

const unknownLink = (reply: FastifyReply): FastifyReply =>
  uncached(reply).code(404).type('text/html; charset=utf-8').send(UNKNOWN_LINK);

/** A header holds only ASCII without controls; what an address may hold beyond that is encoded. */
const locationOf = (url: string): string =>
  url.replaceAll(/[^\u{21}-\u{7e}]+/gu, (text) => encodeURIComponent(text.toWellFormed()));

export interface SendingRouteDeps {
  readonly db: Pool;
  /** The real time, by the database's clock. */
  readonly now: () => Date;
}

const PauseView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  series_id: Nullable(Type.String({ format: 'uuid' })),
  rule: Type.Enum(['bounces', 'complaints']),
  sent: Type.Integer(),
  count: Type.Integer(),
  percent: Type.Number(),
  limit_percent: Type.Number(),
  paused_at: Instant,
});
const SendingView = Type.Object({
  paused: Type.Boolean(),
  pause: Nullable(PauseView),
  series_pauses: Type.Array(PauseView),
  last_days: Type.Object({
    days: Type.Integer(),
    sent: Type.Integer(),
    bounced: Type.Integer(),
    complained: Type.Integer(),
    bounce_percent: Type.Number(),
    complaint_percent: Type.Number(),
  }),
  limits: Type.Object({
    enabled: Type.Boolean(),
    bounce_percent: Type.Number(),
    complaint_percent: Type.Number(),
    min_sends: Type.Integer(),
  }),
});

/** `/api/v1/sending`. Registered inside the authenticated scope. */
export const sendingRoutes: FastifyPluginAsyncTypebox<SendingRouteDeps> = async (
  app,
  { db, now },
) => {
  const viewFor = async ({ actor: { workspaceId, settings } }: FastifyRequest) =>
    sendingViewOf(await sendingState(db, { workspaceId, now: now() }), settings.autoPause);
  const response = { 200: SendingView };
  const summary = 'Whether this side may send, and the rates that decide it';
  app.get('/sending', { schema: { tags: ['sending'], summary, response } }, viewFor);

  app.post(
    '/sending/resume',
    {
      schema: {
        tags: ['sending'],
        summary: 'Let this side send again; series stay paused until each is resumed',
        response,
      },
    },
    async (request) => {
      await resumeSending(db, { workspaceId: request.actor.workspaceId });
      return viewFor(request);
    },
  );
};

const sendingViewOf = (
  { pause, seriesPauses, window }: SendingState,
  rule: { enabled: boolean; bouncePercent: number; complaintPercent: number; minSends: number },
) => ({
  paused: pause !== null,
  pause: pause === null ? null : pauseViewOf(pause),
  series_pauses: seriesPauses.map(pauseViewOf),
  last_days: {
    days: WINDOW_DAYS,
    ...window,
    bounce_percent: percentOf(window.bounced, window.sent),
    complaint_percent: percentOf(window.complained, window.sent),
  },
  limits: {
    enabled: rule.enabled,
    bounce_percent: rule.bouncePercent,
    complaint_percent: rule.complaintPercent,
    min_sends: rule.minSends,
  },
});

/** A pause as the API shows it. */
const pauseViewOf = ({ id, automationId, rule, figures, pausedAt }: Pause) => ({
  id,
  series_id: automationId,
  rule,
  sent: figures.sent,
  count: figures.count,
  percent: figures.percent,
  limit_percent: figures.limitPercent,
  paused_at: isoOf(pausedAt) ?? '',
});

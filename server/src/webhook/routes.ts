import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PageQuery, pageSchema } from '../platform/http.ts';
import { storedIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { EventEnvelope, EVENT_TYPES } from './event-types.ts';
import {
  changeWebhook,
  createWebhook,
  readWebhook,
  removeWebhook,
  replayDelivery,
  replayPeriod,
  rotateSecret,
  sendTestEvent,
  TEST_TYPE,
  type WebhookDeps,
  type WebhookInput,
} from './manage.ts';
import {
  ChangeWebhookBody,
  DeliveryQuery,
  deliveryViewOf,
  DeliveryView,
  EventTypesView,
  NewWebhookBody,
  ReplayBody,
  ReplayView,
  TestBody,
  webhookViewOf,
  WebhookView,
  WebhookWithSecret,
} from './schema.ts';
import { listDeliveries } from './sql/deliveries.ts';
import { listWebhooks } from './sql/webhooks.ts';

export interface WebhookRouteDeps extends WebhookDeps {
  /** The real time. */
  readonly now: () => Date;
  /** Told when something may have become due. */
  readonly onChanged: () => void;
}

const Params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const DeliveryParams = Type.Object({
  id: Type.String({ maxLength: 100 }),
  delivery_id: Type.String({ maxLength: 100 }),
});
const tags = ['webhooks'];
const config = { role: 'owner' } as const;
/** The secret is not kept for a repeated call in plain text. */
const secretConfig = { role: 'owner', isAnswerSecret: true } as const;

/** `/api/v1/webhooks` and `/event_types`. Registered inside the authenticated scope. */
export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addWriting(app, deps);
  addSecret(app, deps);
  addLog(app, deps);
  addReplays(app, deps);
};

type App = Parameters<typeof webhookRoutes>[0];

function inputOf(body: {
  url?: string;
  event_types?: string[];
  description?: string;
  is_enabled?: boolean;
}): WebhookInput {
  const { url, event_types: eventTypes, description, is_enabled: isEnabled } = body;
  return { url, eventTypes, description, isEnabled };
}

function addReading(app: App, { db }: WebhookRouteDeps): void {
  const types = EVENT_TYPES.map(({ name, description, data, sample }) => ({
    name,
    description,
    schema: data,
    sample,
  }));
  app.get(
    '/event_types',
    {
      schema: {
        tags,
        summary: 'List the types of events that webhooks get, with their JSON Schemas',
        response: { 200: EventTypesView },
      },
    },
    async () => ({ data: types, envelope: EventEnvelope }),
  );
  app.get(
    '/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'List the endpoints that get events',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(WebhookView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const rows = await listWebhooks(db, { workspaceId, limit: limit + 1, after });
      return pageOf(rows, {
        limit,
        keyOf: ({ createdAt: at, id }) => ({ at, id }),
        viewOf: webhookViewOf,
      });
    },
  );
  app.get(
    '/webhooks/:id',
    {
      config,
      schema: { tags, summary: 'Read an endpoint', params: Params, response: { 200: WebhookView } },
    },
    async ({ actor: { workspaceId }, params }) =>
      webhookViewOf(await readWebhook(db, { workspaceId, id: storedIdOf(params.id) })),
  );
}

function addWriting(app: App, { db, box, now, onChanged }: WebhookRouteDeps): void {
  app.post(
    '/webhooks',
    {
      config: secretConfig,
      schema: {
        tags,
        summary: 'Add an endpoint; its secret is shown this once',
        body: NewWebhookBody,
        response: { 201: WebhookWithSecret },
      },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const input = { ...inputOf(body), url: body.url, eventTypes: body.event_types };
      const created = { workspaceId, input, now: now() };
      const { webhook, secret } = await createWebhook({ db, box }, created);
      onChanged();
      void reply.code(201);
      return { ...webhookViewOf(webhook), secret };
    },
  );
  app.patch(
    '/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change an endpoint; what is left out stays',
        params: Params,
        body: ChangeWebhookBody,
        response: { 200: WebhookView },
      },
    },
    async ({ actor: { workspaceId }, params, body }) => {
      const change = { workspaceId, id: storedIdOf(params.id), input: inputOf(body), now: now() };
      const webhook = await changeWebhook({ db }, change);
      onChanged();
      return webhookViewOf(webhook);
    },
  );
  app.delete(
    '/webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Remove an endpoint with its log; what waits is not sent',
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params }, reply) => {
      await removeWebhook({ db }, { workspaceId, id: storedIdOf(params.id) });
      void reply.code(204);
      return null;
    },
  );
}

function addSecret(app: App, { db, box, now }: WebhookRouteDeps): void {
  app.post(
    '/webhooks/:id/rotate_secret',
    {
      config: secretConfig,
      schema: {
        tags,
        summary: 'Make a new secret; the old one signs beside it for 24 hours',
        params: Params,
        response: { 200: WebhookWithSecret },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const which = { workspaceId, id: storedIdOf(params.id), now: now() };
      const { webhook, secret } = await rotateSecret({ db, box }, which);
      return { ...webhookViewOf(webhook), secret };
    },
  );
}

function addLog(app: App, { db }: WebhookRouteDeps): void {
  app.get(
    '/webhooks/:id/deliveries',
    {
      config,
      schema: {
        tags,
        summary: 'List what an endpoint got, or is to get; kept for 30 days',
        params: Params,
        querystring: DeliveryQuery,
        response: { 200: pageSchema(DeliveryView) },
      },
    },
    async ({ actor: { workspaceId }, params, query: { limit, cursor, status } }) => {
      const after = afterOf(cursor);
      const { id: webhookId } = await readWebhook(db, { workspaceId, id: storedIdOf(params.id) });
      const page = { webhookId, status: status ?? null, limit: limit + 1, after };
      return pageOf(await listDeliveries(db, page), {
        limit,
        keyOf: ({ createdAt: at, id }) => ({ at, id }),
        viewOf: deliveryViewOf,
      });
    },
  );
}

function addReplays(app: App, { db, onChanged }: WebhookRouteDeps): void {
  app.post(
    '/webhooks/:id/deliveries/:delivery_id/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Send one event again, under its id',
        params: DeliveryParams,
        response: { 200: DeliveryView },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const deliveryId = storedIdOf(params.delivery_id);
      const which = { workspaceId, id: storedIdOf(params.id), deliveryId };
      const delivery = await replayDelivery({ db }, which);
      onChanged();
      return deliveryViewOf(delivery);
    },
  );
  app.post(
    '/webhooks/:id/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Send what happened in a period again, and what was never sent',
        params: Params,
        body: ReplayBody,
        response: { 200: ReplayView },
      },
    },
    async ({ actor: { workspaceId }, params, body: { from, to, types, status } }) => {
      const count = await replayPeriod(
        { db },
        {
          workspaceId,
          id: storedIdOf(params.id),
          from: new Date(from),
          to: new Date(to),
          types: types ?? null,
          status: status ?? null,
        },
      );
      onChanged();
      return { count };
    },
  );
  app.post(
    '/webhooks/:id/test',
    {
      config,
      schema: {
        tags,
        summary: 'Send a sample event',
        params: Params,
        body: TestBody,
        response: { 200: DeliveryView },
      },
    },
    async ({ actor: { workspaceId }, params, body: { type = TEST_TYPE } }) => {
      const test = { workspaceId, id: storedIdOf(params.id), type };
      const delivery = await sendTestEvent({ db }, test);
      onChanged();
      return deliveryViewOf(delivery);
    },
  );
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isoOf, PageQuery, pageSchema } from '../../platform/http.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import type { ConsentRouteDeps } from '../deps.ts';
import { countList, listLists, type Subscriber } from '../sql/lists.ts';
import { changeList, createList, readList, removeList } from './change-list.ts';
import { changeSubscribers, type SubscriberResult } from './change-subscribers.ts';
import { subscribersOf } from './subscribers.ts';
import type { List } from './list.ts';
import {
  CountedListView,
  LeaversBody,
  ListBody,
  ListPatch,
  ListView,
  State,
  SubscribersAnswer,
  SubscribersBody,
  SubscriberView,
} from './schema.ts';

type App = Parameters<FastifyPluginAsyncTypebox<ConsentRouteDeps>>[0];

const tags = ['consent'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** `/api/v1/lists`. Registered inside the authenticated scope. */
export const listRoutes: FastifyPluginAsyncTypebox<ConsentRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addChanges(app, deps);
  addArchiving(app, deps);
  addSubscribers(app, deps);
};

function addReading(app: App, { consent: { db } }: ConsentRouteDeps): void {
  app.get(
    '/lists',
    {
      schema: {
        tags,
        summary: 'List the kinds of mail that people may join or decline',
        querystring: Type.Object({ ...PageQuery, archived: Type.Optional(Type.Boolean()) }),
        response: { 200: pageSchema(ListView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, archived = null } }) => {
      const page = { isArchived: archived, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listLists(db, { workspaceId, ...page });
      const keyOf = ({ createdAt, id }: List) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: listViewOf });
    },
  );

  app.get(
    '/lists/:id',
    {
      schema: {
        tags,
        summary: 'Read a list, and how many people are on it',
        params,
        response: { 200: CountedListView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const list = await readList(db, { workspaceId, id });
      const isOptOut = list.kind === 'opt_out';
      const counts = await countList(db, { workspaceId, id: list.id, isOptOut });
      return { ...listViewOf(list), counts };
    },
  );
}

function addChanges(app: App, { consent: { db }, sideNow }: ConsentRouteDeps): void {
  app.post(
    '/lists',
    {
      schema: { tags, summary: 'Make a list', body: ListBody, response: { 201: ListView } },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const { name, description = '', kind, double_opt_in: doubleOptIn = false } = body;
      const input = { name, description, kind, doubleOptIn, tracking: body.tracking ?? {} };
      const list = await createList(db, { ...input, workspaceId, now: await sideNow(workspaceId) });
      void reply.code(201);
      return listViewOf(list);
    },
  );

  app.patch(
    '/lists/:id',
    {
      schema: {
        tags,
        summary: 'Change what is named of a list; its kind stays',
        params,
        body: ListPatch,
        response: { 200: ListView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const { double_opt_in: doubleOptIn, ...fields } = body;
      const patch = { ...fields, doubleOptIn };
      const now = await sideNow(workspaceId);
      return listViewOf(await changeList(db, { workspaceId, id, patch, now }));
    },
  );

  app.delete(
    '/lists/:id',
    {
      schema: {
        tags,
        summary: 'Delete an archived list; emails that name it go to nobody',
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      await removeList(db, { workspaceId, id });
      return reply.code(204).send(null);
    },
  );
}

function addArchiving(app: App, { consent: { db }, sideNow }: ConsentRouteDeps): void {
  const ways = [
    ['archive', true, 'Archive a list: emails that belong to it go to nobody'],
    ['unarchive', false, 'Take an archived list into use again'],
  ] as const;
  for (const [way, isArchived, summary] of ways) {
    app.post(
      `/lists/:id/${way}`,
      { schema: { tags, summary, params, response: { 200: ListView } } },
      async ({ actor: { workspaceId }, params: { id } }) => {
        const change = { workspaceId, id, patch: { isArchived }, now: await sideNow(workspaceId) };
        return listViewOf(await changeList(db, change));
      },
    );
  }
}

function addSubscribers(app: App, deps: ConsentRouteDeps): void {
  const { consent, sideNow } = deps;
  app.get(
    '/lists/:id/subscribers',
    {
      schema: {
        tags,
        summary: 'List the people in one state of a list',
        params,
        querystring: Type.Object({ ...PageQuery, state: Type.Optional(State) }),
        response: { 200: pageSchema(SubscriberView) },
      },
    },
    async ({ actor: { workspaceId }, params, query }) => {
      const { limit, cursor, state = 'subscribed' } = query;
      const list = await readList(consent.db, { workspaceId, id: params.id });
      const page = { workspaceId, state, after: afterOf(cursor), limit: limit + 1 };
      const rows = await subscribersOf(consent.db, list, page);
      const keyOf = ({ createdAt, userId }: Subscriber) => ({ at: createdAt, id: userId });
      return pageOf(rows, { limit, keyOf, viewOf: subscriberViewOf });
    },
  );

  app.post(
    '/lists/:id/subscribers',
    {
      schema: {
        tags,
        summary: 'Put up to 1,000 users on a list',
        description:
          'One result for each user, in order. On a list with double opt-in they are pending until ' +
          'they confirm, unless confirmed says that they have.',
        params,
        body: SubscribersBody,
        response: { 200: SubscribersAnswer },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const list = await readList(consent.db, { workspaceId, id });
      const results = await changeSubscribers(consent, {
        workspaceId,
        listId: list.id,
        userExternalIds: body.user_ids,
        to: 'subscribed',
        source: body.confirmed === true ? 'confirmed' : (body.source ?? 'api'),
        now: await sideNow(workspaceId),
      });
      return { data: results.map(resultViewOf) };
    },
  );

  app.post(
    '/lists/:id/subscribers/remove',
    {
      schema: {
        tags,
        summary: 'Take up to 1,000 users off a list',
        description: 'Once it is answered, no email of the list to them starts.',
        params,
        body: LeaversBody,
        response: { 200: SubscribersAnswer },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const list = await readList(consent.db, { workspaceId, id });
      const results = await changeSubscribers(consent, {
        workspaceId,
        listId: list.id,
        userExternalIds: body.user_ids,
        to: 'unsubscribed',
        source: body.source ?? 'api',
        now: await sideNow(workspaceId),
      });
      return { data: results.map(resultViewOf) };
    },
  );
}

const listViewOf = (list: List) => ({
  id: list.id,
  name: list.name,
  description: list.description,
  kind: list.kind,
  double_opt_in: list.doubleOptIn,
  tracking: list.tracking,
  archived_at: isoOf(list.archivedAt),
  created_at: list.createdAt.toISOString(),
  updated_at: list.updatedAt.toISOString(),
});

const subscriberViewOf = ({ userExternalId, email, state, source, at }: Subscriber) => ({
  user_id: userExternalId,
  email,
  state,
  source,
  at: isoOf(at),
});

const resultViewOf = ({ userExternalId, state, result }: SubscriberResult) => ({
  user_id: userExternalId,
  state,
  result,
});

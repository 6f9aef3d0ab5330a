import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Instant, isoOf, Nullable, PageQuery, pageSchema } from '../../platform/http.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { changePreferences } from '../change-preferences.ts';
import type { PreferenceChange, UserRef } from '../consent.ts';
import type { ConsentRouteDeps } from '../deps.ts';
import { userNotFound } from '../errors.ts';
import { Source, State } from '../lists/schema.ts';
import { readPreferences, type Preferences } from '../read-preferences.ts';
import { changesOf, knownUsers, type ProvedChange } from '../sql/lists.ts';

const tags = ['consent'];
const params = Type.Object({ user_id: Type.String({ maxLength: 255 }) });
const All = Type.Enum(['subscribed', 'unsubscribed']);
const Kind = Type.Enum(['opt_in', 'opt_out']);
const LISTS_MAX = 100;

const PreferencesView = Type.Object({
  all: All,
  lists: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      name: Type.String(),
      description: Type.String(),
      kind: Kind,
      double_opt_in: Type.Boolean(),
      state: State,
      at: Nullable(Instant),
    }),
  ),
});

const PreferencesBody = Type.Object({
  all: Type.Optional(All),
  lists: Type.Optional(
    Type.Array(Type.Object({ id: Type.String({ maxLength: 64 }), state: State }), {
      maxItems: LISTS_MAX,
    }),
  ),
  confirmed: Type.Optional(
    Type.Boolean({ description: 'The user has confirmed: no double opt-in is asked for' }),
  ),
  source: Type.Optional(Source),
});

const ChangeView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  list_id: Nullable(Type.String({ format: 'uuid' })),
  before: Nullable(State),
  after: State,
  source: Type.String(),
  detail: Type.Object({}, { additionalProperties: true }),
  at: Instant,
});

/** `/api/v1/users/{user_id}/preferences`. Registered inside the authenticated scope. */
export const preferenceRoutes: FastifyPluginAsyncTypebox<ConsentRouteDeps> = async (
  app,
  { consent, sideNow },
) => {
  const { db } = consent;

  /** @throws `consent.user_not_found` */
  async function userOf(workspaceId: string, externalId: string): Promise<UserRef> {
    const userId = userIdOf(workspaceId, externalId);
    const user = { bucket: bucketOf(userId), userId };
    if ((await knownUsers(db, { users: [user] })).size === 0) throw userNotFound();
    return user;
  }

  app.get(
    '/users/:user_id/preferences',
    {
      schema: {
        tags,
        summary: 'Read what a user wants to get',
        params,
        response: { 200: PreferencesView },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const user = await userOf(workspaceId, params.user_id);
      return viewOf(await readPreferences(db, { ...user, workspaceId }));
    },
  );

  app.put(
    '/users/:user_id/preferences',
    {
      schema: {
        tags,
        summary: 'Change what a user wants to get; what is not named stays',
        description: 'Once it is answered, no email starts that the user has declined.',
        params,
        body: PreferencesBody,
        response: { 200: PreferencesView },
      },
    },
    async ({ actor: { workspaceId }, params, body }) => {
      const user = await userOf(workspaceId, params.user_id);
      const { all, lists = [], confirmed = false, source = 'api' } = body;
      const changes: PreferenceChange[] = [
        ...(all === undefined ? [] : [{ listId: null, to: all }]),
        ...lists.map(({ id, state }) => ({ listId: id, to: state })),
      ];
      await changePreferences(consent, {
        ...user,
        workspaceId,
        changes,
        source: confirmed ? 'confirmed' : source,
        now: await sideNow(workspaceId),
      });
      return viewOf(await readPreferences(db, { ...user, workspaceId }));
    },
  );

  app.get(
    '/users/:user_id/preferences/changes',
    {
      schema: {
        tags,
        summary: 'List every change of what a user wants, the last first: the proof of consent',
        params,
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(ChangeView) },
      },
    },
    async ({ actor: { workspaceId }, params, query: { limit, cursor } }) => {
      const user = await userOf(workspaceId, params.user_id);
      const before = afterOf(cursor)?.id ?? null;
      const rows = await changesOf(db, { ...user, workspaceId, before, limit: limit + 1 });
      const keyOf = ({ at, id }: ProvedChange) => ({ at, id });
      return pageOf(rows, { limit, keyOf, viewOf: changeViewOf });
    },
  );
};

const viewOf = ({ all, lists }: Preferences) => ({
  all,
  lists: lists.map(({ doubleOptIn, at, ...list }) => ({
    ...list,
    double_opt_in: doubleOptIn,
    at: isoOf(at),
  })),
});

const changeViewOf = ({ listId, at, ...change }: ProvedChange) => ({
  ...change,
  list_id: listId,
  at: at.toISOString(),
});

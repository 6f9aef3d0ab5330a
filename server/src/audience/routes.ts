import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isoOf, PageQuery, pageSchema } from '../platform/http.ts';
import type { Pool } from '../platform/db.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import type { RequestActor } from '../workspace/index.ts';
import { userNotFound } from './errors.ts';
import type { Identifier } from './identify.ts';
import { identifyOf, patchOf } from './identify-input.ts';
import { IdentifyAnswer, IdentifyBody, UserView } from './schema.ts';
import { listUsers, usersByIds } from './sql.ts';
import type { User } from './user.ts';

export interface IdentifyRouteDeps {
  readonly identifier: Identifier;
  /** Where reserved keys are explained. */
  readonly docsUrl: () => string;
  /** Lets the caller act as this user, or throws. Before any look-up. */
  readonly requireIdentity: (
    actor: RequestActor,
    claim: { userId: string; token: string | null },
  ) => Promise<void>;
  /** Called when a user's zone has changed, so that what waits is planned anew. */
  readonly onTimezoneChanged: (user: { bucket: number; userId: string }) => Promise<unknown>;
}

/** `POST /api/sdk/users/identify`. Registered inside the scope that found out who calls. */
export const identifyRoutes: FastifyPluginAsyncTypebox<IdentifyRouteDeps> = async (app, deps) => {
  app.post(
    '/users/identify',
    {
      schema: {
        tags: ['sdk'],
        summary: 'Tell who a user is',
        description:
          'Creates the user or merges traits and context key by key: new wins, null deletes.',
        body: IdentifyBody,
        response: { 200: IdentifyAnswer },
      },
      validatorCompiler: () => () => true,
    },
    async ({ actor, body }) => {
      const { userId, traits, context, token } = identifyOf(body);
      const { patch, warnings } = patchOf({ traits, context }, { docsUrl: deps.docsUrl() });
      await deps.requireIdentity(actor, { userId, token });
      const { workspaceId } = actor;
      const changed = await deps.identifier.identify({ workspaceId, externalId: userId, patch });
      if (changed.isTimezoneChanged) {
        await deps.onTimezoneChanged({ bucket: bucketOf(changed.id), userId: changed.id });
      }
      const answer = { success: true as const, created: changed.created };
      return warnings.length === 0 ? answer : { ...answer, warnings };
    },
  );
};

const UserParams = Type.Object({ user_id: Type.String({ maxLength: 255 }) });

/** `/api/v1/users`. Registered inside the authenticated scope. */
export const userRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/users',
    {
      schema: {
        tags: ['users'],
        summary: 'List users, youngest first',
        querystring: Type.Object({
          ...PageQuery,
          email: Type.Optional(Type.String({ maxLength: 320 })),
        }),
        response: { 200: pageSchema(UserView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, email = null } }) => {
      const after = afterOf(cursor);
      const rows = await listUsers(db, { workspaceId, email, after, limit: limit + 1 });
      const keyOf = ({ createdAt, id }: User) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );

  app.get(
    '/users/:user_id',
    {
      schema: {
        tags: ['users'],
        summary: 'Read a user by the id that your system gives them',
        params: UserParams,
        response: { 200: UserView },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const id = userIdOf(workspaceId, params.user_id);
      const user = (await usersByIds(db, [{ bucket: bucketOf(id), id }])).get(id);
      if (user === undefined) throw userNotFound();
      return viewOf(user);
    },
  );
};

const viewOf = (user: User) => ({
  id: user.id,
  user_id: user.externalId,
  email: user.email,
  name: user.name,
  timezone: user.timezone,
  locale: user.locale,
  signed_up_at: isoOf(user.signedUpAt),
  traits: user.traits,
  context: user.context,
  first_seen: user.firstSeen.toISOString(),
  last_seen: user.lastSeen.toISOString(),
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
});

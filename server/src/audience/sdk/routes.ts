import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { bucketOf } from '../../platform/ids.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { companyCallOf, companyPatchOf } from '../company-input.ts';
import { eventsCallOf } from '../event-input.ts';
import type { CompanyIdentifier } from '../identify-company.ts';
import { identifyOf, patchOf } from '../identify-input.ts';
import type { Identifier } from '../identify.ts';
import type { Tracker } from '../track-events.ts';
import { usersCallOf } from '../update-users-input.ts';
import { updateUsers } from '../update-users.ts';
import {
  CompanyAnswer,
  CompanyBody,
  EventsAnswer,
  EventsBody,
  IdentifyAnswer,
  IdentifyBody,
  UsersAnswer,
  UsersBody,
} from './schema.ts';

export interface AudienceCallDeps {
  readonly identifier: Identifier;
  readonly companyIdentifier: CompanyIdentifier;
  readonly tracker: Tracker;
  /** Where reserved keys are explained. */
  readonly docsUrl: () => string;
  /** Lets the caller act as this user, or throws. Before any look-up. */
  readonly requireIdentity: (
    actor: RequestActor,
    claim: { userId: string; token: string | null },
  ) => Promise<void>;
  /** Lets the caller do what the scope names, or throws. */
  readonly requireScope: (
    actor: RequestActor,
    claim: { scope: string; token: string | null },
  ) => Promise<void>;
  /** Called when a user's zone has changed, so that what waits is planned anew. */
  readonly onTimezoneChanged: (user: { bucket: number; userId: string }) => Promise<unknown>;
}

/** 100 events with 10,000 bytes of metadata, long addresses and escapes. */
const EVENTS_BODY_BYTES_MAX = 2 * 1_048_576;
/** 1,000 users with 20,000 bytes each, and some for escapes. */
const USERS_BODY_BYTES_MAX = 24 * 1_048_576;
/** A widget key is public: with it, and before the token is looked at, nobody has so much read. */
const USERS_WIDGET_BODY_BYTES_MAX = 2 * 1_048_576;
/** Users planned anew at once, after their zone has changed. */
const REPLANS_AT_ONCE = 4;

/** What is told about users under `/api/sdk`. Registered inside the scope that found out who calls. */
export const audienceCallRoutes: FastifyPluginAsyncTypebox<AudienceCallDeps> = async (
  app,
  deps,
) => {
  // What callers send is judged by the contract's own words, not by the schema, which is for reading.
  const validatorCompiler = () => () => true;

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
      validatorCompiler,
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
      const answer = { success: true as const, created: changed.outcome === 'created' };
      return warnings.length === 0 ? answer : { ...answer, warnings };
    },
  );

  app.post(
    '/users/update',
    {
      bodyLimit: USERS_BODY_BYTES_MAX,
      config: { widgetBodyBytesMax: USERS_WIDGET_BODY_BYTES_MAX },
      schema: {
        tags: ['sdk'],
        summary: 'Write data about up to 1,000 users',
        description:
          'Data, not activity: moves neither first_seen nor last_seen of a user who is there, and ' +
          'starts nothing. Good users are written even when others have errors. With a widget key ' +
          'it needs a user_token with the claim scope "users.update" and exp at most an hour ahead.',
        body: UsersBody,
        response: { 200: UsersAnswer },
      },
      validatorCompiler,
    },
    async ({ actor, body }) => {
      const { users, isUpdateOnly, token } = usersCallOf(body);
      await deps.requireScope(actor, { scope: 'users.update', token });
      const { workspaceId } = actor;
      const docsUrl = deps.docsUrl();
      const call = { workspaceId, users, isUpdateOnly, docsUrl };
      const { moved, errors, ...counts } = await updateUsers(deps.identifier, call);
      for (let at = 0; at < moved.length; at += REPLANS_AT_ONCE) {
        const group = moved.slice(at, at + REPLANS_AT_ONCE);
        const replanned = group.map((userId) =>
          deps.onTimezoneChanged({ bucket: bucketOf(userId), userId }),
        );
        await Promise.all(replanned);
      }
      return {
        success: true as const,
        ...counts,
        errors: errors.map(({ index, userId, error }) => ({ index, user_id: userId, error })),
      };
    },
  );

  app.post(
    '/companies/identify',
    {
      schema: {
        tags: ['sdk'],
        summary: 'Tell what a company is, and who belongs to it',
        description:
          'Creates the company or merges traits and context key by key: new wins, null deletes. ' +
          'The user, if one is named, belongs to it from then on; one whom nobody knows is created.',
        body: CompanyBody,
        response: { 200: CompanyAnswer },
      },
      validatorCompiler,
    },
    async ({ actor, body }) => {
      const { companyId, userId, traits, context, token } = companyCallOf(body);
      const patch = companyPatchOf({ traits, context }, { docsUrl: deps.docsUrl() });
      if (userId !== null) await deps.requireIdentity(actor, { userId, token });
      const { workspaceId } = actor;
      const { created } = await deps.companyIdentifier.identify({
        workspaceId,
        externalId: companyId,
        patch,
        userId,
      });
      return { success: true as const, created };
    },
  );

  app.post(
    '/events',
    {
      bodyLimit: EVENTS_BODY_BYTES_MAX,
      schema: {
        tags: ['sdk'],
        summary: 'Tell what a user did',
        description:
          'Up to 100 events of one user, or of somebody not identified. A user whom nobody knows is ' +
          'created. Texts that are too long are cut. An event_id that was seen of the same user ' +
          'within 24 hours is not counted again. A time later than now counts as now.',
        body: EventsBody,
        response: { 200: EventsAnswer },
      },
      validatorCompiler,
    },
    async ({ actor, body }) => {
      const { userId, sessionId, token, events } = eventsCallOf(body);
      if (userId !== null) await deps.requireIdentity(actor, { userId, token });
      const { workspaceId } = actor;
      await deps.tracker.track({ workspaceId, userId, sessionId, events });
      return { success: true as const };
    },
  );
};

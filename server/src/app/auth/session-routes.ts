import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import {
  acceptInvitation,
  deleteSession,
  deleteSessions,
  listSessionRows,
  listSides,
  listWorkspacesOf,
  lookAtInvitation,
  PASSWORD_LENGTH,
  resetPassword,
  sessionNotFound,
  setUpOwner,
  type MemberSession,
} from '../../workspace/index.ts';
import type { Services } from '../services.ts';
import type { SignIn } from './sign-in.ts';

interface SessionRouteDeps {
  readonly services: Services;
  readonly signIn: SignIn;
}

type App = Parameters<FastifyPluginAsyncTypebox<SessionRouteDeps>>[0];

const SIDES_SHOWN_MAX = 200;
const SESSIONS_SHOWN_MAX = 100;
const tags = ['session'];
const Role = Type.Enum(['owner', 'editor', 'viewer']);
const Token = Type.String({ minLength: 1, maxLength: 200 });
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const Email = Type.String({ format: 'email', maxLength: 320 });
const Password = Type.String({ minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max });
const Done = Type.Object({ signed_in: Type.Boolean() });

/** Routes of `/api/v1` that need no workspace: a member's own, and those of who is none yet. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRouteDeps> = async (app, deps) => {
  addSession(app, deps);
  addSessions(app, deps);
  addSetup(app, deps);
  addInvitation(app, deps);
  addReset(app, deps);
};

function addSession(app: App, { services: { db, box }, signIn }: SessionRouteDeps): void {
  app.get(
    '/session',
    {
      schema: {
        tags,
        summary: 'Who is signed in, and which workspace sides they may look at',
        response: {
          200: Type.Object({
            member: Type.Object({
              id: Type.String({ format: 'uuid' }),
              name: Type.String(),
              email: Type.String(),
              two_factor: Type.Boolean(),
            }),
            workspaces: Type.Array(
              Type.Object({
                id: Type.String({ format: 'uuid' }),
                pair_id: Type.String({ format: 'uuid' }),
                name: Type.String(),
                side: Type.Enum(['live', 'test']),
                widget_key: Nullable(Type.String()),
                role: Role,
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { id, name, email, hasSecondFactor } = await signIn.require(request, reply);
      const roles = await listSides(db, { memberId: id, limit: SIDES_SHOWN_MAX });
      const roleOf = new Map(roles.map(({ workspaceId, role }) => [workspaceId, role]));
      const sides = await listWorkspacesOf({ db, box }, { ids: [...roleOf.keys()] });
      return {
        member: { id, name, email, two_factor: hasSecondFactor },
        workspaces: sides.map(({ id, pairId, name, side, widgetKey }) => ({
          id,
          pair_id: pairId,
          name,
          side,
          widget_key: widgetKey,
          role: roleOf.get(id) ?? 'viewer',
        })),
      };
    },
  );
}

const SessionView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  is_current: Type.Boolean(),
  address: Nullable(Type.String()),
  user_agent: Nullable(Type.String()),
  created_at: Instant,
  used_at: Instant,
  expires_at: Instant,
});

function addSessions(app: App, { services: { db, clock }, signIn }: SessionRouteDeps): void {
  app.get(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'Where the member is signed in, youngest first',
        response: { 200: Type.Object({ data: Type.Array(SessionView) }) },
      },
    },
    async (request) => {
      const { id: memberId, sessionId } = await signIn.require(request, null);
      const limit = SESSIONS_SHOWN_MAX;
      const rows = await listSessionRows(db, { memberId, now: clock.now(), limit });
      return { data: rows.map((row) => sessionViewOf(row, sessionId)) };
    },
  );

  app.post(
    '/sessions/:id/revoke',
    {
      schema: {
        tags,
        summary: 'Sign out one browser of the member',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 200: Type.Object({ revoked: Type.Integer() }) },
      },
    },
    async (request) => {
      const { id: memberId } = await signIn.require(request, null);
      const id = storedIdOf(request.params.id);
      if (!(await deleteSession(db, { memberId, id }))) throw sessionNotFound();
      return { revoked: 1 };
    },
  );

  app.post(
    '/sessions/revoke_others',
    {
      schema: {
        tags,
        summary: 'Sign out all other browsers of the member',
        response: { 200: Type.Object({ revoked: Type.Integer() }) },
      },
    },
    async (request) => {
      const { id: memberId, sessionId } = await signIn.require(request, null);
      return { revoked: await deleteSessions(db, { memberId, exceptId: sessionId }) };
    },
  );
}

function addSetup(app: App, { services: { db, clock }, signIn }: SessionRouteDeps): void {
  app.post(
    '/setup',
    {
      schema: {
        tags,
        summary: 'Make the first member, who owns every workspace, and sign in',
        description: 'The token is in the link that the server prints while it has no member.',
        body: Type.Object({ token: Token, name: Name, email: Email, password: Password }),
        response: { 200: Done },
      },
    },
    async (request, reply) => {
      signIn.requireOwnPage(request);
      signIn.limit(request, null);
      const { token, name, email, password } = request.body;
      const { hashPassword, setupToken } = signIn;
      const account = { name: name.trim(), email, password };
      await setUpOwner(
        { pool: db, hashPassword, setupToken },
        { token, account, now: clock.now() },
      );
      await signIn.begin(request, reply, { email, password });
      return { signed_in: true };
    },
  );
}

function addInvitation(app: App, { services: { db, clock }, signIn }: SessionRouteDeps): void {
  app.post(
    '/invitations/look',
    {
      schema: {
        tags,
        summary: 'What the holder of an invitation is invited to',
        body: Type.Object({ token: Token }),
        response: {
          200: Type.Object({
            email: Type.String(),
            role: Role,
            workspace: Type.String(),
            is_member: Type.Boolean({ description: 'Whether the address has an account already' }),
            single_sign_on: Nullable(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      signIn.requireOwnPage(request);
      signIn.limit(request, null);
      const { token } = request.body;
      const { email, role, workspaceName, isMember } = await lookAtInvitation(db, {
        token,
        now: clock.now(),
      });
      const { singleSignOn: single_sign_on } = signIn;
      return { email, role, workspace: workspaceName, is_member: isMember, single_sign_on };
    },
  );

  app.post(
    '/invitations/accept',
    {
      schema: {
        tags,
        summary: 'Join a workspace by an invitation',
        description:
          'Makes an account and signs in; where the address has an account, that one joins and ' +
          'signs in as ever, and needs neither name nor password.',
        body: Type.Object({
          token: Token,
          name: Type.Optional(Name),
          password: Type.Optional(Password),
        }),
        response: { 200: Done },
      },
    },
    async (request, reply) => {
      signIn.requireOwnPage(request);
      signIn.limit(request, null);
      const { token, name, password } = request.body;
      const { hashPassword } = signIn;
      const { email, isNew } = await acceptInvitation(
        { pool: db, hashPassword },
        { token, name: name?.trim() ?? null, password: password ?? null, now: clock.now() },
      );
      if (!isNew || password === undefined) return { signed_in: false };
      await signIn.begin(request, reply, { email, password });
      return { signed_in: true };
    },
  );
}

function addReset(app: App, { services: { db, clock }, signIn }: SessionRouteDeps): void {
  app.post(
    '/password/reset',
    {
      schema: {
        tags,
        summary: 'Choose a new password, by the link of npx milepost members reset-link',
        description: 'All sessions of the member end; they sign in with the new password.',
        body: Type.Object({ token: Token, password: Password }),
        response: { 200: Done },
      },
    },
    async (request) => {
      signIn.requireOwnPage(request);
      signIn.limit(request, null);
      const { token, password } = request.body;
      const { hashPassword } = signIn;
      await resetPassword({ pool: db, hashPassword }, { token, password, now: clock.now() });
      return { signed_in: false };
    },
  );
}

const sessionViewOf = (
  { id, address, userAgent, createdAt, updatedAt, expiresAt }: MemberSession,
  currentId: string,
) => ({
  id,
  is_current: id === currentId,
  address,
  user_agent: userAgent,
  created_at: createdAt.toISOString(),
  used_at: updatedAt.toISOString(),
  expires_at: expiresAt.toISOString(),
});

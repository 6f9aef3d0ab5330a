import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { inTransaction, type Pool } from '../../platform/db.ts';
import { Instant, Nullable, PageQuery, pageSchema } from '../../platform/http.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import type { ActorMember, RequestActor } from '../routes.ts';
import { changeRole, removeMember } from './change-members.ts';
import { memberRequired } from './errors.ts';
import { invite, revokeInvitation } from './invitations.ts';
import type { Member } from './member.ts';
import { ROLES, type Role } from './role.ts';
import { listInvitationRows, type Invitation } from './sql/invitations.ts';
import { listMemberRows } from './sql/members.ts';

/** An invitation on its way to who is invited. */
export interface InvitationMail {
  readonly workspaceId: string;
  readonly to: string;
  readonly role: Role;
  readonly invitedBy: string;
  readonly link: string;
}

export interface MemberRouteDeps {
  readonly db: Pool;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** Emails an invitation, where mail of the workspace leaves; tells whether it did. */
  readonly sendInvitation: (mail: InvitationMail) => Promise<boolean>;
  /** The real time. */
  readonly now: () => Date;
}

type App = Parameters<FastifyPluginAsyncTypebox<MemberRouteDeps>>[0];

const tags = ['members'];
const RoleName = Type.Enum([...ROLES]);
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const MemberView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  email: Type.String(),
  role: RoleName,
  two_factor: Type.Boolean(),
  created_at: Instant,
  updated_at: Instant,
});
const InvitationView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  role: RoleName,
  invited_by: Nullable(Type.String()),
  created_at: Instant,
  expires_at: Instant,
});
const NewInvitationView = Type.Object({
  ...InvitationView.properties,
  link: Type.String({ description: 'Shown this once' }),
  emailed: Type.Boolean({ description: 'Whether the link also went out by email' }),
});

/**
 * `/api/v1/members` and `/api/v1/invitations`: of a workspace, whichever side is named. Registered inside
 * the authenticated scope.
 */
export const memberRoutes: FastifyPluginAsyncTypebox<MemberRouteDeps> = async (app, deps) => {
  addMembers(app, deps);
  addMemberChanges(app, deps);
  addInvitations(app, deps);
  addInvitationChanges(app, deps);
};

function addMembers(app: App, { db }: MemberRouteDeps): void {
  app.get(
    '/members',
    {
      schema: {
        tags,
        summary: 'List the members of the workspace, those who joined last first',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(MemberView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const rows = await listMemberRows(db, { workspaceId, after, limit: limit + 1 });
      const keyOf = ({ createdAt, id }: Member) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: memberViewOf });
    },
  );
}

function addMemberChanges(app: App, { db, now }: MemberRouteDeps): void {
  app.patch(
    '/members/:id',
    {
      schema: {
        tags,
        summary: 'Give a member another role; their sessions end',
        params,
        body: Type.Object({ role: RoleName }),
        response: { 200: MemberView },
      },
      config: { role: 'owner' },
    },
    async ({ actor, params: { id }, body: { role } }) => {
      memberOf(actor);
      const { workspaceId } = actor;
      return memberViewOf(await changeRole(db, { workspaceId, id, role, now: now() }));
    },
  );

  app.delete(
    '/members/:id',
    {
      schema: {
        tags,
        summary: 'Take a member out of the workspace; their sessions end',
        params,
        response: { 200: MemberView },
      },
      config: { role: 'owner' },
    },
    async ({ actor, params: { id } }) => {
      memberOf(actor);
      return memberViewOf(await removeMember(db, { workspaceId: actor.workspaceId, id }));
    },
  );
}

function addInvitations(app: App, { db }: MemberRouteDeps): void {
  app.get(
    '/invitations',
    {
      schema: {
        tags,
        summary: 'List invitations that nobody has accepted yet, youngest first',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(InvitationView) },
      },
      config: { role: 'owner' },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const rows = await listInvitationRows(db, { workspaceId, after, limit: limit + 1 });
      const keyOf = ({ createdAt, id }: Invitation) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: invitationViewOf });
    },
  );
}

function addInvitationChanges(app: App, deps: MemberRouteDeps): void {
  const { db, now, publicUrl, sendInvitation } = deps;
  app.post(
    '/invitations',
    {
      schema: {
        tags,
        summary: 'Invite somebody, for 7 days; the link is in the answer and, if possible, emailed',
        body: Type.Object({
          email: Type.String({ format: 'email', maxLength: 320 }),
          role: RoleName,
        }),
        response: { 201: NewInvitationView },
      },
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor, body: { email, role } }, reply) => {
      const { id, name } = memberOf(actor);
      const { workspaceId } = actor;
      const invitedBy = { id, name };
      const whom = { workspaceId, email, role, invitedBy, now: now() };
      const made = await inTransaction(db, (tx) => invite(tx, whom));
      const link = `${publicUrl()}/invitation#token=${made.token}`;
      const mail = { workspaceId, to: made.email, role, invitedBy: name, link };
      const emailed = await sendInvitation(mail);
      void reply.code(201);
      return { ...invitationViewOf(made), link, emailed };
    },
  );

  app.post(
    '/invitations/:id/revoke',
    {
      schema: {
        tags,
        summary: 'End an invitation',
        params,
        response: { 200: InvitationView },
      },
      config: { role: 'owner' },
    },
    async ({ actor, params: { id } }) => {
      memberOf(actor);
      const { workspaceId } = actor;
      const revoked = await inTransaction(db, (tx) => revokeInvitation(tx, { workspaceId, id }));
      return invitationViewOf(revoked);
    },
  );
}

/** A key of a test side would otherwise make somebody the owner of the live one. */
function memberOf({ member }: RequestActor): ActorMember {
  if (member === null) throw memberRequired();
  return member;
}

const memberViewOf = (member: Member) => ({
  id: member.id,
  name: member.name,
  email: member.email,
  role: member.role,
  two_factor: member.hasSecondFactor,
  created_at: member.createdAt.toISOString(),
  updated_at: member.updatedAt.toISOString(),
});

const invitationViewOf = (invitation: Invitation) => ({
  id: invitation.id,
  email: invitation.email,
  role: invitation.role,
  invited_by: invitation.invitedBy,
  created_at: invitation.createdAt.toISOString(),
  expires_at: invitation.expiresAt.toISOString(),
});

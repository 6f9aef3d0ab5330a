import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../platform/db.ts';
import { Instant, isoOf, PageQuery, pageSchema } from '../platform/http.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import type { Actor } from './authenticate.ts';
import { changeSettings } from './change-settings.ts';
import { createKey, listKeys, revokeKey, rotateKey, type Key, type KeyDeps } from './keys.ts';
import { roleRequired } from './members/errors.ts';
import { isRoleEnough, type Role } from './members/role.ts';
import { readWorkspace } from './read-workspace.ts';
import type { SecretBox } from './secret-box.ts';
import { SettingsAnswer } from './settings-schema.ts';
import { settingsViewOf, type Settings } from './settings.ts';

/** Who makes a request, as its scope found out before anything else. */
export interface RequestActor {
  readonly workspaceId: string;
  readonly side: 'live' | 'test';
  readonly name: string;
  readonly timezone: string;
  readonly settings: Settings;
  /** The key's view of the caller; null for a member in the dashboard. */
  readonly key: Actor | null;
  /** Who is signed in; null for a key. */
  readonly member: ActorMember | null;
}

/** A member as a request acts in their name, with their role in the workspace that it is about. */
export interface ActorMember {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

declare module 'fastify' {
  interface FastifyRequest {
    actor: RequestActor;
  }
}

export interface WorkspaceRouteDeps {
  readonly db: Pool;
  readonly box: SecretBox;
  readonly isMailbox: (text: string) => boolean;
  /** Makes this process forget what it knows of keys and settings. */
  readonly forget: () => void;
  /** The real time. */
  readonly now: () => Date;
}

const KeyView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.Enum(['widget', 'secret', 'identity']),
  hint: Type.String({ description: 'The last four characters' }),
  key: Type.Union([Type.String(), Type.Null()], {
    description: 'Widget keys always; the others only in the answer that made them',
  }),
  created_at: Instant,
  updated_at: Instant,
  revoked_at: Type.Union([Instant, Type.Null()]),
});
const KeyParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const KeyBody = Type.Object({
  kind: Type.Enum(['widget', 'secret', 'identity']),
});
const SettingsSchema = Type.Object({}, { additionalProperties: true });

/** `/api/v1/keys` and `/api/v1/settings`. Registered inside the authenticated scope. */
export const workspaceRoutes: FastifyPluginAsyncTypebox<WorkspaceRouteDeps> = async (app, deps) => {
  addKeys(app, deps);
  addSettings(app, deps);
};

type App = Parameters<FastifyPluginAsyncTypebox<WorkspaceRouteDeps>>[0];

function addKeys(app: App, deps: WorkspaceRouteDeps): void {
  const { db, box, forget } = deps;
  const keyDeps = { pool: db, box, forget };

  app.get(
    '/keys',
    {
      schema: {
        tags: ['keys'],
        summary: 'List keys, revoked ones too',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(KeyView) },
      },
    },
    async ({ actor, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const rows = await listKeys(
        { db, box },
        { workspaceId: actor.workspaceId, after, limit: limit + 1 },
      );
      const keyOf = ({ createdAt, id }: Key) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: keyViewOf });
    },
  );
  addKeyChanges(app, deps, keyDeps);
}

function addKeyChanges(app: App, deps: WorkspaceRouteDeps, keyDeps: KeyDeps): void {
  app.post(
    '/keys',
    {
      schema: {
        tags: ['keys'],
        summary: 'Make a key; those of its kind stay valid',
        body: KeyBody,
        response: { 201: KeyView },
      },
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor, body: { kind } }, reply) => {
      const key = await createKey(keyDeps, {
        workspaceId: actor.workspaceId,
        kind,
        now: deps.now(),
      });
      void reply.code(201);
      return keyViewOf(key);
    },
  );

  app.post(
    '/keys/:id/rotate',
    {
      schema: {
        tags: ['keys'],
        summary: 'Make a successor; both are valid until the old one is revoked',
        params: KeyParams,
        response: { 201: KeyView },
      },
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor, params: { id } }, reply) => {
      const key = await rotateKey(keyDeps, { workspaceId: actor.workspaceId, id, now: deps.now() });
      void reply.code(201);
      return keyViewOf(key);
    },
  );

  app.post(
    '/keys/:id/revoke',
    {
      schema: {
        tags: ['keys'],
        summary: 'End a key at once',
        params: KeyParams,
        response: { 200: KeyView },
      },
      config: { role: 'owner' },
    },
    async ({ actor, params: { id } }) => {
      const revoked = await revokeKey(keyDeps, {
        workspaceId: actor.workspaceId,
        id,
        now: deps.now(),
      });
      return keyViewOf(revoked.key);
    },
  );
}

function addSettings(app: App, deps: WorkspaceRouteDeps): void {
  const { db, forget } = deps;
  app.get(
    '/settings',
    {
      schema: {
        tags: ['settings'],
        summary: 'Read the settings of this side',
        response: { 200: SettingsAnswer },
      },
    },
    async ({ actor }) =>
      settingsViewOf((await readWorkspace(db, { workspaceId: actor.workspaceId })).settings),
  );

  app.patch(
    '/settings',
    {
      schema: {
        tags: ['settings'],
        summary: 'Change the settings that are named',
        body: SettingsSchema,
        response: { 200: SettingsAnswer },
      },
      validatorCompiler: () => () => true,
    },
    async ({ actor, body }) => {
      requireRoleFor(actor, body);
      const change = { workspaceId: actor.workspaceId, body, now: deps.now() };
      const { isMailbox } = deps;
      return settingsViewOf(await changeSettings({ pool: db, forget, isMailbox }, change));
    },
  );
}

/** What keeps strangers out is changed by owners only. */
const OWNED_SETTINGS = ['identity_verification', 'allowed_origins', 'rate_limits', 'alerts_url'];

/** @throws `workspace.role_required` */
function requireRoleFor({ member }: RequestActor, body: unknown): void {
  if (member === null || isRoleEnough(member.role, 'owner')) return;
  if (body === null || typeof body !== 'object') return;
  if (OWNED_SETTINGS.some((name) => Object.hasOwn(body, name))) {
    throw roleRequired('owner', member.role);
  }
}

const keyViewOf = ({ id, kind, hint, text, createdAt, revokedAt }: Key) => ({
  id,
  kind,
  hint,
  key: text,
  created_at: createdAt.toISOString(),
  updated_at: (revokedAt ?? createdAt).toISOString(),
  revoked_at: isoOf(revokedAt),
});

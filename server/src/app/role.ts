import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isRoleEnough, roleRequired, type Role } from '../workspace/index.ts';

export type { Role } from '../workspace/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a member must be at least. If left out: a viewer to read, an editor for everything else.
     * Secret keys may do everything.
     */
    role?: Role;
  }
}

const READING = new Set(['GET', 'HEAD']);

/** What a member must be at least for a route of `/api/v1`. */
export const roleNeeded = (method: string, declared: Role | undefined): Role =>
  declared ?? (READING.has(method) ? 'viewer' : 'editor');

/** Refuses members whose role is not enough. Its place is after the hook that finds the actor. */
export function enforceRoles(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => requireRole(request));
}

/** @throws `workspace.role_required` */
function requireRole({ actor, method, routeOptions }: FastifyRequest): void {
  const needed = roleNeeded(method, routeOptions.config.role);
  if (actor.member === null || isRoleEnough(actor.member.role, needed)) return;
  throw roleRequired(needed, actor.member.role);
}

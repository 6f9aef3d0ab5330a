/** What a member may do in a workspace; each role may do what those after it may. */
export type Role = 'owner' | 'editor' | 'viewer';

/** The most powerful first. */
export const ROLES: readonly Role[] = ['owner', 'editor', 'viewer'];

/** Whether somebody with one role may do what needs another. */
export const isRoleEnough = (role: Role, needed: Role): boolean =>
  ROLES.indexOf(role) <= ROLES.indexOf(needed);

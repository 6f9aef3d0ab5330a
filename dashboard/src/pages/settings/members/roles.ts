import type { Role } from '../../../api/may.ts';

export const ROLES: readonly Role[] = ['owner', 'editor', 'viewer'];

import type { Db } from '../platform/db.ts';
import { addressIdOf, userIdOf } from '../platform/ids.ts';
import { isStorable } from '../platform/plain-data.ts';
import { usersByEmail } from './sql/users-named.ts';

/** Users that share one address. */
const USERS_MAX = 50;

/**
 * Internal ids of the users that a text names in full, by their id or by their email address; one that
 * names nobody may still give an id, of nobody.
 */
export async function usersNamed(
  db: Db,
  { workspaceId, search }: { workspaceId: string; search: string },
): Promise<string[]> {
  const text = search.trim();
  if (text === '' || !isStorable(text)) return [];
  if (!text.includes('@')) return [userIdOf(workspaceId, text)];
  const byEmail = await usersByEmail(db, { workspaceId, email: text, limit: USERS_MAX });
  const ids = [userIdOf(workspaceId, text), addressIdOf(workspaceId, text), ...byEmail];
  return [...new Set(ids)];
}

import { isDeepStrictEqual } from 'node:util';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import type { User, UserPatch } from './user.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * A user as a patch leaves them: what `upsertUsers` does to the row, in memory.
 *
 * @param isActivity the user did something: they were seen now
 */
export function patchedUser(
  user: User,
  patch: UserPatch,
  { now, isActivity }: { now: Date; isActivity: boolean },
): User {
  const { own } = patch;
  const text = (key: 'name' | 'email' | 'timezone' | 'locale'): string | null =>
    Object.hasOwn(own, key) ? (own[key] ?? null) : user[key];
  return {
    ...user,
    name: text('name'),
    email: text('email'),
    timezone: text('timezone'),
    locale: text('locale'),
    signedUpAt: Object.hasOwn(own, 'signed_up_at')
      ? instantOf(own['signed_up_at'])
      : user.signedUpAt,
    traits: mergedKeys(user.traits, patch.traits),
    context: mergedKeys(user.context, patch.context),
    lastSeen: isActivity && now > user.lastSeen ? now : user.lastSeen,
    updatedAt: isChange(patch) ? now : user.updatedAt,
  };
}

/** A user whom nobody knew before, as a patch creates them. */
export function createdUser(
  { workspaceId, externalId }: { workspaceId: string; externalId: string },
  patch: UserPatch,
  now: Date,
): User {
  const id = userIdOf(workspaceId, externalId);
  const nobody: User = {
    bucket: bucketOf(id),
    id,
    workspaceId,
    externalId,
    email: null,
    name: null,
    timezone: null,
    locale: null,
    signedUpAt: null,
    companyId: null,
    traits: {},
    context: {},
    firstSeen: now,
    lastSeen: now,
    createdAt: now,
    updatedAt: now,
  };
  return patchedUser(nobody, patch, { now, isActivity: true });
}

/** Whether a patch says anything about a user. */
const isChange = ({ own, traits, context }: UserPatch): boolean =>
  [own, traits, context].some((part) => Object.keys(part).length > 0);

/** Whether a patch has made a difference; being seen makes none. */
export const isDifferent = (before: User, after: User): boolean =>
  !isDeepStrictEqual(lasting(before), lasting(after));

const lasting = ({ lastSeen: _seen, updatedAt: _updated, ...rest }: User): object => rest;

/** `merge_keys`: key by key, new wins, null deletes. */
function mergedKeys(old: Json, patch: Json): Json {
  const entries = Object.entries(patch);
  if (entries.length === 0) return old;
  // A map, so that a trait called `__proto__` stays a trait.
  const merged = new Map(Object.entries(old));
  for (const [key, value] of entries) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

const instantOf = (text: string | null | undefined): Date | null =>
  text === null || text === undefined ? null : new Date(text);

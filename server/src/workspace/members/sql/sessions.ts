import type { Db } from '../../../platform/db.ts';

/** Where a member is signed in. */
export interface MemberSession {
  readonly id: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** The sessions of a member that have not expired, youngest first. */
export async function listSessionRows(
  db: Db,
  { memberId, now, limit }: { memberId: string; now: Date; limit: number },
): Promise<MemberSession[]> {
  return db<MemberSession[]>`
    select id, address, user_agent as "userAgent", created_at as "createdAt",
           updated_at as "updatedAt", expires_at as "expiresAt"
      from member_sessions
     where member_id = ${memberId} and expires_at > ${now}
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** Ends one session of a member. */
export async function deleteSession(
  db: Db,
  { memberId, id }: { memberId: string; id: string },
): Promise<boolean> {
  const { count } = await db`
    delete from member_sessions where member_id = ${memberId} and id = ${id}
  `;
  return count > 0;
}

/**
 * Ends the sessions of a member.
 *
 * @param exceptId a session that stays; null ends all
 */
export async function deleteSessions(
  db: Db,
  { memberId, exceptId }: { memberId: string; exceptId: string | null },
): Promise<number> {
  const { count } = await db`
    delete from member_sessions
     where member_id = ${memberId} and (${exceptId}::uuid is null or id <> ${exceptId}::uuid)
  `;
  return count;
}

/** Makes the browsers that a member trusts ask for the second factor again. */
export async function deleteTrust(db: Db, { memberId }: { memberId: string }): Promise<void> {
  await db`delete from member_verifications where value = ${memberId}`;
}

/** Deletes what has expired: sessions, steps of sign-ins, links. Across workspaces. */
export async function deleteExpired(db: Db, { before }: { before: Date }): Promise<void> {
  await db`delete from member_sessions where expires_at < ${before}`;
  await db`delete from member_verifications where expires_at < ${before}`;
  await db`delete from password_resets where expires_at < ${before}`;
  await db`delete from invitations where expires_at < ${before}`;
}

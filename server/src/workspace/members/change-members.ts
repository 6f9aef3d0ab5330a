import { inTransaction, type Db, type Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { lastOwner, memberNotFound } from './errors.ts';
import type { Member } from './member.ts';
import type { Role } from './role.ts';
import { deleteMembership, findMember, lockOwners, updateRole } from './sql/members.ts';
import { deleteSessions } from './sql/sessions.ts';

interface MemberRef {
  readonly workspaceId: string;
  readonly id: string;
}

/**
 * Gives a member another role. Their sessions end: what they may do is asked of a new one.
 *
 * @throws workspace.member_not_found, workspace.last_owner
 */
export async function changeRole(
  pool: Pool,
  { workspaceId, id, role, now }: MemberRef & { role: Role; now: Date },
): Promise<Member> {
  return inTransaction(pool, async (db) => {
    const member = await memberFor(db, { workspaceId, id }, role);
    if (member.role === role) return member;
    await updateRole(db, { workspaceId, memberId: member.id, role, now });
    await deleteSessions(db, { memberId: member.id, exceptId: null });
    return { ...member, role, updatedAt: now };
  });
}

/**
 * Takes a member out of a workspace; their sessions end.
 *
 * @throws workspace.member_not_found, workspace.last_owner
 */
export async function removeMember(pool: Pool, { workspaceId, id }: MemberRef): Promise<Member> {
  return inTransaction(pool, async (db) => {
    const member = await memberFor(db, { workspaceId, id }, null);
    await deleteSessions(db, { memberId: member.id, exceptId: null });
    await deleteMembership(db, { workspaceId, memberId: member.id });
    return member;
  });
}

/** The member who is to get a role, or none: nobody who is the last owner gets another. */
async function memberFor(
  db: Db,
  { workspaceId, id }: MemberRef,
  role: Role | null,
): Promise<Member> {
  const owners = await lockOwners(db, { workspaceId });
  const member = await findMember(db, { workspaceId, memberId: storedIdOf(id) });
  if (member === null) throw memberNotFound();
  if (member.role === 'owner' && role !== 'owner' && owners <= 1) throw lastOwner();
  return member;
}

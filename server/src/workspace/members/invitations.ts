import { inTransaction, refusalOf, type Db, type Pool } from '../../platform/db.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import {
  accountIncomplete,
  alreadyMember,
  invitationInvalid,
  invitationNotFound,
  tooManyInvitations,
} from './errors.ts';
import { storedEmailOf } from './member.ts';
import type { Role } from './role.ts';
import type { HashPassword } from './setup.ts';
import {
  countInvitations,
  deleteInvitation,
  findOpenInvitation,
  takeInvitation,
  upsertInvitation,
  type Invitation,
} from './sql/invitations.ts';
import {
  findMemberByEmail,
  hasMemberEmail,
  insertMember,
  insertMembership,
} from './sql/members.ts';
import { hashToken, newToken } from './token.ts';

const INVITATION_DAYS = 7;
const DAY_MS = 86_400_000;
/** More than any team is at once; a script cannot fill the table. */
const INVITATIONS_MAX = 200;

/** An invitation that was just made, with what its link holds: shown once. */
export type NewInvitation = Invitation & { readonly token: string };

/**
 * Invites an address to a workspace. Whoever was invited already gets a new link, and the old one ends.
 *
 * @throws workspace.already_member, workspace.too_many_invitations
 */
export async function invite(
  db: Db,
  {
    workspaceId,
    email: sent,
    role,
    invitedBy,
    now,
  }: {
    workspaceId: string;
    email: string;
    role: Role;
    invitedBy: { id: string; name: string };
    now: Date;
  },
): Promise<NewInvitation> {
  const email = storedEmailOf(sent);
  if (await hasMemberEmail(db, { workspaceId, email })) throw alreadyMember();
  if ((await countInvitations(db, { workspaceId })) >= INVITATIONS_MAX) {
    throw tooManyInvitations(INVITATIONS_MAX);
  }
  const token = newToken();
  const expiresAt = new Date(now.getTime() + INVITATION_DAYS * DAY_MS);
  const id = await upsertInvitation(db, {
    id: uuidv7(now),
    workspaceId,
    email,
    role,
    tokenHash: token.hash,
    invitedBy: invitedBy.id,
    now,
    expiresAt,
  });
  return {
    id,
    email,
    role,
    invitedBy: invitedBy.name,
    createdAt: now,
    expiresAt,
    token: token.text,
  };
}

/** @throws workspace.invitation_not_found */
export async function revokeInvitation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Invitation> {
  const revoked = await deleteInvitation(db, { workspaceId, id: storedIdOf(id) });
  if (revoked === null) throw invitationNotFound();
  return revoked;
}

/** What whoever holds a link is invited to. */
export interface InvitationLook {
  readonly email: string;
  readonly role: Role;
  readonly workspaceName: string;
  /** Whether the address has an account here: then no password is asked for. */
  readonly isMember: boolean;
}

/** @throws workspace.invitation_invalid */
export async function lookAtInvitation(
  db: Db,
  { token, now }: { token: string; now: Date },
): Promise<InvitationLook> {
  const found = await findOpenInvitation(db, { tokenHash: hashToken(token), now });
  if (found === null) throw invitationInvalid();
  const { email, role, workspaceName } = found;
  const isMember = (await findMemberByEmail(db, { email })) !== null;
  return { email, role, workspaceName, isMember };
}

/**
 * Makes whoever holds a link a member: with a new account, or with the one that the address has, of
 * which nothing is changed.
 *
 * @param who `name` and `password` may be null where the address has an account
 * @returns the address, and whether the account is new
 * @throws workspace.invitation_invalid
 * @throws workspace.account_incomplete
 */
export async function acceptInvitation(
  { pool, hashPassword }: { pool: Pool; hashPassword: HashPassword },
  {
    token,
    name,
    password,
    now,
  }: { token: string; name: string | null; password: string | null; now: Date },
): Promise<{ memberId: string; email: string; isNew: boolean }> {
  const tokenHash = hashToken(token);
  const open = await findOpenInvitation(pool, { tokenHash, now });
  if (open === null) throw invitationInvalid();
  // Outside of the transaction, for it takes a while.
  const passwordHash = password === null ? null : await hashPassword(password);
  return inTransaction(pool, async (db) => {
    const taken = await takeInvitation(db, { tokenHash, now });
    if (taken === null) throw invitationInvalid();
    const { pairId, email, role } = taken;
    const known = await findMemberByEmail(db, { email });
    const memberId = known?.id ?? uuidv7(now);
    if (known === null) {
      if (name === null || passwordHash === null) throw accountIncomplete();
      await addMember(db, { id: memberId, name, email, passwordHash, now });
    }
    await insertMembership(db, { pairId, memberId, role, now });
    return { memberId, email, isNew: known === null };
  });
}

/** Somebody may have got the address in this very moment, by an invitation to another workspace. */
async function addMember(
  db: Db,
  member: { id: string; name: string; email: string; passwordHash: string; now: Date },
): Promise<void> {
  try {
    await insertMember(db, { ...member, accountId: uuidv7(member.now) });
  } catch (error) {
    if (refusalOf(error)?.constraint === 'members_email') throw invitationInvalid();
    throw error;
  }
}

import type { Db } from '../../../platform/db.ts';
import type { PageAfter } from '../../../platform/page.ts';
import type { Role } from '../role.ts';

/** An invitation that nobody has accepted yet. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  /** Name of who invited; null when a member who is gone. */
  readonly invitedBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** An invitation as its link finds it. */
export interface OpenInvitation {
  readonly id: string;
  readonly pairId: string;
  readonly email: string;
  readonly role: Role;
  readonly workspaceName: string;
}

/** Adds an invitation; one for the same address is replaced, and its link ends. */
export async function upsertInvitation(
  db: Db,
  {
    id,
    workspaceId,
    email,
    role,
    tokenHash,
    invitedBy,
    now,
    expiresAt,
  }: {
    id: string;
    workspaceId: string;
    email: string;
    role: Role;
    tokenHash: Buffer;
    invitedBy: string;
    now: Date;
    expiresAt: Date;
  },
): Promise<string> {
  const rows = await db<{ id: string }[]>`
    insert into invitations
      (id, pair_id, email, role, token_hash, invited_by, created_at, expires_at)
    select ${id}::uuid, pair_id, ${email}, ${role}, ${tokenHash}, ${invitedBy}::uuid,
           ${now}::timestamptz, ${expiresAt}::timestamptz
      from workspaces
     where id = ${workspaceId}
    on conflict (pair_id, email) do update
       set role = excluded.role, token_hash = excluded.token_hash,
           invited_by = excluded.invited_by, created_at = excluded.created_at,
           expires_at = excluded.expires_at
    returning id
  `;
  return rows[0]?.id ?? id;
}

/** How many invitations of a workspace are stored, those that ended too. */
export async function countInvitations(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from invitations
     where pair_id = (select pair_id from workspaces where id = ${workspaceId})
  `;
  return rows[0]?.count ?? 0;
}

/** A page of the invitations of a workspace, youngest first, those that ended too. */
export async function listInvitationRows(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<Invitation[]> {
  return db<Invitation[]>`
    select i.id, i.email, i.role, u.name as "invitedBy", i.created_at as "createdAt",
           i.expires_at as "expiresAt"
      from invitations i
      left join members u on u.id = i.invited_by
     where i.pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and (${after?.at ?? null}::timestamptz is null
            or (i.created_at, i.id)
               < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by i.created_at desc, i.id desc
     limit ${limit}
  `;
}

/** Ends an invitation; null when there was none. */
export async function deleteInvitation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Invitation | null> {
  const rows = await db<Invitation[]>`
    delete from invitations
     where id = ${id} and pair_id = (select pair_id from workspaces where id = ${workspaceId})
    returning id, email, role, null as "invitedBy", created_at as "createdAt",
              expires_at as "expiresAt"
  `;
  return rows[0] ?? null;
}

/** The invitation behind a link; null when it ended. Across workspaces: nobody is signed in. */
export async function findOpenInvitation(
  db: Db,
  { tokenHash, now }: { tokenHash: Buffer; now: Date },
): Promise<OpenInvitation | null> {
  const rows = await db<OpenInvitation[]>`
    select i.id, i.pair_id as "pairId", i.email, i.role, w.name as "workspaceName"
      from invitations i
      join workspaces w on w.pair_id = i.pair_id and w.side = 'live'
     where i.token_hash = ${tokenHash} and i.expires_at > ${now}
  `;
  return rows[0] ?? null;
}

/** Takes the invitation behind a link, so that nobody else can; null when it ended. */
export async function takeInvitation(
  db: Db,
  { tokenHash, now }: { tokenHash: Buffer; now: Date },
): Promise<{ pairId: string; email: string; role: Role } | null> {
  const rows = await db<{ pairId: string; email: string; role: Role }[]>`
    delete from invitations
     where token_hash = ${tokenHash} and expires_at > ${now}
    returning pair_id as "pairId", email, role
  `;
  return rows[0] ?? null;
}

/** Whether an address is invited anywhere. Across workspaces: for who signs in for the first time. */
export async function isEmailInvited(
  db: Db,
  { email, now }: { email: string; now: Date },
): Promise<boolean> {
  const rows = await db`
    select 1 from invitations where email = ${email} and expires_at > ${now} limit 1
  `;
  return rows.length > 0;
}

/** Turns all invitations of an address into memberships. Across workspaces: likewise. */
export async function acceptAllInvitations(
  db: Db,
  { memberId, email, now }: { memberId: string; email: string; now: Date },
): Promise<void> {
  await db`
    with accepted as (
      delete from invitations where email = ${email} and expires_at > ${now}
      returning pair_id, role
    )
    insert into memberships (pair_id, member_id, role, created_at, updated_at)
    select pair_id, ${memberId}::uuid, role, ${now}::timestamptz, ${now}::timestamptz from accepted
    on conflict do nothing
  `;
}

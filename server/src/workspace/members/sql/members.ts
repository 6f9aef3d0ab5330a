import type { Db } from '../../../platform/db.ts';
import type { PageAfter } from '../../../platform/page.ts';
import type { Member, MemberSide } from '../member.ts';
import type { Role } from '../role.ts';

/** Whether anybody was ever made a member. Across workspaces: for the first run. */
export async function hasMembers(db: Db): Promise<boolean> {
  const rows = await db`select 1 from members limit 1`;
  return rows.length > 0;
}

/** Lets one transaction at a time make the first owner. Locks: an advisory lock, until it ends. */
export async function lockSetup(db: Db): Promise<void> {
  await db`select pg_advisory_xact_lock(hashtext('milepost setup'))`;
}

/** Adds a member and their password. */
export async function insertMember(
  db: Db,
  {
    id,
    accountId,
    name,
    email,
    passwordHash,
    now,
  }: {
    id: string;
    accountId: string;
    name: string;
    email: string;
    passwordHash: string;
    now: Date;
  },
): Promise<void> {
  await db`
    with member as (
      insert into members (id, name, email, email_verified, created_at, updated_at)
      values (${id}, ${name}, ${email}, true, ${now}, ${now})
      returning id
    )
    insert into member_accounts
      (id, member_id, provider, subject, password_hash, created_at, updated_at)
    select ${accountId}, id, 'credential', id::text, ${passwordHash}, ${now}, ${now} from member
  `;
}

/** Makes a member an owner of every workspace that there is. Across workspaces: for the first run. */
export async function ownAllWorkspaces(
  db: Db,
  { memberId, now }: { memberId: string; now: Date },
): Promise<void> {
  await db`
    insert into memberships (pair_id, member_id, role, created_at, updated_at)
    select distinct pair_id, ${memberId}::uuid, 'owner', ${now}::timestamptz, ${now}::timestamptz
      from workspaces
    on conflict do nothing
  `;
}

/**
 * Gives a new workspace the owners of the oldest one, or, while there is none, the oldest member.
 * Across workspaces: for whoever runs the server.
 */
export async function ownNewWorkspace(
  db: Db,
  { pairId, now }: { pairId: string; now: Date },
): Promise<void> {
  await db`
    with oldest as (
      select w.pair_id
        from workspaces w
       where exists (select 1 from memberships m where m.pair_id = w.pair_id)
       order by w.created_at, w.id
       limit 1
    ), owners as (
      select member_id from memberships
       where pair_id = (select pair_id from oldest) and role = 'owner'
      union
      (select id from members
        where not exists (select 1 from oldest)
        order by created_at, id
        limit 1)
    )
    insert into memberships (pair_id, member_id, role, created_at, updated_at)
    select ${pairId}::uuid, member_id, 'owner', ${now}::timestamptz, ${now}::timestamptz from owners
    on conflict do nothing
  `;
}

/** Adds a membership; one that is there stays as it is. */
export async function insertMembership(
  db: Db,
  { pairId, memberId, role, now }: { pairId: string; memberId: string; role: Role; now: Date },
): Promise<void> {
  await db`
    insert into memberships (pair_id, member_id, role, created_at, updated_at)
    values (${pairId}, ${memberId}, ${role}, ${now}, ${now})
    on conflict do nothing
  `;
}

/** What a member is on a side; null when they have no part in it. Index: memberships_pkey. */
export async function findRole(
  db: Db,
  { memberId, workspaceId }: { memberId: string; workspaceId: string },
): Promise<Role | null> {
  const rows = await db<{ role: Role }[]>`
    select m.role
      from workspaces w
      join memberships m on m.pair_id = w.pair_id
     where w.id = ${workspaceId} and m.member_id = ${memberId}
  `;
  return rows[0]?.role ?? null;
}

/** The sides that a member may look at, oldest first. */
export async function listSides(
  db: Db,
  { memberId, limit }: { memberId: string; limit: number },
): Promise<MemberSide[]> {
  return db<MemberSide[]>`
    select w.id as "workspaceId", m.role
      from memberships m
      join workspaces w on w.pair_id = m.pair_id
     where m.member_id = ${memberId}
     order by w.created_at, w.id
     limit ${limit}
  `;
}

/** A page of the members of a workspace, those who joined last first. */
export async function listMemberRows(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<Member[]> {
  return db<Member[]>`
    select u.id, u.name, u.email, m.role, u.two_factor_enabled as "hasSecondFactor",
           m.created_at as "createdAt", m.updated_at as "updatedAt"
      from memberships m
      join members u on u.id = m.member_id
     where m.pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and (${after?.at ?? null}::timestamptz is null
            or (m.created_at, m.member_id)
               < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by m.created_at desc, m.member_id desc
     limit ${limit}
  `;
}

/** One member of a workspace; null when there is none with this id. */
export async function findMember(
  db: Db,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<Member | null> {
  const rows = await db<Member[]>`
    select u.id, u.name, u.email, m.role, u.two_factor_enabled as "hasSecondFactor",
           m.created_at as "createdAt", m.updated_at as "updatedAt"
      from memberships m
      join members u on u.id = m.member_id
     where m.pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and m.member_id = ${memberId}
  `;
  return rows[0] ?? null;
}

/** Whether an address is that of a member of a workspace. */
export async function hasMemberEmail(
  db: Db,
  { workspaceId, email }: { workspaceId: string; email: string },
): Promise<boolean> {
  const rows = await db`
    select 1
      from members u
      join memberships m on m.member_id = u.id
     where u.email = ${email}
       and m.pair_id = (select pair_id from workspaces where id = ${workspaceId})
  `;
  return rows.length > 0;
}

/** Id of the member with an address, of whatever workspace; null when there is none. */
export async function findMemberByEmail(
  db: Db,
  { email }: { email: string },
): Promise<{ id: string } | null> {
  const rows = await db<{ id: string }[]>`select id from members where email = ${email}`;
  return rows[0] ?? null;
}

/**
 * How many owners a workspace has.
 *
 * Locks: their memberships, until the transaction ends, so that two of them cannot both be the last
 * but one.
 */
export async function lockOwners(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  const rows = await db`
    select member_id
      from memberships
     where pair_id = (select pair_id from workspaces where id = ${workspaceId}) and role = 'owner'
     order by member_id
       for update
  `;
  return rows.length;
}

/** Where the owners of a workspace read mail, those who joined first. */
export async function ownerEmails(
  db: Db,
  { workspaceId, limit }: { workspaceId: string; limit: number },
): Promise<string[]> {
  const rows = await db<{ email: string }[]>`
    select u.email
      from memberships m
      join members u on u.id = m.member_id
     where m.pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and m.role = 'owner'
     order by m.created_at, m.member_id
     limit ${limit}
  `;
  return rows.map(({ email }) => email);
}

/** Writes a member's role in a workspace. */
export async function updateRole(
  db: Db,
  {
    workspaceId,
    memberId,
    role,
    now,
  }: { workspaceId: string; memberId: string; role: Role; now: Date },
): Promise<void> {
  await db`
    update memberships
       set role = ${role}, updated_at = ${now}
     where pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and member_id = ${memberId}
  `;
}

/** Takes a member out of a workspace; whoever is in none any more is nobody's member. */
export async function deleteMembership(
  db: Db,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<void> {
  await db`
    delete from memberships
     where pair_id = (select pair_id from workspaces where id = ${workspaceId})
       and member_id = ${memberId}
  `;
  await db`
    delete from members u
     where u.id = ${memberId}
       and not exists (select 1 from memberships m where m.member_id = u.id)
  `;
}

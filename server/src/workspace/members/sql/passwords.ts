import type { Db } from '../../../platform/db.ts';

/** Stores the link by which a member gets a new password; one that was there ends. */
export async function upsertReset(
  db: Db,
  {
    memberId,
    tokenHash,
    dropsSecondFactor,
    now,
    expiresAt,
  }: {
    memberId: string;
    tokenHash: Buffer;
    dropsSecondFactor: boolean;
    now: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await db`
    insert into password_resets (member_id, token_hash, drops_second_factor, created_at, expires_at)
    values (${memberId}, ${tokenHash}, ${dropsSecondFactor}, ${now}, ${expiresAt})
    on conflict (member_id) do update
       set token_hash = excluded.token_hash, drops_second_factor = excluded.drops_second_factor,
           created_at = excluded.created_at, expires_at = excluded.expires_at
  `;
}

/** Takes the link, so that nobody else can; null when it ended. */
export async function takeReset(
  db: Db,
  { tokenHash, now }: { tokenHash: Buffer; now: Date },
): Promise<{ memberId: string; dropsSecondFactor: boolean } | null> {
  const rows = await db<{ memberId: string; dropsSecondFactor: boolean }[]>`
    delete from password_resets
     where token_hash = ${tokenHash} and expires_at > ${now}
    returning member_id as "memberId", drops_second_factor as "dropsSecondFactor"
  `;
  return rows[0] ?? null;
}

/** Writes a member's password; whoever had none gets one. */
export async function writePassword(
  db: Db,
  {
    accountId,
    memberId,
    passwordHash,
    now,
  }: { accountId: string; memberId: string; passwordHash: string; now: Date },
): Promise<void> {
  await db`
    insert into member_accounts
      (id, member_id, provider, subject, password_hash, created_at, updated_at)
    values (${accountId}, ${memberId}, 'credential', ${memberId}, ${passwordHash}, ${now}, ${now})
    on conflict (provider, subject) do update
       set password_hash = excluded.password_hash, updated_at = excluded.updated_at
  `;
}

/** Forgets a member's second factor. */
export async function deleteSecondFactor(
  db: Db,
  { memberId, now }: { memberId: string; now: Date },
): Promise<void> {
  await db`delete from member_second_factors where member_id = ${memberId}`;
  await db`
    update members set two_factor_enabled = false, updated_at = ${now} where id = ${memberId}
  `;
}

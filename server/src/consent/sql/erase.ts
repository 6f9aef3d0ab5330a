import type { Db } from '../../platform/db.ts';
import type { UserRef } from '../consent.ts';

/** What there is of a person's consent. Index: preferences_pkey, consent_changes_by_user. */
export async function countConsentOf(
  db: Db,
  { bucket, userId }: UserRef,
): Promise<{ preferences: number; consentChanges: number }> {
  const rows = await db<{ preferences: number; consentChanges: number }[]>`
    select (select count(*)::int from preferences
             where bucket = ${bucket} and user_id = ${userId}) as preferences,
           (select count(*)::int from consent_changes
             where bucket = ${bucket} and user_id = ${userId}) as "consentChanges"
  `;
  return rows[0] ?? { preferences: 0, consentChanges: 0 };
}

/** How a suppression of an address or a user was added or taken away. */
export interface SuppressionChange {
  readonly id: string;
  readonly change: 'added' | 'removed';
  readonly reason: string;
  readonly source: string;
  readonly note: string | null;
  readonly at: Date;
}

/** What was suppressed of these hashes, and let go again, the last first. Index: suppression_changes_by_hash. */
export async function suppressionChangesOf(
  db: Db,
  { workspaceId, hashes, limit }: { workspaceId: string; hashes: readonly string[]; limit: number },
): Promise<SuppressionChange[]> {
  return db<SuppressionChange[]>`
    select s.id, s.change, s.reason, s.source, s.note, s.at
      from unnest(${[...hashes]}::text[]) as q (hash)
     cross join lateral (
       select * from suppression_changes
        where workspace_id = ${workspaceId} and hash = decode(q.hash, 'hex')
        order by id desc
        limit ${limit}) s
     order by s.at desc, s.id desc
     limit ${limit}
  `;
}

/** What members wrote beside suppressions of these hashes. Index: suppressions_once, suppression_changes_by_hash. */
export async function notesOf(
  db: Db,
  { workspaceId, hashes }: { workspaceId: string; hashes: readonly string[] },
): Promise<string[]> {
  const rows = await db<{ note: string }[]>`
    select s.detail ->> 'note' as note
      from unnest(${[...hashes]}::text[]) as q (hash)
      join suppressions s on s.workspace_id = ${workspaceId} and s.hash = decode(q.hash, 'hex')
     where s.detail ->> 'note' is not null
    union
    select c.note
      from unnest(${[...hashes]}::text[]) as q (hash)
      join suppression_changes c on c.workspace_id = ${workspaceId} and c.hash = decode(q.hash, 'hex')
     where c.note is not null
  `;
  return rows.map(({ note }) => note);
}

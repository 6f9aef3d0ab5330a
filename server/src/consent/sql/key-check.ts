import type { Db } from '../../platform/db.ts';

/**
 * Keeps the mark of the first key that this database was used with.
 *
 * @returns the mark that is kept
 */
export async function keepFirst(db: Db, mark: string): Promise<string | null> {
  await db`
    insert into facts (name, value, updated_at)
    values ('consent_key', to_jsonb(${mark}::text), db_now())
        on conflict (name) do nothing
  `;
  const rows = await db<{ mark: string | null }[]>`
    select value #>> '{}' as mark from facts where name = 'consent_key'
  `;
  return rows[0]?.mark ?? null;
}

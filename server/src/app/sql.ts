import type { Db, Json } from '../platform/db.ts';

/** A small fact of the installation; null when nobody has written it. */
export async function readFact<T>(db: Db, name: string): Promise<T | null> {
  const rows = await db<{ value: T }[]>`select value from facts where name = ${name}`;
  return rows[0]?.value ?? null;
}

/** Writes a fact that was not known before. */
export async function writeFact(
  db: Db,
  { name, value, now }: { name: string; value: Json; now: Date },
): Promise<void> {
  await db`
    insert into facts (name, value, updated_at) values (${name}, ${db.json(value)}, ${now})
  `;
}

/** What the database says of itself. */
export async function serverVersion(db: Db): Promise<{ version: string; number: number }> {
  const rows = await db<{ version: string; number: number }[]>`
    select current_setting('server_version') as version,
           current_setting('server_version_num')::int as number
  `;
  return rows[0] ?? { version: 'unknown', number: 0 };
}

/** The settings that make a commit durable. */
export async function durabilitySettings(db: Db): Promise<{ name: string; setting: string }[]> {
  return db<{ name: string; setting: string }[]>`
    select name, setting from pg_settings
     where name in ('fsync', 'full_page_writes', 'synchronous_commit')
     order by name
  `;
}

/** The newest time-zone data of a worker that runs; null when none does. */
export async function newestZoneData(db: Db): Promise<string | null> {
  const rows = await db<{ newest: string | null }[]>`
    select max(tz_version collate "C") as newest from workers where stopped_at is null
  `;
  return rows[0]?.newest ?? null;
}

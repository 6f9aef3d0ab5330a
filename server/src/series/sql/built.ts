import type { Db } from '../../platform/db.ts';
import type { EmailContent } from '../../template/index.ts';

/** An email as it is rendered, by the hash of what it was made from. */
export interface StoredContent {
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly content: EmailContent;
}

/** Keeps built emails of an automation; what is there already is the same. */
export async function insertBuilt(
  db: Db,
  { automationId, contents }: { automationId: string; contents: readonly StoredContent[] },
): Promise<void> {
  if (contents.length === 0) return;
  await db`
    insert into built_emails (automation_id, key, content)
    select ${automationId}, decode(c.key, 'hex'), c.content::jsonb
      from unnest(
        ${contents.map(({ key }) => key)}::text[],
        ${contents.map(({ content }) => JSON.stringify(content))}::text[]
      ) as c (key, content)
    on conflict (automation_id, key) do nothing
  `;
}

/** The built emails of some keys. Across workspaces, as `findVersion`. Index: built_emails_pkey. */
export async function findBuilt(
  db: Db,
  { automationId, keys }: { automationId: string; keys: readonly string[] },
): Promise<StoredContent[]> {
  if (keys.length === 0) return [];
  return db<StoredContent[]>`
    select encode(b.key, 'hex') as key, b.content
      from unnest(${[...keys]}::text[]) as asked (key)
      join built_emails b on b.automation_id = ${automationId} and b.key = decode(asked.key, 'hex')
  `;
}

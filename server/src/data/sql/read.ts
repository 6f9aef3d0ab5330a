import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';

/** Which of these users left all marketing. Index: preferences_pkey. */
export async function leftAllOf(
  db: Db,
  { users }: { users: readonly { bucket: number; id: string }[] },
): Promise<ReadonlySet<string>> {
  const rows = await db<{ id: string }[]>`
    select p.user_id as id
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ id }) => id)}::uuid[]) as q (bucket, id)
      join preferences p on p.bucket = q.bucket and p.user_id = q.id and p.list_id = ${NIL_UUID}
     where p.state = 'unsubscribed'
  `;
  return new Set(rows.map(({ id }) => id));
}

/** A message without what was written in it. */
export interface MessageRow {
  readonly id: string;
  readonly userId: string;
  readonly automationId: string;
  readonly stepId: string;
  readonly state: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly messageId: string;
  readonly transport: string;
  readonly scheduledFor: Date;
  readonly sentAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A page of the messages of a side, the youngest first. Index: messages_by_age. */
export async function messagesWithoutBodies(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<MessageRow[]> {
  return db<MessageRow[]>`
    select id, user_external_id as "userId", automation_id as "automationId", step_id as "stepId",
           state, to_address as "to", from_address as "from", subject, message_id as "messageId",
           transport, scheduled_for as "scheduledFor", sent_at as "sentAt",
           created_at as "createdAt", updated_at as "updatedAt"
      from messages
     where workspace_id = ${workspaceId}
       ${after === null ? db`` : db`and (created_at, id) < (${after.at}, ${after.id}::uuid)`}
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** What is configured on a side, beside lists and settings. */
export const CONFIGURED = ['automation', 'template', 'saved_filter', 'sender'] as const;
export type Configured = (typeof CONFIGURED)[number];

/** A thing that is configured, whole. */
export interface ConfiguredRow {
  readonly id: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** A page of what is configured, by id. Cost: few rows, but with whole emails in them. */
export async function configuredRows(
  db: Db,
  {
    workspaceId,
    kind,
    after,
    limit,
  }: { workspaceId: string; kind: Configured; after: string | null; limit: number },
): Promise<ConfiguredRow[]> {
  const from = after ?? NIL_UUID;
  switch (kind) {
    case 'automation':
      return db<ConfiguredRow[]>`
        select a.id, to_jsonb(a) - 'workspace_id' || jsonb_build_object(
                 'versions', coalesce((select jsonb_agg(to_jsonb(v) - 'automation_id' order by v.number)
                                         from series_versions v where v.automation_id = a.id), '[]'),
                 'broadcast', (select to_jsonb(b) - 'workspace_id' - 'automation_id'
                                 from broadcasts b where b.automation_id = a.id)) as row
          from automations a
         where a.workspace_id = ${workspaceId} and a.id > ${from}
         order by a.id
         limit ${limit}
      `;
    case 'template':
      return db<ConfiguredRow[]>`
        select t.id, to_jsonb(t) - 'workspace_id' || jsonb_build_object(
                 'versions', coalesce((select jsonb_agg(to_jsonb(v) - 'workspace_id' - 'template_id'
                                                        order by v.number)
                                         from template_versions v
                                        where v.workspace_id = t.workspace_id
                                          and v.template_id = t.id), '[]')) as row
          from templates t
         where t.workspace_id = ${workspaceId} and t.id > ${from}
         order by t.id
         limit ${limit}
      `;
    case 'saved_filter':
      return db<ConfiguredRow[]>`
        select f.id, to_jsonb(f) - 'workspace_id' as row
          from saved_filters f
         where f.workspace_id = ${workspaceId} and f.id > ${from}
         order by f.id
         limit ${limit}
      `;
    case 'sender':
      return db<ConfiguredRow[]>`
        select s.id, to_jsonb(s) - 'workspace_id' as row
          from senders s
         where s.workspace_id = ${workspaceId} and s.id > ${from}
         order by s.id
         limit ${limit}
      `;
  }
}

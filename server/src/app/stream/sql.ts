import type { Db } from '../../platform/db.ts';

/** How often rows of the tables that people look at have been written, as far as the database tells. */
export interface TableWrites {
  readonly name: string;
  readonly writes: number;
}

/**
 * Reads counters in the memory of the database, and no table. A busy session may tell of its last
 * writes up to ten seconds late.
 */
export async function readTableWrites(db: Db, names: readonly string[]): Promise<TableWrites[]> {
  return db<TableWrites[]>`
    select relname as name, n_tup_ins + n_tup_upd + n_tup_del as writes
      from pg_stat_user_tables
     where schemaname = current_schema and relname = any(${[...names]}::text[])
     limit ${names.length}
  `;
}

/** What stands for everything about one topic of a side, or of one of its series: another print, another state. */
export interface Print {
  readonly topic: string;
  readonly automationId: string | null;
  readonly print: string;
}

/** Automations looked at; of a side with more, the youngest. */
const AUTOMATIONS_MAX = 1_000;
/** Nobody sees the difference beyond. */
const DOUBTED_MAX = 1_000;

/**
 * The prints of a side. Indexes: automations_by_age, broadcasts_by_side, messages_by_age,
 * messages_in_doubt, message_counts_pkey (two hours), step_days_pkey and passage_days_by_side (two
 * days), users_by_age; report_deltas whole, which is short.
 */
export async function readPrints(db: Db, workspaceId: string): Promise<Print[]> {
  return db<Print[]>`
    with side as materialized (
      select id, updated_at, clock_now, coalesce(clock_now, db_now()) as now
        from workspaces where id = ${workspaceId}
    ), automation as materialized (
      select a.id, a.type, a.updated_at, a.status, a.version
        from side join automations a on a.workspace_id = side.id
       order by a.created_at desc
       limit ${AUTOMATIONS_MAX}
    )
    select 'settings' as topic, null::uuid as "automationId", updated_at::text as print from side
    union all
    select 'test_clock', null, clock_now::text from side where clock_now is not null
    union all
    select case type when 'broadcast' then 'broadcasts' else 'series' end, id,
           concat_ws(' ', updated_at, status, version)
      from automation
    union all
    select 'broadcasts', b.automation_id,
           concat_ws(' ', b.state, b.looked, b.fed, b.gone, b.left_queue, b.finished_at, b.counts)
      from side join broadcasts b on b.workspace_id = side.id and b.due_at is not null
    union all
    select 'enrollments', automation_id, concat_ws(' ', sum(abs(count)), sum(count))
      from (select d.automation_id, d.count
              from side join step_days d
                on d.workspace_id = side.id and d.day >= (side.now - interval '1 day')::date
            union all
            select d.automation_id, d.count
              from side join passage_days d
                on d.workspace_id = side.id and d.entered_day >= (side.now - interval '1 day')::date
             where d.state = 'active'
            union all
            select d.automation_id, d.count
              from side join report_deltas d on d.workspace_id = side.id
             where d.what = 'step' or d.what = 'passage' and d.kind = 'active') counted
     group by 2
    union all
    select 'messages', c.automation_id, max(c.updated_at)::text
      from side join message_counts c
        on c.workspace_id = side.id and c.hour >= date_trunc('hour', db_now()) - interval '1 hour'
     group by 2
    union all
    (select 'messages', null, id::text
       from messages
      where workspace_id = ${workspaceId}
      order by created_at desc, id desc
      limit 1)
    union all
    select 'messages', null, 'in doubt ' || count(*)
      from (select from messages
             where workspace_id = ${workspaceId} and state = 'in_doubt'
             limit ${DOUBTED_MAX}) doubted
    union all
    select 'sending', p.automation_id, p.id::text
      from side join sending_pauses p on p.workspace_id = side.id and p.resumed_at is null
    union all
    (select 'users', null, id::text
       from users
      where workspace_id = ${workspaceId}
      order by created_at desc, id desc
      limit 1)
  `;
}

/** Members that look, with the sessions by which they do. */
export interface Watcher {
  readonly sessionToken: string;
  readonly memberId: string;
  readonly workspaceId: string;
}

/** Of watchers those whose session holds and who are members still, by their place in the list. */
export async function stillWatching(
  db: Db,
  { watchers, now }: { watchers: readonly Watcher[]; now: Date },
): Promise<number[]> {
  if (watchers.length === 0) return [];
  const rows = await db<{ place: number }[]>`
    select w.place::int as place
      from unnest(${watchers.map((one) => one.sessionToken)}::text[],
                  ${watchers.map((one) => one.memberId)}::uuid[],
                  ${watchers.map((one) => one.workspaceId)}::uuid[])
             with ordinality as w (token, member_id, workspace_id, place)
      join member_sessions s
        on s.token = w.token and s.member_id = w.member_id and s.expires_at > ${now}
      join workspaces side on side.id = w.workspace_id
      join memberships m on m.pair_id = side.pair_id and m.member_id = w.member_id
     limit ${watchers.length}
  `;
  return rows.map(({ place }) => place - 1);
}

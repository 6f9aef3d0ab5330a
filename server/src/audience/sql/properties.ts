import type { Db } from '../../platform/db.ts';

/** A member of the JSON of some people, companies or events, of one type. */
export interface SeenMember {
  readonly key: string;
  /** As `jsonb_typeof` has it. */
  readonly type: string;
  readonly count: number;
  /** The youngest value that is there. */
  readonly example: unknown;
}

/** Members of the traits of the youngest users, and of those last seen. Index: users_by_age, users_by_seen. */
export async function traitsSeen(
  db: Db,
  { workspaceId, sample, limit }: { workspaceId: string; sample: number; limit: number },
): Promise<SeenMember[]> {
  return db<SeenMember[]>`
    with seen as (
      (select id, traits from users where workspace_id = ${workspaceId}
        order by created_at desc, id desc limit ${sample})
      union all
      (select id, traits from users where workspace_id = ${workspaceId}
        order by seen_on desc, id desc limit ${sample})
    )
    select m.key, jsonb_typeof(m.value) as type, count(*)::int as count,
           (array_agg(m.value))[1] as example
      from seen cross join lateral jsonb_each(seen.traits) m
     where m.value <> 'null'
     group by 1, 2
     order by 3 desc, 1, 2
     limit ${limit}
  `;
}

/** Members of the traits of the youngest companies. Index: companies_by_age. */
export async function companyTraitsSeen(
  db: Db,
  { workspaceId, sample, limit }: { workspaceId: string; sample: number; limit: number },
): Promise<SeenMember[]> {
  return db<SeenMember[]>`
    with seen as (
      select id, traits from companies where workspace_id = ${workspaceId}
       order by created_at desc, id desc limit ${sample}
    )
    select m.key, jsonb_typeof(m.value) as type, count(*)::int as count,
           (array_agg(m.value))[1] as example
      from seen cross join lateral jsonb_each(seen.traits) m
     where m.value <> 'null'
     group by 1, 2
     order by 3 desc, 1, 2
     limit ${limit}
  `;
}

/** A type of events that came, when last, and what its last ones held. */
export interface SeenEventType {
  readonly eventType: string;
  readonly lastAt: Date;
  readonly members: readonly SeenMember[];
}

/**
 * The types of events that a side has, in the order of their names.
 *
 * Index: events_by_type, from one type to the next, and of each the last `sample`.
 */
export async function eventTypesSeen(
  db: Db,
  { workspaceId, sample, limit }: { workspaceId: string; sample: number; limit: number },
): Promise<SeenEventType[]> {
  return db<SeenEventType[]>`
    with recursive kind (event_type, place) as (
      (select event_type, 1 from events
        where workspace_id = ${workspaceId} order by event_type limit 1)
      union all
      select (select e.event_type from events e
               where e.workspace_id = ${workspaceId} and e.event_type > k.event_type
               order by e.event_type limit 1), place + 1
        from kind k where k.event_type is not null and k.place < ${limit}
    )
    select k.event_type as "eventType", f."lastAt", coalesce(f.members, '[]') as members
      from kind k
     cross join lateral (
       select max(stored_at) as "lastAt",
              (select jsonb_agg(to_jsonb(g))
                 from (select m.key, jsonb_typeof(m.value) as type, count(*)::int as count,
                              (array_agg(m.value))[1] as example
                         from jsonb_array_elements(jsonb_agg(l.metadata)) d
                        cross join lateral jsonb_each(d) m
                        where m.value <> 'null'
                        group by 1, 2
                        order by 3 desc, 1, 2
                        limit ${limit}) g) as members
         from (select stored_at, metadata from events e
                where e.workspace_id = ${workspaceId} and e.event_type = k.event_type
                order by e.stored_at desc, e.id desc
                limit ${sample}) l) f
     where k.event_type is not null
     order by k.event_type
  `;
}

import type { Fragment } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';

/** A piece of a side's users, youngest first. */
export interface Page {
  readonly workspaceId: string;
  /** Where the piece before it ended; null at the beginning. As text: the database knows microseconds. */
  readonly cursorAt: string | null;
  readonly cursorId: string | null;
  readonly limit: number;
}

/** What has to be known of a piece before its people are told apart. */
export interface PageLook {
  readonly looked: number;
  /** Where it ends: instant and id. Null for an empty piece. */
  readonly last: readonly [at: string, id: string] | null;
  /** The zones of its people, as they are stored; asked for where people are due by them. */
  readonly timezones: readonly (string | null)[];
  /**
   * Addresses that SQL alone cannot judge: not in ASCII. All of them, where the side suppresses
   * somebody of whom only the hash is left.
   */
  readonly odd: readonly (readonly [userId: string, address: string])[];
}

/**
 * Looks at the next users of a side. Locks nothing.
 *
 * Index: users_by_age, suppressions_erased.
 */
export async function lookAtPage(
  db: Db,
  { workspaceId, cursorAt, cursorId, limit }: Page,
  { withZones }: { withZones: boolean },
): Promise<PageLook> {
  const rows = await db<PageLook[]>`
    with page as materialized (
      select u.id, u.email, u.timezone, u.created_at
        from users u
       where u.workspace_id = ${workspaceId}
         and (u.created_at, u.id) < (coalesce(${cursorAt}::text::timestamptz, 'infinity'),
                                     coalesce(${cursorId}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       order by u.created_at desc, u.id desc
       limit ${limit}
    )
    select (select count(*)::int from page) as looked,
           (select array[created_at::text, id::text] from page order by created_at, id limit 1) as last,
           case when ${withZones} then (select json_agg(distinct timezone) from page) end as timezones,
           (select json_agg(json_build_array(id, email)) from page
             where email is not null
               and (octet_length(email) <> char_length(email) or strpos(lower(email), 'xn--') > 0
                    or (select exists (select from suppressions s
                                        where s.workspace_id = ${workspaceId}
                                          and s.address is null and s.user_id is null)))) as odd
  `;
  const [row] = rows;
  if (row === undefined) throw new Error('a look gave no answer');
  return { ...row, timezones: row.timezones ?? [], odd: row.odd ?? [] };
}

/** Why some hashes are suppressed. Index: suppressions_once. */
export async function suppressedHashes(
  db: Db,
  { workspaceId, hashes }: { workspaceId: string; hashes: readonly string[] },
): Promise<{ hash: string; reason: string }[]> {
  return db<{ hash: string; reason: string }[]>`
    select q.hash, s.reason
      from unnest(${hashes as string[]}::text[]) as q (hash)
      join suppressions s on s.workspace_id = ${workspaceId} and s.hash = decode(q.hash, 'hex')
  `;
}

/** By what people are told apart. */
export interface AudienceRules {
  readonly workspaceId: string;
  readonly now: Date;
  /** Conditions over `users u left join companies c`; null for everybody with an address. */
  readonly matches: (() => Fragment) | null;
  readonly needsCompany: boolean;
  /** Whose subscribers are meant; null for no list's. */
  readonly audienceListId: string | null;
  readonly purpose: 'marketing' | 'transactional';
  /** The list that the email belongs to. */
  readonly emailListId: string | null;
  readonly cap: { readonly count: number; readonly days: number } | null;
}

/** What was found out about addresses that SQL alone cannot judge. */
export interface OddAddresses {
  readonly ids: readonly string[];
  readonly invalidIds: readonly string[];
  /** Users whose address or id is suppressed by its hash, and why. */
  readonly suppressed: readonly { readonly userId: string; readonly reason: string }[];
}

/** The strongest reason first, as `refusal_of` has them. */
const REASONS = ['complaint', 'hard_bounce', 'manual', 'import', 'unsubscribe'];
const ATOM = "[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** What `isEmail` takes, for addresses in ASCII; the last label must have a letter. */
const ADDRESS = `^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}$`;
/** Most addresses, if they are no longer than a label may be: this costs 2 µs each instead of 14. */
const USUAL =
  '^[A-Za-z0-9_+-]+(?:\\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+[.-])*[A-Za-z0-9]+\\.[A-Za-z]+$';
const USUAL_LENGTH_MAX = 63;
const LAST_LABEL = '\\.[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*$';
const ADDRESS_LENGTH_MAX = 254;
const LOCAL_LENGTH_MAX = 64;

/**
 * The people of a piece who are in the audience, each with why they are not to be mailed, or null: two
 * CTEs, `page` and `classed (bucket, id, timezone, reason)`.
 *
 * The first that holds: no_address, invalid_address, what `refusal_of` says, duplicate_address (somebody
 * of the audience who was created earlier has the same one, in whatever case), capped.
 * Index: users_by_age, preferences_pkey, suppressions_by_address, suppressions_by_user, users_email,
 * messages_by_user: one probe each per person.
 */
export function classedPeople(
  db: Db,
  { workspaceId, cursorAt, cursorId }: Omit<Page, 'limit'>,
  { last, rules, odd }: { last: PageLook['last']; rules: AudienceRules; odd: OddAddresses },
): Fragment {
  const [lastAt, lastId] = last ?? ['infinity', NIL_UUID];
  return db`
    page as materialized (
      select u.*
        from users u
       where u.workspace_id = ${workspaceId}
         and (u.created_at, u.id) < (coalesce(${cursorAt}::text::timestamptz, 'infinity'),
                                     coalesce(${cursorId}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         and (u.created_at, u.id) >= (${lastAt}::text::timestamptz, ${lastId}::uuid)
    ), hashed as materialized (
      select * from unnest(${odd.suppressed.map(({ userId }) => userId)}::uuid[],
                           ${odd.suppressed.map(({ reason }) => reason)}::text[]) as h (user_id, reason)
    ), matched as materialized (
      select u.bucket, u.id, u.email, u.timezone, u.created_at
        from page u ${joinCompanies(db, rules)}
       where ${isInAudience(db, rules)}
    ), classed as materialized (
      select m.bucket, m.id, m.timezone,
             case when m.email is null or m.email = '' then 'no_address'
                  when not ${isAddress(db, odd)} then 'invalid_address'
                  else coalesce(${suppressionOf(db, rules, odd)}, ${unsubscribedOf(db, rules)},
                                case when ${isDuplicate(db, rules)} then 'duplicate_address' end,
                                ${cappedOf(db, rules)}) end as reason
        from matched m
    )`;
}

/** The company of the user `u`, as `c`. Index: companies_pkey, for a bucket is told by the id. */
const joinCompanies = (db: Db, { needsCompany }: AudienceRules): Fragment =>
  needsCompany
    ? db`left join lateral (
           select c.* from companies c
            where c.bucket = ('x' || right(u.company_id::text, 2))::bit(8)::int % 64
              and c.id = u.company_id
            limit 1) c on true`
    : db``;

function isInAudience(db: Db, rules: AudienceRules): Fragment {
  const { workspaceId, matches, audienceListId: listId } = rules;
  const chosen =
    matches === null ? (listId === null ? db`u.email <> ''` : db`true`) : db`${matches()}`;
  if (listId === null) return db`(${chosen})`;
  return db`(${chosen} and
    case (select kind from lists
           where id = ${listId} and workspace_id = ${workspaceId} and archived_at is null)
    when 'opt_in' then coalesce(${stateOf(db, { of: db`u`, listId })} = 'subscribed', false)
    when 'opt_out' then coalesce(${stateOf(db, { of: db`u`, listId })}, 'subscribed') = 'subscribed'
    else false end)`;
}

/** What a person has chosen about a list; null for nothing. */
const stateOf = (db: Db, { of, listId }: { of: Fragment; listId: string }): Fragment =>
  db`(select p.state from preferences p
       where p.bucket = ${of}.bucket and p.user_id = ${of}.id and p.list_id = ${listId})`;

function isAddress(db: Db, { ids, invalidIds }: OddAddresses): Fragment {
  const isPlain = db`
    case when length(m.email) <= ${USUAL_LENGTH_MAX} and m.email ~ ${USUAL}::text then true
         else m.email ~ ${ADDRESS}::text and m.email ~ ${LAST_LABEL}::text
              and length(m.email) <= ${ADDRESS_LENGTH_MAX}
              and strpos(m.email, '@') <= ${LOCAL_LENGTH_MAX + 1} end`;
  if (ids.length === 0) return db`(${isPlain})`;
  return db`(case when m.id = any(${ids as string[]}::uuid[])
                  then m.id <> all(${invalidIds as string[]}::uuid[]) else ${isPlain} end)`;
}

function suppressionOf(
  db: Db,
  { workspaceId, purpose }: AudienceRules,
  { suppressed }: OddAddresses,
): Fragment {
  const byHash =
    suppressed.length === 0
      ? db``
      : db`union all select h.reason from hashed h where h.user_id = m.id`;
  return db`
    case when (select true from suppressions s
                where s.workspace_id = ${workspaceId} order by s.hash limit 1) then (
      select 'suppressed:' || (${REASONS}::text[])[min(array_position(${REASONS}::text[], s.reason))]
        from (select s.reason from suppressions s
               where s.workspace_id = ${workspaceId} and s.address = lower(m.email)
              union all
              select s.reason from suppressions s
               where s.workspace_id = ${workspaceId} and s.user_id = m.id
              ${byHash}) s
       where s.reason <> 'unsubscribe' or ${purpose}::text = 'marketing') end`;
}

function unsubscribedOf(db: Db, { workspaceId, purpose, emailListId }: AudienceRules): Fragment {
  if (purpose !== 'marketing') return db`null`;
  const all = db`case when coalesce(${stateOf(db, { of: db`m`, listId: NIL_UUID })}, 'subscribed')
                             <> 'subscribed' then 'unsubscribed' end`;
  if (emailListId === null) return all;
  const list = db`(select case when archived_at is null then kind else 'archived' end from lists
                    where id = ${emailListId} and workspace_id = ${workspaceId})`;
  return db`${all},
    case coalesce(${list}, 'missing')
    when 'missing' then 'list_missing'
    when 'archived' then 'list_archived'
    else case coalesce(${stateOf(db, { of: db`m`, listId: emailListId })}, ${list})
         when 'unsubscribed' then 'unsubscribed:list'
         when 'pending' then 'not_confirmed'
         when 'subscribed' then null
         when 'opt_out' then null
         else 'not_subscribed' end end`;
}

/** The age is written so that no index over it is thought of: the address finds the few there are. */
const isDuplicate = (db: Db, rules: AudienceRules): Fragment => db`
  exists (
    select from users u ${joinCompanies(db, rules)}
     where u.workspace_id = ${rules.workspaceId} and u.email is not null
       and lower(u.email) = any (address_spellings(m.email))
       and (u.created_at + interval '0', u.id) < (m.created_at, m.id)
       and ${isInAudience(db, rules)})`;

/** As the frequency cap counts: what has begun to leave within the days. */
function cappedOf(db: Db, { cap, now }: AudienceRules): Fragment {
  if (cap === null) return db`null::text`;
  return db`
    case when ${cap.count}::int <= (
      select count(*) from (
        select from messages o
         where o.bucket = m.bucket and o.user_id = m.id
           and o.state in ('sending', 'accepted', 'delivered', 'bounced', 'complained', 'in_doubt')
           and o.created_at > ${now}::timestamptz - make_interval(hours => ${24 * (cap.days + 2)}::int)
           and coalesce(o.sent_at, o.attempted_at, o.created_at)
                 > ${now}::timestamptz - make_interval(hours => ${24 * cap.days}::int)
         limit ${cap.count}::int) s) then 'capped' end`;
}

/** How many of a piece there are of each kind; '' for those who would be mailed. Changes nothing. */
export async function countPeople(
  db: Db,
  page: Omit<Page, 'limit'>,
  how: Parameters<typeof classedPeople>[2],
): Promise<ReasonCount[]> {
  return db<ReasonCount[]>`
    with ${classedPeople(db, page, how)}
    select coalesce(reason, '') as reason, timezone, count(*)::int as count
      from classed
     group by 1, 2
  `;
}

export interface ReasonCount {
  readonly reason: string;
  readonly timezone: string | null;
  readonly count: number;
}

/** When people of one zone are due; null for those who are left out because it has passed. */
export interface ZoneDue {
  /** As it is stored; null for people without one. */
  readonly timezone: string | null;
  readonly dueAt: Date | null;
}

/**
 * Writes down who of a piece is to be mailed when, and who is not and why.
 *
 * Spread by a hash of who and what, which is the same whatever the order in which people come.
 *
 * @param zones of all the piece's people; the first is for whoever has moved elsewhere since the look
 * @returns how many there are of each kind; '' for those who are to be mailed
 */
export async function insertPeople(
  tx: Db,
  page: Omit<Page, 'limit'>,
  how: Parameters<typeof classedPeople>[2],
  {
    automationId,
    zones,
    spreadMs,
  }: { automationId: string; zones: readonly ZoneDue[]; spreadMs: number },
): Promise<Omit<ReasonCount, 'timezone'>[]> {
  const dueOf = ({ dueAt }: ZoneDue): string | null => dueAt?.toISOString() ?? null;
  const other = zones[0];
  if (other === undefined) throw new Error('a snapshot needs a due time');
  const isOne = zones.length === 1;
  const spread =
    spreadMs === 0
      ? tx`interval '0'`
      : tx`floor(${spreadMs}::float8 * (('x' || left(md5(p.id::text || ${automationId}::text), 8))::bit(32)::bigint
             / 4294967296.0)) * interval '1 millisecond'`;
  const zone = isOne
    ? tx`cross join (select ${dueOf(other)}::text::timestamptz as due_at) z`
    : tx`left join zone on zone.timezone is not distinct from p.timezone
         cross join lateral (
           select case when zone.known then zone.due_at
                       else ${dueOf(other)}::text::timestamptz end as due_at) z`;
  return tx<Omit<ReasonCount, 'timezone'>[]>`
    with ${classedPeople(tx, page, how)}, zone as materialized (
      select timezone, due_at::timestamptz as due_at, true as known
        from unnest(${zones.map(({ timezone }) => timezone)}::text[],
                    ${zones.map(dueOf)}::text[]) as z (timezone, due_at)
    ), person as materialized (
      select p.bucket, p.id, z.due_at + ${spread} as due_at,
             coalesce(p.reason, case when z.due_at is null then 'already_past' end) as reason
        from classed p ${zone}
    ), written as (
      insert into broadcast_recipients (bucket, automation_id, user_id, due_at, exclusion)
      select bucket, ${automationId}, id, coalesce(due_at, ${how.rules.now}), reason
        from person
       order by bucket, id
    )
    select coalesce(reason, '') as reason, count(*)::int as count from person group by 1
  `;
}

import { NIL_UUID } from '../../platform/ids.ts';
import type { Fragment, Sql } from './fragment.ts';

/**
 * Whether the user `u` has left all marketing, as consent judges it. Never null.
 * Index: preferences_pkey.
 */
export const hasLeftSql = (sql: Sql): Fragment => sql`exists (
  select 1 from preferences a
   where a.bucket = u.bucket and a.user_id = u.id and a.list_id = ${NIL_UUID}::uuid
     and a.state <> 'subscribed')`;

/**
 * How the user `u` stands to the list `l`, by the preference `p` (null where nothing was chosen) and
 * by `${hasLeft}`.
 */
export const standingSql = (sql: Sql, hasLeft: Fragment): Fragment => sql`
  case when p.state = 'unsubscribed' or ${hasLeft} then 'unsubscribed'
       when p.state = 'subscribed' or p.state is null and l.kind = 'opt_out' then 'subscribed'
       else 'not_subscribed' end`;

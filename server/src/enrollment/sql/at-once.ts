import type { Db } from '../../platform/db.ts';
import type { ActivePassage } from '../at-once.ts';
import type { RowRef } from './move-on.ts';

interface UserRef {
  readonly bucket: number;
  readonly userId: string;
}

/**
 * Lets nobody else decide about these users until the transaction ends: which series they may enter,
 * how many emails they may get.
 *
 * Locks: the users, in the order of their keys. Index: users_pkey.
 */
export async function lockUsers(db: Db, users: readonly UserRef[]): Promise<void> {
  await db`
    select 1
      from users u
      join unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[]
           ) as q (bucket, id) on u.bucket = q.bucket and u.id = q.id
     order by u.bucket, u.id
       for no key update of u
  `;
}

/**
 * The series that users are in, with the priority of the version they are on. Across workspaces: the
 * users are the caller's. Index: enrollments_one_active, automations_pkey,
 * series_versions_pkey.
 */
export async function loadActive(
  db: Db,
  users: readonly UserRef[],
): Promise<(ActivePassage & { userId: string })[]> {
  return db<(ActivePassage & { userId: string })[]>`
    select e.user_id as "userId", e.id as "enrollmentId", e.entered_at as "enteredAt",
           coalesce((v.settings ->> 'priority')::int, 0) as priority
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[]
           ) as q (bucket, user_id)
      join enrollments e on e.bucket = q.bucket and e.user_id = q.user_id and e.state = 'active'
      join automations a on a.id = e.automation_id and a.type = 'series'
      join series_versions v on v.automation_id = e.automation_id and v.number = e.version
  `;
}

/**
 * The rows that advance enrollments, locked, without those that somebody else holds at this moment.
 *
 * Locks: the rows, skipping; whoever waits for a user while holding a row is thus never waited for.
 * Index: recipients_pkey.
 */
export async function lockFreeRows(
  db: Db,
  enrollments: readonly { readonly bucket: number; readonly enrollmentId: string }[],
): Promise<RowRef[]> {
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from unnest(
             ${enrollments.map(({ bucket }) => bucket)}::smallint[],
             ${enrollments.map(({ enrollmentId }) => enrollmentId)}::uuid[]
           ) as q (bucket, enrollment_id)
      join recipients r on r.bucket = q.bucket and r.enrollment_id = q.enrollment_id and r.advances
       for update of r skip locked
  `;
}

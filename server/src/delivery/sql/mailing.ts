import type { Db } from '../../platform/db.ts';

/** What kind of mail a message is: what decides whether somebody may decline it. */
export interface Mailing {
  readonly purpose: 'marketing' | 'transactional';
  readonly list: { readonly id: string; readonly name: string } | null;
}

/**
 * Purpose and list of a message, as its step has them now: a correction of the content changes both.
 * Null where no version has the step any more. Index: enrollments_pkey, series_versions_pkey.
 */
export async function findMailing(
  db: Db,
  message: { bucket: number; enrollmentId: string; automationId: string; stepId: string },
): Promise<Mailing | null> {
  const { bucket, enrollmentId, automationId, stepId } = message;
  const rows = await db<
    { purpose: Mailing['purpose']; listId: string | null; listName: string | null }[]
  >`
    select coalesce(s.step ->> 'purpose', 'marketing') as purpose,
           l.id as "listId", l.name as "listName"
      from enrollments e
      join series_versions v on v.automation_id = ${automationId}
     cross join lateral jsonb_array_elements(v.steps) as s (step)
      left join lists l on l.workspace_id = e.workspace_id and l.id::text = s.step ->> 'list_id'
     where e.bucket = ${bucket} and e.id = ${enrollmentId}
       and s.step ->> 'id' = ${stepId} and s.step ->> 'type' = 'email'
     -- Whoever was moved to another version may have been sent a step that this one has not.
     order by v.number = e.version desc, v.number desc
     limit 1
  `;
  const [row] = rows;
  if (row === undefined) return null;
  const { purpose, listId, listName } = row;
  return { purpose, list: listId === null ? null : { id: listId, name: listName ?? '' } };
}

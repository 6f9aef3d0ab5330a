import type { Db } from '../../platform/db.ts';

/** Why a step occurrence ended as it did; null where it has no reason, or has not ended. Index: step_log_pkey. */
export async function findStepReason(
  db: Db,
  { bucket, enrollmentId, seq }: { bucket: number; enrollmentId: string; seq: number },
): Promise<string | null> {
  const rows = await db<{ reason: string | null }[]>`
    select reason from step_log
     where bucket = ${bucket} and enrollment_id = ${enrollmentId} and seq = ${seq}
  `;
  return rows[0]?.reason ?? null;
}

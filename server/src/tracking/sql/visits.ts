import type { Transaction } from '../../platform/db.ts';

/** An event that turned out to be a machine's. */
export interface Remade {
  readonly bucket: number;
  readonly id: string;
  readonly reason: string;
}

/** Marks visits as a machine's. Their messages are locked. Index: message_events_pkey. */
export async function markMachines(tx: Transaction, remade: readonly Remade[]): Promise<void> {
  if (remade.length === 0) return;
  await tx`
    update message_events e
       set detail = e.detail || jsonb_build_object('machine', true, 'reason', q.reason)
      from unnest(
        ${remade.map(({ bucket }) => bucket)}::smallint[],
        ${remade.map(({ id }) => id)}::uuid[],
        ${remade.map(({ reason }) => reason)}::text[]
      ) as q (bucket, id, reason)
     where e.bucket = q.bucket and e.id = q.id
  `;
}

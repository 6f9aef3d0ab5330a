import { expect } from 'vitest';
import { inTransaction, type Pool } from '../../src/platform/db.ts';
import { until } from './until.ts';

/**
 * Changes a subject in the draft of an automation at the worst moment for a call: it has read the draft, and
 * waits for its row, which this holds. Another process could do so at any time.
 *
 * @returns what the call came to
 */
export async function slipIn<T>(
  db: Pool,
  { id, from, to }: { id: string; from: string; to: string },
  call: () => Promise<T>,
): Promise<T> {
  let called: Promise<T> | undefined;
  await inTransaction(db, async (tx) => {
    await tx`select from automations where id = ${id} for update`;
    called = call();
    await until(async () => {
      const waiting = await db`
        select from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`;
      expect(waiting).toHaveLength(1);
    });
    const changed = await tx`
      update automations set draft = replace(draft::text, ${from}, ${to})::jsonb
       where id = ${id} and draft::text like ${`%${from}%`}`;
    expect(changed.count).toBe(1);
  });
  return called as Promise<T>;
}

import type { Db } from './db.ts';

/** The name under which the working connections of our processes are known to the database. */
export const SESSION_NAME = 'milepost';

/**
 * Ends sessions of our processes that hold a transaction open while the database waits for their next
 * word: the process was stopped, or its network was cut, and its locks would stay for as long.
 *
 * Time-outs of the session do not see all of them. One that was stopped between the parts of a
 * statement counts as running it, and a statement's time-out is ignored while the next part is read.
 * Source: ProcessInterrupts in PostgreSQL's tcop/postgres.c.
 *
 * Needs no privilege: a role may look at its own sessions and end them.
 *
 * @param heldUpMs how long the database has waited
 * @returns how many were ended
 */
export async function endHeldUpSessions(
  db: Db,
  { heldUpMs }: { heldUpMs: number },
): Promise<number> {
  const rows = await db<{ isEnded: boolean }[]>`
    select pg_terminate_backend(pid) as "isEnded"
      from pg_stat_activity
     where datname = current_database() and usename = current_user
       and application_name = ${SESSION_NAME} and pid <> pg_backend_pid()
       and state <> 'idle' and wait_event = 'ClientRead'
       and state_change < clock_timestamp() - ${heldUpMs} * interval '1 millisecond'
  `;
  return rows.filter(({ isEnded }) => isEnded).length;
}

import type { Db } from '../../platform/db.ts';
import type { Pace } from '../outlets/throttle.ts';

/** From when a handover may begin; or when to ask again, where that is too far ahead. */
export interface Slot {
  readonly startsAt: Date | null;
  readonly askAt: Date | null;
}

/**
 * Gives handovers their turns, paced over all workers by the database's clock; see the function.
 *
 * @param leadMs a slot is at least so far ahead: what comes before the handover takes its time
 * @param horizonMs and at most so far
 */
export async function takeSlots(
  db: Db,
  paces: readonly Pace[],
  { leadMs, horizonMs }: { leadMs: number; horizonMs: number },
): Promise<Slot[]> {
  const rows = await db<(Slot & { place: number })[]>`
    select place, starts_at as "startsAt", ask_at as "askAt"
      from take_slots(
             ${paces.map(({ outlet }) => outlet.key)}::text[],
             ${paces.map(({ outlet }) => outlet.perSecond)}::float8[],
             ${paces.map(({ provider }) => provider?.key ?? null)}::text[],
             ${paces.map(({ provider }) => provider?.perSecond ?? null)}::float8[],
             ${paces.map(({ day }) => day?.key ?? null)}::text[],
             ${paces.map(({ day }) => day?.max ?? null)}::int[],
             ${paces.map(({ flow }) => flow)}::text[],
             ${leadMs} * interval '1 millisecond', ${horizonMs} * interval '1 millisecond')
     order by place
  `;
  return rows.map(({ startsAt, askAt }) => ({ startsAt, askAt }));
}

/** Halves the pace of a key, and lets nothing begin for a while. Index: throttles_pkey. */
export async function slowDown(
  db: Db,
  { key, restMs }: { key: string; restMs: number },
): Promise<void> {
  await db`
    insert into throttles as t (key, next_at, pace, paced_at)
    values (${key}, db_now() + ${restMs} * interval '1 millisecond', 0.5, db_now())
        on conflict (key) do update
       set next_at = greatest(t.next_at, excluded.next_at), paced_at = db_now(),
           -- Many handovers are under way when the first is told to slow down: that is one request.
           pace = case when t.pace < 1 and t.paced_at > db_now() - interval '2 seconds' then t.pace
                       else greatest(0.1, least(1, t.pace + 0.05 * extract(epoch from db_now() - t.paced_at)) / 2) end
  `;
}

/** Forgets paces that hold nobody up, and days that are over. Index: throttles_pkey. */
export async function forgetThrottles(db: Db): Promise<void> {
  await db`delete from throttles where next_at < db_now() - interval '1 hour'`;
  await db`delete from throttle_days where day < (db_now() at time zone 'UTC')::date - 1`;
}

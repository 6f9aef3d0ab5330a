import { expect } from 'vitest';
import type { Db } from '../../src/platform/db.ts';

interface LedgerRow {
  readonly planned: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly pending: number;
  readonly processing: number;
  readonly inDoubt: number;
  readonly unaccounted: number;
}

/**
 * Expects the books of every series to be exact: each step occurrence ever planned is in one place
 * and one only, and enrollments, their rows and their messages agree. True at any moment, but read in
 * one statement each, so call it when nothing moves.
 */
export async function expectExactLedger(db: Db): Promise<void> {
  const rows = await db<LedgerRow[]>`
    select planned::int, passed::int, skipped::int, failed::int, cancelled::int, pending::int,
           processing::int, in_doubt::int as "inDoubt", unaccounted::int
      from ledger
  `;
  for (const { planned, unaccounted, ...places } of rows) {
    expect({ unaccounted, sum: Object.values(places).reduce((a, b) => a + b, 0) }).toEqual({
      unaccounted: 0,
      sum: planned,
    });
  }
  expect(await oddEnrollments(db)).toEqual([]);
  expect(await oddMessages(db)).toEqual([]);
}

/** Active ones without exactly one row that advances them, ended ones with a row that waits. */
function oddEnrollments(db: Db) {
  return db`
    select e.id, e.state, count(r.seq) filter (where r.advances)::int as rows,
           count(r.seq) filter (where r.advances and r.status = 'pending')::int as waiting
      from enrollments e
      left join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
     group by e.bucket, e.id
    having case when e.state = 'active' then count(r.seq) filter (where r.advances) <> 1
                else count(r.seq) filter (where r.advances and r.status = 'pending') > 0 end
     limit 10
  `;
}

/** Messages whose state and whose step's outcome contradict each other. */
function oddMessages(db: Db) {
  return db`
    select m.id, m.state, l.outcome, r.status
      from messages m
      left join step_log l on l.bucket = m.bucket and l.enrollment_id = m.enrollment_id and l.seq = m.seq
      left join recipients r on r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
     where case m.state
             when 'accepted' then l.outcome is distinct from 'passed'
             when 'delivered' then l.outcome is distinct from 'passed'
             when 'bounced' then coalesce(l.outcome, '') not in ('passed', 'failed')
             when 'complained' then l.outcome is distinct from 'passed'
             when 'rejected' then l.outcome is distinct from 'failed'
             when 'cancelled' then coalesce(l.outcome, 'passed') = 'passed'
             when 'sending' then r.status is distinct from 'processing'
             when 'in_doubt' then l.outcome is not null or r.seq is not null
             else l.outcome is not null end
     limit 10
  `;
}

import { afterAll, expect, test } from 'vitest';
import { databaseClock, systemClock, type Clock } from '../../src/platform/clock.ts';
import { testDatabase } from '../support/database.ts';

const { db, drop } = await testDatabase({ migrated: false });
afterAll(drop);

/** The database's time according to itself, for comparison. */
async function databaseMs(): Promise<number> {
  const [row] = await db<{ at: Date }[]>`select clock_timestamp() as at`;
  return row!.at.getTime();
}

test('the clock follows the database, and not a host whose date is wrong', async () => {
  const wrong: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + 3.6e6) };
  const clock = await databaseClock(db, wrong);
  expect(Math.abs(clock.now().getTime() - (await databaseMs()))).toBeLessThan(100);
  expect(Math.abs(clock.hostOffsetMs - 3.6e6)).toBeLessThan(100);
});

test('setting the host back does not move it; its monotonic clock and a sync do', async () => {
  const host = { dateMs: 1e12, monotonicMs: 0 };
  const clock = await databaseClock(db, {
    now: () => new Date(host.dateMs),
    monotonicMs: () => host.monotonicMs,
  });
  const before = clock.now().getTime();
  host.dateMs -= 86_400_000;
  expect(clock.now().getTime()).toBe(before);
  host.monotonicMs += 5_000;
  expect(clock.now().getTime()).toBe(before + 5_000);
  const offsetMs = await clock.sync();
  expect(Math.abs(clock.now().getTime() - (await databaseMs()))).toBeLessThan(100);
  expect(offsetMs).toBe(clock.hostOffsetMs);
});

import { startChild } from '../child.ts';
import type { Database } from '../cluster.ts';
import type { Measure } from '../measure.ts';
import { createSide, insertUsers, makeDue } from '../workspace.ts';

const STEPS = 100;
const MINUTES = { amount: 1, unit: 'minutes' };
/** A long backlog of short waits: however fast the engine is, something is due. */
const SERIES = {
  name: 'Minutes',
  settings: { max_lateness: { amount: 168, unit: 'hours' } },
  steps: Array.from({ length: STEPS }, (_, i) => ({
    id: `w${i + 1}`,
    type: 'wait',
    delay: MINUTES,
  })),
};

/** Draining while somebody else's snapshot keeps every dead row from being cleaned up. */
export const snapshot: Measure = {
  name: 'snapshot',
  what: 'due steps advanced while a snapshot is held elsewhere',
  run: async ({ cluster, isQuick, say }) => {
    const forMs = isQuick ? 10_000 : 60_000;
    const stretchMs = isQuick ? 2_000 : 5_000;
    const database = await cluster.create('bench_snapshot');
    const side = await createSide(database, SERIES);
    const count = isQuick ? 30_000 : 100_000;
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count });
    await makeDue(database.db, side, 'w1');
    await database.db`
      update recipients
         set due_at = date_trunc('milliseconds', now() - interval '6 days' + random() * interval '1 minute')
    `;
    await database.settle('users', 'enrollments', 'recipients');
    const engine = startChild('engine.ts');
    await engine.call('start', { url: database.url });
    const drain = () => engine.call<number[]>('drainFor', { forMs, stretchMs });

    say('warming up');
    await engine.call('drainFor', { forMs: forMs / 6, stretchMs });
    say('without');
    const before = await drain();
    await database.settle('recipients');
    say('held');
    const held = await withSnapshot(database, drain);
    await database.settle('recipients');
    say('without, again');
    const after = await drain();
    await engine.stop();
    await database.drop();
    // What is cleaned up late makes the second half slower by itself: compared are the same stretches.
    const stretches = Math.min(before.length, held.length, after.length);
    const free = Array.from(
      { length: stretches },
      (_, i) => ((before[i] ?? 0) + (after[i] ?? 0)) / 2,
    );
    return [
      {
        what: `due steps advanced, snapshot held for ${forMs / 1_000} s`,
        unit: '/s',
        ours: held.slice(0, stretches),
        peer: { name: 'no snapshot, before and after', values: free },
        target: { kind: 'ratio', atLeast: 0.9 },
        note: `while held, per stretch of at least ${stretchMs / 1_000} s: ${held.map(Math.round).join(', ')}`,
      },
    ];
  },
};

async function withSnapshot<T>({ db }: Database, work: () => Promise<T>): Promise<T> {
  return (
    await db.begin('isolation level repeatable read', async (tx) => {
      await tx`set local idle_in_transaction_session_timeout = 0`;
      await tx`select count(*) from automations`;
      return { value: await work() };
    })
  ).value;
}

import { startChild } from '../child.ts';
import type { Database } from '../cluster.ts';
import { perSecond, type Measure } from '../measure.ts';
import { createSide, insertUsers } from '../workspace.ts';

const SERIES = {
  name: 'Everybody on the pro plan',
  settings: {
    entry_trigger: 'segment_match',
    audience: { field: 'traits.plan', operator: 'equals', value: 'pro' },
    send_window: { start: '09:00', end: '17:00' },
  },
  steps: [
    { id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } },
    { id: 'e1', type: 'email', subject: 'Welcome', html: '<p>Welcome, {{ user.name }}</p>' },
  ],
};

interface Scanned {
  readonly entered: number;
  readonly isFinished: boolean;
  readonly pieces: number;
  readonly longestMs: number;
  readonly ms: number;
}

/** A series that takes in everybody who matches its audience, at its activation. */
export const scan: Measure = {
  name: 'scan',
  what: 'entering 1,000,000 users by filter',
  run: async ({ cluster, isQuick, say }) => {
    const count = isQuick ? 50_000 : 1_000_000;
    const database = await cluster.create('bench_scan');
    const side = await createSide(database, SERIES);
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count });
    await database.settle('users');
    say('measuring');
    const scanner = startChild('scanner.ts');
    await scanner.call('start', { url: database.url });
    const { entered, isFinished, pieces, longestMs, ms } = await scanner.call<Scanned>(
      'scan',
      side,
    );
    await scanner.stop();
    if (entered !== count || !isFinished) throw new Error(`${entered} of ${count} users entered`);
    await requireExact(database, count);
    await database.drop();
    const people = count.toLocaleString('en');
    return [
      {
        what: `entering ${people} users by filter`,
        unit: '/s',
        ours: [perSecond(entered, ms)],
        peer: null,
        target: { kind: 'at least', value: 20_000 },
        note: `entering by filter: one worker, ${pieces} transactions`,
      },
      {
        what: `longest transaction of those, for which locks are held`,
        unit: 'ms',
        ours: [longestMs],
        peer: null,
        target: { kind: 'at most', value: 1_000 },
      },
    ];
  },
};

/** The figures count only if the ledger does. */
async function requireExact({ db }: Database, count: number): Promise<void> {
  const [row] = await db<{ pending: number; unaccounted: number }[]>`
    select pending, unaccounted from ledger
  `;
  if (row?.pending !== count || row.unaccounted !== 0) {
    throw new Error(`the ledger is not exact: ${JSON.stringify(row)}`);
  }
}

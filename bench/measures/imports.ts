import { startChild } from '../child.ts';
import type { Measure } from '../measure.ts';
import { createSide } from '../workspace.ts';

const SERIES = {
  name: 'Any',
  steps: [{ id: 'w1', type: 'wait', delay: { amount: 1, unit: 'days' } }],
};

interface Imported {
  /** From the first byte of the file to the last user. */
  readonly seconds: number;
  /** Of processors, in this process and in the database. */
  readonly busySeconds: number;
  /** The most memory that the process had more than before it began. */
  readonly grownMb: number;
  readonly fileMb: number;
}

/** A file of users, taken in and written, by one process. */
export const imports: Measure = {
  name: 'imports',
  what: 'a file of users, from its first byte to the last user',
  run: async ({ cluster, isQuick, say }) => {
    const users = isQuick ? 100_000 : 1_000_000;
    const database = await cluster.create('bench_imports');
    const { workspaceId } = await createSide(database, SERIES);
    const child = startChild('importer.ts');
    await child.call('start', { url: database.url });
    say(`${users.toLocaleString('en')} users`);
    const done = await child.call<Imported>('import', { workspaceId, users });
    await child.stop();
    await database.drop();
    const note = `one process; a file of ${done.fileMb.toFixed(0)} MB, 8 columns`;
    return [
      {
        what: `importing ${users.toLocaleString('en')} users from CSV`,
        unit: 's',
        ours: [done.seconds],
        peer: null,
        target: { kind: 'at most', value: (120 * users) / 1_000_000 },
        note,
      },
      {
        what: 'processor time of it, in both',
        unit: 's',
        ours: [done.busySeconds],
        peer: null,
        target: null,
        note: 'two cores give 2 s of it in each second',
      },
      {
        what: 'memory that the process grows by meanwhile',
        unit: 'MB',
        ours: [done.grownMb],
        peer: null,
        target: { kind: 'at most', value: 200 },
        note,
      },
    ];
  },
};

import { startChild } from '../child.ts';
import type { Measure } from '../measure.ts';

const WHAT = 'plan one step: mixed zones, windows, days and holidays';

/** Planning alone, on one core. */
export const plan: Measure = {
  name: 'plan',
  what: 'planning one step',
  run: async ({ isQuick }) => {
    const child = startChild('planner.ts');
    const rounds = isQuick ? 3 : 7;
    const count = isQuick ? 100_000 : 300_000;
    const explained: number[] = [];
    const bare: number[] = [];
    await child.call('run', { count, explain: true });
    for (let round = 0; round < rounds; round += 1) {
      explained.push(await child.call<number>('run', { count, explain: true }));
      bare.push(await child.call<number>('run', { count, explain: false }));
    }
    await child.stop();
    return [
      {
        what: `${WHAT}, with its reasons`,
        unit: '/s',
        ours: explained,
        peer: null,
        target: { kind: 'at least', value: 100_000 },
      },
      { what: `${WHAT}, without`, unit: '/s', ours: bare, peer: null, target: null },
    ];
  },
};

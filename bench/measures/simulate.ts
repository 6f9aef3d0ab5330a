import { startChild } from '../child.ts';
import type { Measure } from '../measure.ts';

/** A year of many people on the virtual clock, in one process that has just compiled the series. */
export const simulate: Measure = {
  name: 'simulate',
  what: 'a year of 1,000 people in a series of 12 steps, on a virtual clock',
  run: async ({ isQuick, say }) => {
    const rounds = isQuick ? 2 : 5;
    const plain: number[] = [];
    const timed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`);
      // A process each: the first simulation is the one that somebody waits for.
      for (const [isTimed, taken] of [
        [false, plain],
        [true, timed],
      ] as const) {
        const child = startChild('simulator.ts');
        taken.push(await child.call<number>('simulate', { people: 1_000, isTimed }));
        await child.stop();
      }
    }
    const target = { kind: 'at most', value: 5_000 } as const;
    return [
      {
        what: 'a simulation of 1,000 people × 12 steps × 1 year',
        unit: 'ms',
        ours: plain,
        peer: null,
        target,
      },
      {
        what: 'the same with a goal that each full hour is looked at for',
        unit: 'ms',
        ours: timed,
        peer: null,
        target,
      },
    ];
  },
};

import { startChild } from '../child.ts';
import { alternate, perSecond, type Measure } from '../measure.ts';

interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

const LIMITS = '1 s and 128 MB an email';

/** Rendering in threads, against rendering in the calling one; and MIME against nodemailer's. */
export const render: Measure = {
  name: 'render',
  what: 'emails rendered in threads, and written as MIME',
  run: async ({ isQuick, say }) => {
    const rounds = isQuick ? 3 : 7;
    const count = isQuick ? 4_000 : 20_000;
    const child = startChild('renderer.ts');
    const perCore: number[] = [];
    const rate =
      (method: string, params: object = {}) =>
      async (): Promise<number> => {
        const { ms, cpuMs } = await child.call<Took>(method, { count, ...params });
        if (method === 'threads') perCore.push(perSecond(count, cpuMs));
        return perSecond(count, ms);
      };
    const runs = {
      threads: rate('threads', { threads: 1 }),
      inline: rate('inline'),
      compose: rate('compose'),
      nodemailer: rate('nodemailer'),
    };
    say('warming up');
    for (const run of Object.values(runs)) await run();
    perCore.length = 0;
    say('measuring');
    const figures = await alternate(rounds, runs);
    await child.stop();
    return [
      {
        what: `emails rendered in a thread, ${LIMITS}`,
        unit: '/s',
        ours: figures.threads,
        peer: { name: 'in the calling thread, no limits', values: figures.inline },
        target: null,
      },
      {
        what: 'emails rendered in a thread, per core, the trip included',
        unit: '/s',
        ours: perCore,
        peer: null,
        target: { kind: 'at least', value: 1_000 },
        note: 'by the time that all threads of the process took of the processors',
      },
      {
        what: 'emails written as MIME',
        unit: '/s',
        ours: figures.compose,
        peer: { name: "nodemailer's composer", values: figures.nodemailer },
        target: { kind: 'ratio', atLeast: 1 },
      },
    ];
  },
};

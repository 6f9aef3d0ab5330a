import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../child.ts';
import { MAIL_SERIES, SMTP_CONNECTIONS } from '../mail.ts';
import type { Measure } from '../measure.ts';
import type { Begun } from '../processes/mail-sink.ts';
import { createSide, insertUsers, limitSide, makeDue } from '../workspace.ts';

const PER_SECOND = 100;
const WORKERS = 4;
/** The first turns are given while the workers start; what they use of the rate counts from here on. */
const WARM_MS = 3_000;
const WAIT_MS_MAX = 20_000;

/** Workers beside each other that keep to one limit, and use it. */
export const throttle: Measure = {
  name: 'throttle',
  what: `${WORKERS} workers that keep to one limit together`,
  run: async ({ cluster, say }) => {
    const measuredMs = 20_000;
    const count = (PER_SECOND * (measuredMs + 2 * WARM_MS)) / 1_000;
    const database = await cluster.create('bench_throttle');
    const side = await createSide(database, MAIL_SERIES);
    await insertUsers(database.db, { workspaceId: side.workspaceId, prefix: 'user', count });
    await database.settle('users');
    const sink = startChild('mail-sink.ts');
    const smtpPort = await sink.call<number>('start', { isTimed: true });
    await limitSide(database, side, { smtpPort, perSecond: PER_SECOND });
    const workers = Array.from({ length: WORKERS }, () => startChild('worker.ts'));
    await Promise.all(workers.map((worker) => worker.call('prepare', { url: database.url })));
    const most: number[] = [];
    const mostAtFirst: number[] = [];
    const used: number[] = [];
    say('measuring');
    // One round: what has been sent never leaves again.
    await makeDue(database.db, side, 'e1');
    await database.settle('recipients', 'enrollments');
    await startAll(workers, smtpPort);
    const begun = await handoversOf(sink, WARM_MS + measuredMs);
    await Promise.all(workers.map((worker) => worker.call('stop')));
    await sink.call('begun');
    requireOnce(begun);
    const fromMs = (begun[0]?.atMs ?? 0) + WARM_MS;
    const inTime = begun.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + measuredMs);
    most.push(mostInOneSecond(begun.filter(({ atMs }) => atMs >= fromMs)));
    mostAtFirst.push(mostInOneSecond(begun.filter(({ atMs }) => atMs < fromMs)));
    used.push(inTime.length / ((PER_SECOND * measuredMs) / 1_000));
    await Promise.all([sink, ...workers].map((child) => child.stop()));
    await database.drop();
    const limit = `a limit of ${PER_SECOND} handovers a second`;
    return [
      {
        what: `most handovers in any second, ${limit}`,
        unit: '',
        ours: most,
        peer: null,
        target: { kind: 'at most', value: PER_SECOND + 1 },
        note: `${WORKERS} worker processes, ${measuredMs / 1_000} s, as the receiving server sees it`,
      },
      {
        what: 'the same, while the workers start and open their connections',
        unit: '',
        ours: mostAtFirst,
        peer: null,
        target: null,
        note: 'what opens a connection begins later than its turn, by as long as that takes',
      },
      {
        what: `share that is used of ${limit}`,
        unit: '',
        ours: used,
        peer: null,
        target: { kind: 'at least', value: 0.95 },
      },
    ];
  },
};

/** Starts every worker, with a limited way out for the side that has one. */
export async function startAll(workers: readonly Child[], smtpPort: number): Promise<void> {
  const start = { smtpPort, connections: SMTP_CONNECTIONS };
  await Promise.all(workers.map((worker) => worker.call('start', start)));
}

/** The handovers of so long a time, from the first one on. */
async function handoversOf(sink: Child, ms: number): Promise<Begun[]> {
  const begun: Begun[] = [];
  const startedMs = performance.now();
  for (;;) {
    begun.push(...(await sink.call<Begun[]>('begun')));
    const [first, last] = [begun[0], begun.at(-1)];
    if (first !== undefined && last !== undefined && last.atMs - first.atMs > ms) return begun;
    if (performance.now() - startedMs > ms + WAIT_MS_MAX) throw new Error('the mails do not come');
    await sleep(100);
  }
}

function requireOnce(begun: readonly Begun[]): void {
  const people = new Set(begun.map(({ to }) => to));
  if (people.size !== begun.length) throw new Error('somebody was written to twice');
}

/** The most of them that begin within one second, wherever it begins. */
function mostInOneSecond(begun: readonly Begun[]): number {
  const instants = begun.map(({ atMs }) => atMs).toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [last, atMs] of instants.entries()) {
    while ((instants[first] ?? atMs) <= atMs - 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

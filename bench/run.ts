import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROFILE_DIR, stopChildren } from './child.ts';
import { startCluster } from './cluster.ts';
import { machineOf } from './machine.ts';
import { judge, type Bench, type Judged, type Measure } from './measure.ts';
import { broadcast } from './measures/broadcast.ts';
import { claim } from './measures/claim.ts';
import { conditions } from './measures/conditions.ts';
import { e2e } from './measures/e2e.ts';
import { enroll } from './measures/enroll.ts';
import { events } from './measures/events.ts';
import { fairness } from './measures/fairness.ts';
import { idle } from './measures/idle.ts';
import { imports } from './measures/imports.ts';
import { lists } from './measures/lists.ts';
import { mail } from './measures/mail.ts';
import { plan } from './measures/plan.ts';
import { render } from './measures/render.ts';
import { scan } from './measures/scan.ts';
import { simulate } from './measures/simulate.ts';
import { snapshot } from './measures/snapshot.ts';
import { steps } from './measures/steps.ts';
import { throttle } from './measures/throttle.ts';
import { redisVersion } from './redis.ts';
import { tableOf } from './table.ts';

const MEASURES: readonly Measure[] = [
  enroll,
  events,
  steps,
  mail,
  render,
  throttle,
  fairness,
  claim,
  snapshot,
  plan,
  scan,
  broadcast,
  conditions,
  simulate,
  imports,
  lists,
  e2e,
  idle,
];

const HELP = `npm run bench -- [--quick] [measure …]

Measures everything side by side in one run, prints a table and keeps it under bench/results/.

${MEASURES.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join('\n')}

  --quick    smaller and fewer: to see that it works, not to quote

MILEPOST_BENCH_PROFILE=<folder> leaves a CPU profile of each process there and tells where the
database's time went.
`;

/** Longest a whole run may take; what is not done by then is not in the table. */
const RUN_MS_MAX = 20 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => MEASURES.every((measure) => measure.name !== name));
if (values.help || unknown.length > 0) {
  process.stdout.write(HELP);
  if (unknown.length > 0) process.stderr.write(`unknown: ${unknown.join(', ')}\n`);
  process.exit(values.help ? 0 : 1);
}
// At once: whatever a failed measure has left behind goes with this process.
process.exit((await run(positionals, values.quick)) ? 0 : 1);

/** @returns whether every measure could be taken; a missed target is a result, not a failure */
async function run(names: readonly string[], isQuick: boolean): Promise<boolean> {
  const wanted = MEASURES.filter(({ name }) => names.length === 0 || names.includes(name));
  const startedAt = new Date();
  const cluster = await startCluster({ isProfiling: PROFILE_DIR !== undefined });
  const machine = machineOf(cluster.dataDir, cluster.version, redisVersion());
  const rows: (Judged & { measure: string })[] = [];
  const failures: string[] = [];
  const end = endOfRun();
  try {
    for (const { name, what, run: measure } of wanted) {
      const beganMs = performance.now();
      const say = (text: string): void => void process.stderr.write(`  ${name}: ${text}\n`);
      say(what);
      try {
        const bench: Bench = { cluster, isQuick, say };
        const measured = await Promise.race([measure(bench), end.promise]);
        rows.push(...measured.map((row) => ({ measure: name, ...judge(row) })));
        say(`${((performance.now() - beganMs) / 1_000).toFixed(0)} s`);
      } catch (error) {
        failures.push(
          `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        say('failed');
      } finally {
        await stopChildren();
      }
      if (end.hasCome()) break;
      const statements = await cluster.profile();
      if (statements !== null) process.stderr.write(`${statements}\n`);
    }
  } finally {
    await cluster.stop();
  }
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000);
  process.stdout.write(`\n${tableOf(rows)}\n\n`);
  process.stdout.write(
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, synced write ${machine.syncMs} ms, ` +
      `load before ${machine.loadBefore.toFixed(1)}, ${seconds} s${isQuick ? ', quick: not to quote' : ''}\n`,
  );
  for (const failure of failures) process.stderr.write(`\n${failure}\n`);
  const file = save({ startedAt, seconds, isQuick, machine, rows, failures });
  process.stdout.write(`kept in ${file}\n`);
  return failures.length === 0;
}

/** Rejects when the run has taken too long or is interrupted: what was measured by then is still told. */
function endOfRun(): { promise: Promise<never>; hasCome: () => boolean } {
  const { promise, reject } = Promise.withResolvers<never>();
  let isOver = false;
  const end = (why: string): void => {
    isOver = true;
    reject(new Error(why));
  };
  promise.catch(() => {});
  setTimeout(() => end('the run takes too long and is ended'), RUN_MS_MAX).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(`ended by ${signal}`));
  return { promise, hasCome: () => isOver };
}

function save(result: { startedAt: Date } & Record<string, unknown>): string {
  const dir = join(import.meta.dirname, 'results');
  mkdirSync(dir, { recursive: true });
  const stamp = result.startedAt.toISOString().slice(0, 19).replaceAll(':', '');
  const path = join(dir, `${stamp}.json`);
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

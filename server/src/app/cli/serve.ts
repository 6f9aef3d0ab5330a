import { mkdirSync } from 'node:fs';
import { takePidLockPatiently, type PidLock } from '../../platform/pid-lock.ts';
import { SetupError } from '../../platform/setup-error.ts';
import { stopOnSignal } from '../../platform/shutdown.ts';
import { bannerOf } from '../banner.ts';
import type { Config, ConfigOptions } from '../config.ts';
import { runProcess, type Parts, type Ready } from '../process.ts';
import { configOf, processLog, type World } from './context.ts';
import { lockPathOf } from './running.ts';

/** Everything is stopped within this, or the process ends as it is. */
const GRACE_MS = 9_000;
const MS = 1_000;

/** `milepost start`: API, worker and inbox in one process, with a demo on the first run. */
export async function start(world: World, options: ConfigOptions): Promise<void> {
  const config = quietly(world, configOf(world, options));
  const lock = config.databaseUrl === null ? await lockOf(config) : null;
  const startedMs = performance.now();
  try {
    await run(world, config, {
      parts: { api: true, worker: true, prepares: true },
      onReady: (ready) => {
        lock?.setNote(ready.url ?? '');
        world.out(bannerOf(ready, (performance.now() - startedMs) / MS));
      },
      onStopping: () => lock?.setLeaving(),
    });
  } finally {
    lock?.release();
  }
}

/** `milepost serve`: the API alone. */
export function serve(world: World, options: ConfigOptions): Promise<void> {
  return run(world, configOf(world, options), {
    parts: { api: true, worker: false, prepares: false },
    onReady: ({ url }) => world.out(`listening at ${url}\n`),
  });
}

/** `milepost work`: a worker alone. */
export function work(world: World, options: ConfigOptions): Promise<void> {
  return run(world, configOf(world, options), {
    parts: { api: false, worker: true, prepares: false },
    onReady: ({ transport }) => world.out(`working; email goes by ${transport}\n`),
  });
}

async function run(
  world: World,
  config: Config,
  {
    parts,
    onReady,
    onStopping = () => {},
  }: { parts: Parts; onReady: (ready: Ready) => void; onStopping?: () => void },
): Promise<void> {
  const stopping = stopOnSignal(GRACE_MS, () => {
    world.err('stopping…\n');
    onStopping();
  });
  await runProcess(config, {
    parts,
    stopping,
    onReady: (ready) => {
      onReady(ready);
      // scripts/lib/launch.mjs does what can wait only now.
      process.send?.({ ready: true });
    },
    log: processLog(world, config),
    onProgress: (what) => world.err(`${what}…\n`),
  });
  // Idle sockets and timers of libraries must not keep a stopped process.
  setTimeout(() => process.exit(), EXIT_MS).unref();
}

const EXIT_MS = 500;

/** At a terminal the banner says what matters; the log speaks up when something is wrong. */
const quietly = (world: World, config: Config): Config =>
  world.env['MILEPOST_LOG_LEVEL'] === undefined ? { ...config, logLevel: 'warn' } : config;

async function lockOf({ dataDir }: Config): Promise<PidLock> {
  mkdirSync(dataDir, { recursive: true });
  const lock = await takePidLockPatiently(lockPathOf(dataDir));
  if (lock.taken) return lock;
  const where = lock.note === '' ? '' : ` at ${lock.note}`;
  throw new SetupError(
    `Milepost runs already${where} (process ${lock.pid}) on ${dataDir}. Stop it first, or use --data-dir.`,
  );
}

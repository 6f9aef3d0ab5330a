import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';

/** A Redis of the run's own, behind a Unix socket. */
export interface Redis {
  readonly path: string;
  readonly stop: () => Promise<void>;
}

const STARTED_MS = 5_000;

/** The version of `redis-server` on this machine; null where there is none. */
export function redisVersion(): string | null {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : null;
}

/**
 * Starts one that keeps its data the way BullMQ's manual asks for: an append-only file, written to the
 * disk once a second. It may lose a second; PostgreSQL here loses nothing.
 */
export async function startRedis(): Promise<Redis> {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-bench-'));
  const path = join(dir, 'redis.sock');
  const settings = [
    '--port',
    '0',
    '--unixsocket',
    path,
    '--dir',
    dir,
    '--appendonly',
    'yes',
    '--save',
    '',
  ];
  const child = spawn('redis-server', [...settings, '--appendfsync', 'everysec'], {
    stdio: 'ignore',
  });
  process.once('exit', () => child.kill());
  const startedMs = performance.now();
  while (!(await answers(path))) {
    if (performance.now() - startedMs > STARTED_MS) throw new Error('redis-server did not start');
    await sleep(50);
  }
  return {
    path,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

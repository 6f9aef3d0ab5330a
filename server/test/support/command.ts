import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const READY_MS = 20_000;

/** What a command printed, and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment of a command: nothing of ours but what a test sets. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('MILEPOST_') && name !== 'DATABASE_URL',
  );
  return { ...Object.fromEntries(kept), ...env };
}

/** A folder for an embedded database, which a server of another user may enter. */
export function dataFolder(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'milepost-command-'));
  chmodSync(dir, 0o755);
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Runs `milepost …` to its end. */
export async function milepost(
  args: readonly string[],
  { env = {}, input = '' }: { env?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(env) });
  const printed = collect(child);
  child.stdin.end(input);
  await once(child, 'close');
  return { status: child.exitCode, ...printed() };
}

/** A `milepost start` that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly banner: string;
  readonly url: string;
  /** Sends a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<Ended & { ms: number }>;
}

/** Starts everything in one process, and waits until it says that it is ready. */
export async function startMilepost(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, 'start', ...args], { env: environment(env) });
  const printed = collect(child);
  const banner = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready: ${JSON.stringify(printed())}`)),
      READY_MS,
    );
    child.stdout.on('data', () => {
      if (!printed().out.includes('move the clock.')) return;
      clearTimeout(timer);
      resolve(printed().out);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}: ${JSON.stringify(printed())}`));
    });
  });
  const url = /ready at (\S+)/.exec(banner)?.[1] ?? '';
  const end = async (signal: NodeJS.Signals): Promise<Ended & { ms: number }> => {
    const startedMs = performance.now();
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    return { status: child.exitCode, ...printed(), ms: performance.now() - startedMs };
  };
  return { child, banner, url, end };
}

function collect(child: ChildProcess): () => { out: string; err: string } {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return () => ({ out, err });
}

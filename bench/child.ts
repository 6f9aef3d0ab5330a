import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of the bench, which answers calls. It ends when this one does. */
export interface Child {
  readonly pid: number;
  readonly call: <T>(method: string, params?: object) => Promise<T>;
  readonly stop: () => Promise<void>;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Where CPU profiles go; nothing is profiled without it, for it costs a fifth of the speed. */
export const PROFILE_DIR = process.env['MILEPOST_BENCH_PROFILE'];
const PROFILER = PROFILE_DIR === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILE_DIR}`];

const running = new Set<ChildProcess>();

/** Ends what a measure that failed has left running. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stop));
}

/**
 * Starts a file of `processes/`, with this Node.
 *
 * @param nodeArgs for instance `--cpu-prof`
 */
export function startChild(file: string, nodeArgs: readonly string[] = []): Child {
  const path = join(import.meta.dirname, 'processes', file);
  const child = spawn(process.execPath, [...PROFILER, ...nodeArgs, path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  const waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  let lastId = 0;
  child.on('message', ({ id, result, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`${file}: ${error}`));
  });
  child.once('exit', (code, signal) => {
    running.delete(child);
    for (const { reject } of waiting.values())
      reject(new Error(`${file} ended with ${signal ?? code}`));
    waiting.clear();
  });
  return {
    pid: child.pid ?? 0,
    call: <T>(method: string, params: object = {}) =>
      new Promise<T>((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, method, params } satisfies Call);
      }),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exited;
}

/** In the child: answers calls by name, one after the other as they come, until the parent goes. */
export function answerCalls(methods: Readonly<Record<string, (params: never) => unknown>>): void {
  process.on('message', ({ id, method, params }: Call) => {
    const answer = async (): Promise<Answer> => {
      try {
        return { id, result: await methods[method]?.(params as never) };
      } catch (error) {
        return {
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        };
      }
    };
    void answer().then((message) => process.send?.(message));
  });
  process.once('disconnect', () => process.exit(0));
}

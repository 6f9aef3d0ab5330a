import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RenderedEmail } from '../email.ts';
import type { RenderAnswer, RenderBatch } from './render-job.ts';
import type { RenderTask } from './render-queue.ts';

/** Why a thread ended while it had work. */
export type Death =
  | { readonly kind: 'time' | 'memory' | 'closed' }
  | { readonly kind: 'fault'; readonly error: Error };

/** What a slot keeps its thread to. */
export interface SlotLimits {
  readonly timeLimitMs: number;
  readonly memoryMb: number;
  /** How often `tick` is called. */
  readonly tickMs: number;
}

/** What a slot tells. */
export interface SlotEvents {
  readonly answered: (task: RenderTask, email: RenderedEmail, tookMs: number) => void;
  /** The batch is done, or the thread is gone: there is room for another. */
  readonly free: () => void;
  /**
   * @param running what was being rendered; null when nothing was
   * @param others what was not answered either
   */
  readonly died: (death: Death, running: RenderTask | null, others: readonly RenderTask[]) => void;
}

/** Contents that a thread keeps, and the characters of all of them: some 10 MB once compiled. */
const KEPT_MAX = 200;
const KEPT_LENGTH_MAX = 1_000_000;
/** Longest a thread may take to start on its batch. */
const START_MS_MAX = 30_000;
/** Part of the memory that is for what has just been made. */
const YOUNG_PART = 1 / 8;
const STACK_MB = 4;

interface Running {
  readonly worker: Worker;
  /** Emails begun and ended, counted by the thread. */
  readonly progress: Int32Array;
  /** Contents that the thread has, the last used last, with their length. */
  readonly kept: Map<string, number>;
  death: Death | null;
}

interface Batch {
  readonly tasks: readonly RenderTask[];
  /** Progress when it was given. */
  readonly begun: number;
  readonly ended: number;
  answered: number;
}

/** Room for one thread, which starts with the first batch and may end and start again. */
export class RenderSlot {
  readonly #limits: SlotLimits;
  readonly #events: SlotEvents;
  #running: Running | null = null;
  #batch: Batch | null = null;
  /** Progress at the last tick, and ticks without any. */
  #seen = { begun: 0, ended: 0, ticks: 0 };

  constructor(limits: SlotLimits, events: SlotEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  get isFree(): boolean {
    return this.#batch === null;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  has(key: string): boolean {
    return this.#batch?.tasks.some(({ content }) => content.key === key) ?? false;
  }

  /** Starts a batch. @param isAlone in a thread that has rendered nothing before */
  give(tasks: readonly RenderTask[], isAlone: boolean): void {
    if (isAlone) void this.#end({ kind: 'closed' });
    this.#running ??= this.#start();
    const { worker, progress, kept } = this.#running;
    const [begun = 0, ended = 0] = progress;
    this.#batch = { tasks, begun, ended, answered: 0 };
    this.#seen = { begun, ended, ticks: 0 };
    worker.ref();
    worker.postMessage(messageOf(tasks, kept), []);
  }

  /** To be called every `tickMs`: ends the thread when one email takes too long. */
  tick(): void {
    if (this.#batch === null || this.#running === null || this.#running.death !== null) return;
    const begun = Atomics.load(this.#running.progress, 0);
    const ended = Atomics.load(this.#running.progress, 1);
    const isSame = begun === this.#seen.begun && ended === this.#seen.ended;
    this.#seen = { begun, ended, ticks: isSame ? this.#seen.ticks + 1 : 0 };
    const waitedMs = this.#seen.ticks * this.#limits.tickMs;
    if (begun !== ended && waitedMs >= this.#limits.timeLimitMs) {
      void this.#end({ kind: 'time' });
    } else if (begun === this.#batch.begun && waitedMs >= START_MS_MAX) {
      void this.#end({ kind: 'fault', error: new Error('a thread did not start') });
    }
  }

  /** Ends the thread; what it was rendering is told as closed. */
  async end(): Promise<void> {
    await this.#end({ kind: 'closed' });
  }

  #end(death: Death): Promise<unknown> {
    if (this.#running === null) return Promise.resolve();
    const { worker } = this.#running;
    if (this.#batch !== null) this.#running.death ??= death;
    // Nobody waits for anything in it, and its place is free at once.
    else this.#running = null;
    return worker.terminate();
  }

  #start(): Running {
    const made = startThread(this.#limits.memoryMb);
    made.worker.on('message', (answer: RenderAnswer) => {
      if (this.#running === made) this.#accept(answer);
    });
    made.worker.on('error', (error: Error & { code?: string }) => {
      made.death ??=
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? { kind: 'memory' } : { kind: 'fault', error };
    });
    made.worker.on('exit', (code) => {
      if (this.#running === made) this.#mourn(made, code);
    });
    return made;
  }

  #accept({ emails, took }: RenderAnswer): void {
    const batch = this.#batch;
    if (batch === null) return;
    for (const [i, email] of emails.entries()) {
      const task = batch.tasks[batch.answered];
      batch.answered += 1;
      if (task !== undefined) this.#events.answered(task, email, took[i] ?? 0);
    }
    if (batch.answered < batch.tasks.length) return;
    this.#batch = null;
    this.#running?.worker.unref();
    this.#events.free();
  }

  /** The thread has ended: says what it was about. */
  #mourn({ progress, death }: Running, code: number): void {
    const batch = this.#batch;
    this.#running = null;
    this.#batch = null;
    if (batch !== null) {
      const ended = (progress[1] ?? 0) - batch.ended;
      const isRunning = (progress[0] ?? 0) - batch.begun > ended;
      const current = isRunning ? (batch.tasks[ended] ?? null) : null;
      const others = batch.tasks.slice(batch.answered).filter((task) => task !== current);
      const why = death ?? { kind: 'fault', error: new Error(`a thread ended with ${code}`) };
      this.#events.died(why, current, others);
    }
    this.#events.free();
  }
}

/** Beside this file, which a package holds compiled. */
const THREAD = new URL(`./render-thread${extname(import.meta.filename)}`, import.meta.url);

function startThread(memoryMb: number): Running {
  const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const youngMb = Math.max(1, Math.floor(memoryMb * YOUNG_PART));
  const worker = new Worker(THREAD, {
    name: 'render',
    workerData: shared,
    // Nothing of the process: no environment, arguments or flags.
    env: compileCacheEnv(),
    argv: [],
    execArgv: [],
    stdin: false,
    resourceLimits: {
      maxYoungGenerationSizeMb: youngMb,
      maxOldGenerationSizeMb: memoryMb - youngMb,
      stackSizeMb: STACK_MB,
    },
  });
  return { worker, progress: new Int32Array(shared), kept: new Map(), death: null };
}

/** Where this process keeps compiled code, if it does: a thread then takes 15 MB less to start. */
function compileCacheEnv(): NodeJS.ProcessEnv {
  // Node adds a folder for its version to what it is given.
  const dir = getCompileCacheDir();
  return dir === undefined ? {} : { NODE_COMPILE_CACHE: dirname(dir) };
}

/** The batch for a thread that has the contents of `kept`, which is brought up to date. */
function messageOf(tasks: readonly RenderTask[], kept: Map<string, number>): RenderBatch {
  const used = new Map(tasks.map(({ content }) => [content.key, content]));
  const contents = [...used.values()].filter(({ key }) => !kept.has(key));
  for (const { key, text } of used.values()) {
    kept.delete(key);
    kept.set(key, text.length);
  }
  let length = kept.values().reduce((sum, one) => sum + one, 0);
  const forget: string[] = [];
  for (const [key, one] of kept) {
    if (used.has(key) || (kept.size <= KEPT_MAX && length <= KEPT_LENGTH_MAX)) break;
    kept.delete(key);
    forget.push(key);
    length -= one;
  }
  const emails = tasks.map(({ content, facts }) => ({ key: content.key, facts }));
  return { forget, contents, emails };
}

import type { RenderedEmail } from '../email.ts';
import { createContentRecord } from './content-record.ts';
import {
  contentTextOf,
  factsTextOf,
  failedWith,
  UNREADABLE_FACTS,
  type Renderer,
  type RenderJob,
} from './render-job.ts';
import { createRenderQueue, type RenderTask, type Taken } from './render-queue.ts';
import { RenderSlot, type Death, type SlotEvents } from './render-slot.ts';

/** How threads render. */
export interface RendererOptions {
  /** At most so many at a time; they start when they are needed. */
  readonly threads: number;
  /** One email may take so long; then its thread is ended. */
  readonly timeLimitMs?: number;
  /** A thread may use so much; then it is ended. Megabytes, at least 32. */
  readonly memoryMb?: number;
  /** Threads end when nothing was to do for so long, and give their memory back. */
  readonly idleMs?: number;
}

const TIME_LIMIT_MS = 1_000;
const MEMORY_MB = 128;
/** With less the engine cannot even start, and takes the process along. */
const MEMORY_MB_MIN = 32;
const IDLE_MS = 30_000;
/** How often threads are looked at in the time that one email may take. */
const TICKS_PER_LIMIT = 20;
/** Threads that may run full before an email of their batch is begun. */
const ATTEMPTS_MAX = 2;

/**
 * Renders emails in threads of their own, with hard limits of time and memory.
 *
 * A thread that one email keeps too long, or fills, is ended; that email fails with the reason and
 * the others of its batch are rendered again. Time is counted in ticks of the main thread, so that
 * a process that was stopped or starved does not lay it on the email. An email that filled a thread
 * which had rendered others is tried once more in a new one. A content that does so repeatedly fails
 * at once for a minute; a slow one is rendered by one thread, one email at a time, between others.
 *
 * Content crosses once per thread, facts as JSON. The trip costs about 0.05 ms per email.
 */
export function createRenderer(options: RendererOptions): Renderer {
  const renderer = new ThreadRenderer(options);
  return { render: (jobs) => renderer.render(jobs), close: () => renderer.close() };
}

class ThreadRenderer {
  readonly #record = createContentRecord();
  readonly #queue = createRenderQueue(this.#record);
  readonly #slots: readonly RenderSlot[];
  readonly #reasons: Readonly<Record<'time' | 'memory', RenderedEmail>>;
  readonly #idleMs: number;
  readonly #tickMs: number;
  #isClosed = false;
  #ticker: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor({
    threads,
    timeLimitMs = TIME_LIMIT_MS,
    memoryMb = MEMORY_MB,
    idleMs = IDLE_MS,
  }: RendererOptions) {
    if (memoryMb < MEMORY_MB_MIN) throw new Error(`a thread needs ${MEMORY_MB_MIN} MB`);
    this.#idleMs = idleMs;
    this.#tickMs = Math.max(1, timeLimitMs / TICKS_PER_LIMIT);
    this.#reasons = {
      time: failedWith(`took longer than ${timeLimitMs / 1_000} s to render`),
      memory: failedWith(`needed more than ${memoryMb} MB to render`),
    };
    const limits = { timeLimitMs, memoryMb, tickMs: this.#tickMs };
    const events: SlotEvents = {
      answered: (task, email, tookMs) => {
        this.#record.ended(task.content.key, email, tookMs, performance.now());
        task.resolve(email);
      },
      free: () => this.#dispatch(),
      died: (death, running, others) => {
        if (running !== null) this.#afterDeath(death, running);
        for (const task of others) this.#again(task, death, running !== null);
      },
    };
    this.#slots = Array.from({ length: threads }, () => new RenderSlot(limits, events));
  }

  async render(jobs: readonly RenderJob[]): Promise<RenderedEmail[]> {
    if (this.#isClosed) throw closedError();
    const emails = Promise.all(jobs.map((job) => this.#add(job)));
    this.#dispatch();
    return emails;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const task of this.#queue.takeAll()) task.reject(closedError());
    await Promise.all(this.#slots.map((slot) => slot.end()));
    this.#watch();
  }

  #add({ content, facts }: RenderJob): Promise<RenderedEmail> {
    const text = factsTextOf(facts);
    if (text === null) return Promise.resolve(UNREADABLE_FACTS);
    const { promise, resolve, reject } = Promise.withResolvers<RenderedEmail>();
    this.#queue.add({ content: contentTextOf(content), facts: text, resolve, reject, attempts: 0 });
    return promise;
  }

  /** For the email that was being rendered when its thread ended. */
  #afterDeath(death: Death, task: RenderTask): void {
    if (death.kind === 'closed') return task.reject(closedError());
    if (death.kind === 'fault') return task.resolve(failedWith(death.error.message));
    const reason = this.#reasons[death.kind];
    this.#record.killed(task.content.key, reason, performance.now());
    task.attempts += 1;
    // The thread may have been full of others; by itself the email shows what it needs.
    if (death.kind === 'memory' && task.attempts === 1) this.#queue.addAlone(task);
    else task.resolve(reason);
  }

  /** For an email whose thread ended beside it. @param isOther whether another was the cause */
  #again(task: RenderTask, death: Death, isOther: boolean): void {
    if (death.kind === 'closed') return task.reject(closedError());
    if (isOther) return this.#queue.add(task);
    if (death.kind === 'fault') return task.reject(death.error);
    task.attempts += 1;
    if (task.attempts < ATTEMPTS_MAX) this.#queue.addAlone(task);
    else task.resolve(this.#reasons.memory);
  }

  #dispatch(): void {
    if (this.#isClosed) return;
    const isBusy = (key: string): boolean => this.#slots.some((slot) => slot.has(key));
    // Running ones first: a thread is started only when there is more to do than they can take.
    const free = this.#slots.filter((slot) => slot.isFree);
    for (const slot of free.toSorted((a, b) => Number(b.isRunning) - Number(a.isRunning))) {
      const taken = this.#take(isBusy);
      if (taken === null) break;
      slot.give(taken.tasks, taken.isAlone);
    }
    this.#watch();
  }

  /** The next batch without those that fail at once. */
  #take(isBusy: (key: string) => boolean): Taken | null {
    for (;;) {
      const taken = this.#queue.take(isBusy);
      if (taken === null) return null;
      const tasks = taken.tasks.filter((task) => !this.#isRefused(task));
      if (tasks.length > 0) return { ...taken, tasks };
    }
  }

  #isRefused(task: RenderTask): boolean {
    const refusal = this.#record.refusalOf(task.content.key, performance.now());
    if (refusal !== null) task.resolve(refusal);
    return refusal !== null;
  }

  /** Looks at threads while one works, and ends them when none has for a while. */
  #watch(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    if (this.#slots.some((slot) => !slot.isFree)) {
      this.#ticker ??= setInterval(() => {
        for (const slot of this.#slots) slot.tick();
      }, this.#tickMs).unref();
      return;
    }
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#ticker = null;
    if (!this.#slots.some((slot) => slot.isRunning)) return;
    this.#idleTimer = setTimeout(() => {
      for (const slot of this.#slots) void slot.end();
    }, this.#idleMs).unref();
  }
}

const closedError = (): Error => new Error('the renderer is closed');

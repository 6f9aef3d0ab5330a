import { AsyncLocalStorage } from 'node:async_hooks';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly owner: string;
  readonly run: () => void;
}

const LONG_MS = 30 * 60_000;

/**
 * Time that stands still until it is moved. While installed, timers of this process wait for it and
 * `performance.now()` reads it; whose timer it is follows from whose code was running.
 */
export class VirtualTime {
  nowMs: number;
  readonly #timers = new Map<number, Timer>();
  readonly #running = new AsyncLocalStorage<string>();
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  readonly #realTimeout = AbortSignal.timeout.bind(AbortSignal);
  #count = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Counts timers ever set: a sign that code is running. */
  get activity(): number {
    return this.#count;
  }

  install(): void {
    const add = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      // The driver renews connections after half an hour or more: nothing for a history of days.
      if (ms >= LONG_MS) return { ref: () => {}, unref: () => {} };
      return this.add(this.#running.getStore() ?? '', ms, () => run(...args));
    };
    const remove = (handle: unknown): void => {
      const id = (handle as { id?: number } | undefined)?.id;
      if (id === undefined) this.#real.clearTimeout(handle as NodeJS.Timeout);
      else this.#timers.delete(id);
    };
    Object.assign(globalThis, { setTimeout: add, clearTimeout: remove });
    Object.defineProperty(performance, 'now', { configurable: true, value: () => this.nowMs });
    AbortSignal.timeout = (ms) => {
      const late = new AbortController();
      this.add(this.#running.getStore() ?? '', ms, () => late.abort());
      return late.signal;
    };
  }

  uninstall(): void {
    Object.assign(globalThis, this.#real);
    Reflect.deleteProperty(performance, 'now');
    AbortSignal.timeout = this.#realTimeout;
  }

  /** Runs code of `owner`, and everything that follows from it, under its name. */
  as<T>(owner: string, run: () => T): T {
    return this.#running.run(owner, run);
  }

  add(owner: string, ms: number, run: () => void) {
    this.#count += 1;
    const id = this.#count;
    this.#timers.set(id, { atMs: this.nowMs + Math.ceil(ms), order: id, owner, run });
    const handle = { id, ref: () => handle, unref: () => handle, hasRef: () => false };
    return handle;
  }

  /** Forgets what a process that is no more had waited for. */
  forget(owner: string): void {
    for (const [id, timer] of this.#timers) if (timer.owner === owner) this.#timers.delete(id);
  }

  /** When the next timer rings whose owner may run; null when there is none. */
  nextAt(mayRun: (owner: string) => boolean): number | null {
    const times = [...this.#timers.values()].filter(({ owner }) => mayRun(owner));
    return times.length === 0 ? null : Math.min(...times.map(({ atMs }) => atMs));
  }

  /** Rings one timer that is due. */
  ring(mayRun: (owner: string) => boolean): boolean {
    const due = [...this.#timers.entries()]
      .filter(([, { atMs, owner }]) => atMs <= this.nowMs && mayRun(owner))
      .toSorted(([, a], [, b]) => a.atMs - b.atMs || a.order - b.order);
    const [first] = due;
    if (first === undefined) return false;
    const [id, { owner, run }] = first;
    this.#timers.delete(id);
    this.as(owner, run);
    return true;
  }
}

import type { Log } from '../platform/log.ts';

/** A stage that failed rests before it is tried again: the database is away, or something is wrong. */
export const REST_MS = 500;

/** The stages of a pump: each runs one piece of work after the other, whatever becomes of it. */
export class Stages {
  readonly #deps: { readonly log: Log; readonly sleep: (ms: number) => Promise<unknown> };
  readonly #of: string;
  readonly #onEnded: () => void;
  readonly #busy = new Set<string>();

  /**
   * @param of whose stages they are, for the log
   * @param onEnded called when a piece has ended: there may be another
   */
  constructor(
    deps: { readonly log: Log; readonly sleep: (ms: number) => Promise<unknown> },
    { of, onEnded }: { of: string; onEnded: () => void },
  ) {
    this.#deps = deps;
    this.#of = of;
    this.#onEnded = onEnded;
  }

  /** Runs a stage unless it runs already. */
  run(stage: string, work: () => Promise<void>): void {
    if (this.#busy.has(stage)) return;
    this.#busy.add(stage);
    void work()
      .catch(async (err: unknown) => {
        this.#deps.log.error({ err, stage }, `${this.#of} stage failed`);
        await this.#deps.sleep(REST_MS);
      })
      .finally(() => {
        this.#busy.delete(stage);
        this.#onEnded();
      });
  }
}

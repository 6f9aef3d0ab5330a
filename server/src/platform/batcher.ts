import { DomainError } from './errors.ts';

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions<In, Out> {
  /** How much one piece of work takes at most; items weigh 1 each unless `weightOf` says otherwise. */
  readonly batchMax: number;
  /** How heavy an item is, for items that differ much. One that is heavier than a batch goes alone. */
  readonly weightOf?: (item: In) => number;
  /** Items with the same key follow each other: never in one batch, nor in two at once. */
  readonly keyOf: (item: In) => string;
  /** Answers in the order of its items; when it throws, every call of the batch gets the error. */
  readonly work: (items: readonly In[]) => Promise<readonly Out[]>;
}

/** One in the database and one being decided meanwhile; more would only make the batches smaller. */
const IN_FLIGHT_MAX = 2;
/**
 * A second batch begins when it is at least so large, as a part of the one in flight: the first calls to
 * come would else go alone, and cost a commit of their own. None waits longer than that one takes.
 */
const SECOND_WORTH = 0.5;
/** Weight that waits at most; past it calls are refused, for their answers would come too late. */
const WAITING_MAX = 20_000;

/**
 * Collects calls that arrive together and answers each from one piece of work.
 *
 * A call waits until the current turn of the event loop ends, or until a batch in flight returns, and
 * then goes with everything that came meanwhile. So batches grow with the load, and a single call
 * waits for nobody.
 */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>;
  readonly #busyKeys = new Set<string>();
  #waiting: Waiting<In, Out>[] = [];
  #waitingWeight = 0;
  #inFlight = 0;
  #isScheduled = false;

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options;
  }

  /** @throws `platform.busy` when too many calls wait already */
  add(item: In): Promise<Out> {
    return new Promise<Out>((resolve, reject) => {
      if (this.#waitingWeight >= WAITING_MAX) {
        reject(busy());
        return;
      }
      this.#waiting.push({ item, resolve, reject });
      this.#waitingWeight += this.#weightOf(item);
      this.#schedule();
    });
  }

  #weightOf(item: In): number {
    return this.#options.weightOf?.(item) ?? 1;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight >= IN_FLIGHT_MAX || this.#waiting.length === 0) return;
    if (this.#waiting.length < this.#busyKeys.size * SECOND_WORTH) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#flush();
    });
  }

  #takeBatch(): Waiting<In, Out>[] {
    const { batchMax, keyOf } = this.#options;
    const batch: Waiting<In, Out>[] = [];
    const later: Waiting<In, Out>[] = [];
    let weight = 0;
    let isFull = false;
    for (const call of this.#waiting) {
      const key = keyOf(call.item);
      const added = weight + this.#weightOf(call.item);
      const isBusy = this.#busyKeys.has(key);
      isFull ||= !isBusy && batch.length > 0 && added > batchMax;
      if (isFull || isBusy) {
        later.push(call);
      } else {
        this.#busyKeys.add(key);
        batch.push(call);
        weight = added;
      }
    }
    this.#waiting = later;
    this.#waitingWeight -= weight;
    return batch;
  }

  async #flush(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#inFlight += 1;
    // What did not fit goes at once, beside this one.
    this.#schedule();
    try {
      const answers = await this.#options.work(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('a batch gave fewer answers than it had items'));
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#inFlight -= 1;
      for (const { item } of batch) this.#busyKeys.delete(this.#options.keyOf(item));
      this.#schedule();
    }
  }
}

const busy = (): DomainError =>
  new DomainError('platform.busy', 'too_many', 'Too many requests', { retry_after_seconds: 1 });

import { DomainError } from './errors.ts';

/** Collects calls that arrive together and answers each from one piece of work. */
export interface Batcher<In, Out> {
  readonly add: (item: In) => Promise<Out>;
}

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/** One in the database and one being decided meanwhile; more would only make the batches smaller. */
const IN_FLIGHT_MAX = 2;
/** Calls that wait at most; past it they are refused, for their answers would come too late. */
const WAITING_MAX = 20_000;

/**
 * A batcher: a call waits until the current turn of the event loop ends, or until a batch in flight
 * returns, and then goes with everything that came meanwhile. So batches grow with the load, and a
 * single call waits for nobody.
 *
 * Two items with the same key never go in one batch, nor in two at once: they follow each other.
 *
 * @param work answers in the order of its items; when it throws, every call of the batch gets the error
 */
export function createBatcher<In, Out>({
  batchMax,
  keyOf,
  work,
}: {
  batchMax: number;
  keyOf: (item: In) => string;
  work: (items: readonly In[]) => Promise<readonly Out[]>;
}): Batcher<In, Out> {
  let waiting: Waiting<In, Out>[] = [];
  const busyKeys = new Set<string>();
  let inFlight = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || inFlight >= IN_FLIGHT_MAX || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void flush();
    });
  }

  function takeBatch(): Waiting<In, Out>[] {
    const batch: Waiting<In, Out>[] = [];
    const later: Waiting<In, Out>[] = [];
    for (const call of waiting) {
      const key = keyOf(call.item);
      if (batch.length >= batchMax || busyKeys.has(key)) {
        later.push(call);
      } else {
        busyKeys.add(key);
        batch.push(call);
      }
    }
    waiting = later;
    return batch;
  }

  async function flush(): Promise<void> {
    const batch = takeBatch();
    if (batch.length === 0) return;
    inFlight += 1;
    // What did not fit goes at once, beside this one.
    schedule();
    try {
      const answers = await work(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('a batch gave fewer answers than it had items'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      inFlight -= 1;
      for (const { item } of batch) busyKeys.delete(keyOf(item));
      schedule();
    }
  }

  return {
    add: (item) =>
      new Promise<Out>((resolve, reject) => {
        if (waiting.length >= WAITING_MAX) {
          reject(
            new DomainError('platform.busy', 'too_many', 'Too many requests', {
              retry_after_seconds: 1,
            }),
          );
          return;
        }
        waiting.push({ item, resolve, reject });
        schedule();
      }),
  };
}

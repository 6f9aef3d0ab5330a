/**
 * Makes pieces of work under one name wait for each other, in the order in which they came.
 *
 * An assistant may call two tools at once. What a member has confirmed is compared with how things are,
 * and then done: another call of the same assistant must not change them in between.
 */
export function createTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (last.get(name) === settled) last.delete(name);
    }
  };
}

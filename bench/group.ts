/**
 * Groups what is added in one turn of the event loop: `work` gets up to `most` items at a time, and each
 * caller waits until its group is done.
 */
export function grouped<T>(
  most: number,
  work: (items: readonly T[]) => Promise<unknown>,
): (item: T) => Promise<void> {
  let items: T[] = [];
  let done: PromiseWithResolvers<void> | null = null;
  const flush = (): void => {
    const [group, settle] = [items, done];
    items = [];
    done = null;
    if (settle !== null) work(group).then(() => settle.resolve(), settle.reject);
  };
  return (item) => {
    items.push(item);
    if (done === null) {
      done = Promise.withResolvers<void>();
      setImmediate(flush);
    }
    const { promise } = done;
    if (items.length >= most) flush();
    return promise;
  };
}

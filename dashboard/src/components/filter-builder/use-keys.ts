import { useState } from 'react';

let last = 0;
const nextKey = (): number => (last += 1);

/** Keys of rows that have no id of their own: they stay with their row when another is removed. */
export function useKeys(count: number) {
  const [keys, setKeys] = useState<readonly number[]>([]);
  const all =
    keys.length >= count
      ? keys.slice(0, count)
      : [...keys, ...Array.from({ length: count - keys.length }, nextKey)];
  if (all.length !== keys.length) setKeys(all);
  return {
    all,
    remove: (index: number): void => setKeys(all.toSpliced(index, 1)),
  };
}

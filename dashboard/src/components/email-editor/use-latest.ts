import { type RefObject, useLayoutEffect, useRef } from 'react';

/** A value as it was last rendered, for listeners that were set up before. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

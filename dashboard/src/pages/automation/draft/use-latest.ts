import { type RefObject, useLayoutEffect, useRef } from 'react';

/** What was drawn last, for what happens later: events and timers. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

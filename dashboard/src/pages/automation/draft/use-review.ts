import { type RefObject, useCallback, useRef } from 'react';

/** Whether the draft is being looked at before it goes out; for what happens later. */
export function useReview(): {
  readonly isReviewed: RefObject<boolean>;
  readonly review: (isOn: boolean) => void;
} {
  const isReviewed = useRef(false);
  const review = useCallback((isOn: boolean): void => {
    isReviewed.current = isOn;
  }, []);
  return { isReviewed, review };
}

import { Button } from './ui/button.tsx';

interface LoadMoreProps {
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** Below a list: the next page of it. */
export function LoadMore({ hasMore, isLoading, onMore }: LoadMoreProps) {
  if (!hasMore) return null;
  return (
    <Button className="justify-self-center" disabled={isLoading} onClick={onMore}>
      {isLoading ? 'Loading…' : 'Show more'}
    </Button>
  );
}

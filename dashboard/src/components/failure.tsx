import { ApiError, UnreachableError } from '@milepost/sdk';
import { Button } from './ui/button.tsx';
import { Notice } from './ui/notice.tsx';

/** Of definite refusals, which asking again does not change. */
const TITLES: Readonly<Record<number, string>> = {
  403: 'This needs another role',
  404: 'There is nothing here',
  429: 'Too many calls; wait a moment',
};

interface FailureProps {
  /** What a query failed with; nothing is shown for null. */
  readonly error: Error | null;
  /** Something older is still on the page. */
  readonly stale?: boolean;
  readonly className?: string;
}

/** Says that the server could not be read, and what happens next. */
export function Failure({ error, stale = false, className = '' }: FailureProps) {
  if (error === null) return null;
  if (error instanceof ApiError && error.status === 401) {
    return (
      <Notice role="alert" title="This session has ended" className={className}>
        <p>{error.message}</p>
        <Button className="mt-1 justify-self-start" onClick={() => window.location.reload()}>
          Sign in again
        </Button>
      </Notice>
    );
  }
  if (error instanceof ApiError && error.status < 500) {
    return (
      <Notice
        role="alert"
        title={TITLES[error.status] ?? 'The server refused'}
        className={className}
      >
        <p className="text-muted">{error.message}</p>
      </Notice>
    );
  }
  const silent = error instanceof UnreachableError;
  return (
    <Notice
      role="alert"
      className={className}
      title={silent ? 'The server does not answer' : 'The server could not answer'}
    >
      <p className="text-muted">
        {silent ? `No answer from ${window.location.host}. ` : `It said: ${error.message} `}
        Trying again every few seconds.
        {stale && ' What you see is what it said last.'}
      </p>
    </Notice>
  );
}

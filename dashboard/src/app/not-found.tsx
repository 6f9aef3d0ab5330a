import { Link } from '@tanstack/react-router';
import { Notice } from '../components/ui/notice.tsx';

export function NotFound() {
  return (
    <main className="mx-auto w-full max-w-lg p-5 pt-[20vh]">
      <h1 className="sr-only">Not found</h1>
      <Notice title="There is no page at this address">
        <p className="text-muted">
          It may have been moved or deleted.{' '}
          <Link to="/dashboard" className="text-accent underline">
            Go to Home
          </Link>
        </p>
      </Notice>
    </main>
  );
}

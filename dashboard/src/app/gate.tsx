import { ApiError } from '@milepost/sdk';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useSession } from '../api/session.ts';
import { accessTo, SideContext } from '../api/side.ts';
import { Failure } from '../components/failure.tsx';
import { Notice } from '../components/ui/notice.tsx';
import { Skeleton } from '../components/ui/skeleton.tsx';
import type { Search } from './search.ts';
import { Shell } from './shell.tsx';
import { sideToShow } from './workspaces.ts';

/** Lets members in: finds out who is there and which sides they may see, and shows one. */
export function Gate() {
  const session = useSession();
  const search: Search = useSearch({ strict: false });
  const sides = session.data?.workspaces ?? [];
  const side = sideToShow(sides, search['w'] ?? null);
  const member = session.data?.member;
  const access = useMemo(
    () => (side === undefined || member === undefined ? null : accessTo(side, member)),
    [side, member],
  );
  const isStranger = session.error instanceof ApiError && session.error.status === 401;
  useEffect(() => {
    if (isStranger) toSignIn();
  }, [isStranger]);

  if (session.data === undefined || isStranger) {
    return <Starting error={isStranger ? null : session.error} />;
  }
  if (access === null) return <NoWorkspace />;
  return (
    <SideContext value={access}>
      <Shell key={access.side.id} sides={sides} />
    </SideContext>
  );
}

/** A page load, so that nothing of who was here before stays in memory. */
function toSignIn(): void {
  const { pathname, search } = window.location;
  const back = new URLSearchParams({ next: `${pathname}${search}` });
  window.location.replace(`/sign-in?${back}`);
}

function NoWorkspace() {
  return (
    <main className="mx-auto max-w-lg p-5 pt-[20vh]">
      <h1 className="sr-only">Milepost</h1>
      <Notice title="There is no workspace for you yet">
        <p className="text-muted">
          An owner can invite you under Settings, Members. A new workspace is made with{' '}
          <code className="font-mono text-sm">npx milepost workspace create</code>.
        </p>
      </Notice>
    </main>
  );
}

/** Before the first answer: the frame of the page, or why it does not come. */
function Starting({ error }: { readonly error: Error | null }) {
  return (
    <div className="min-h-dvh" aria-busy={error === null}>
      <div className="flex h-14 items-center gap-3 border-b bg-panel px-3 wide:h-12 wide:px-5">
        <span className="font-semibold">Milepost</span>
        <Skeleton className="h-6 w-28" />
      </div>
      {error !== null && (
        <main className="mx-auto max-w-lg p-5 pt-[20vh]">
          <Failure error={error} />
        </main>
      )}
    </div>
  );
}

import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { createQueryClient } from '../api/polling.ts';
import { useSession } from '../api/session.ts';
import { accessTo, SideContext } from '../api/side.ts';
import { Failure } from '../components/failure.tsx';
import { Notice } from '../components/ui/notice.tsx';
import { Skeleton } from '../components/ui/skeleton.tsx';
import { InboxPage } from '../pages/inbox/inbox-page.tsx';
import { Header } from './header.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { usePlace } from './location.ts';
import { sideToShow } from './workspaces.ts';

export function App() {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Session />
    </QueryClientProvider>
  );
}

/** Finds out which sides there are, and shows one. */
function Session() {
  const session = useSession();
  const place = usePlace();
  const [showsKeys, setShowsKeys] = useState(false);
  const sides = session.data?.workspaces ?? [];
  const side = sideToShow(sides, place.side);
  const access = useMemo(() => (side === undefined ? null : accessTo(side)), [side]);

  useEffect(() => {
    document.title = side === undefined ? 'Milepost' : `Inbox (${side.side}) · Milepost`;
  }, [side]);

  if (session.data === undefined) return <Starting error={session.error} />;
  if (access === null) {
    return (
      <main className="mx-auto max-w-lg p-5 pt-[20vh]">
        <Notice title="There is no workspace yet">
          <p className="text-muted">
            Create one with <code className="font-mono text-sm">npx milepost workspace create</code>
            , then reload this page.
          </p>
        </Notice>
      </main>
    );
  }
  return (
    <SideContext value={access}>
      <div className="flex min-h-dvh flex-col wide:h-dvh">
        <Header sides={sides} side={access.side} onShowKeys={() => setShowsKeys(true)} />
        <InboxPage key={access.side.id} onShowKeys={() => setShowsKeys(true)} />
      </div>
      <KeysDialog open={showsKeys} onOpenChange={setShowsKeys} />
    </SideContext>
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

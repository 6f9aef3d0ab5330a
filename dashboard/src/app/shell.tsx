import type { WorkspaceSide } from '@milepost/sdk';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { useSide } from '../api/side.ts';
import { useStream } from '../api/stream.ts';
import { Skeleton } from '../components/ui/skeleton.tsx';
import { Drawer } from '../components/ui/drawer.tsx';
import { Navigation } from './navigation.tsx';
import { PageBar } from './page-bar.ts';
import { TopBar } from './top-bar.tsx';

/** The frame around every page: the bar of the side, and the way to the other pages. */
export function Shell({ sides }: { readonly sides: readonly WorkspaceSide[] }) {
  const { side } = useSide();
  /** The page over which the menu was opened: it closes by going to another. */
  const [menuPath, setMenuPath] = useState<string | null>(null);
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useStream(side.id);

  return (
    <PageBar value={bar}>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-panel focus:p-3"
      >
        Skip to the page
      </a>
      <div className="flex min-h-dvh flex-col wide:h-dvh">
        <TopBar sides={sides} onMenu={() => setMenuPath(path)} slotRef={setBar} />
        <div className="flex min-h-0 flex-1">
          <aside className="hidden w-48 shrink-0 overflow-y-auto border-r bg-panel wide:block">
            <Navigation />
          </aside>
          <div id="page" tabIndex={-1} className="flex min-w-0 flex-1 flex-col wide:min-h-0">
            <Suspense fallback={<PageComing />}>
              <Outlet />
            </Suspense>
          </div>
        </div>
      </div>
      <Drawer
        title="Milepost"
        side="left"
        open={menuPath === path}
        onOpenChange={() => setMenuPath(null)}
      >
        <Navigation />
      </Drawer>
    </PageBar>
  );
}

/** A page whose script is on its way. */
function PageComing() {
  return (
    <div className="grid gap-4 p-4 wide:p-6" aria-busy>
      <Skeleton className="h-7 w-40" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

import clsx from 'clsx';
import { Link, type LinkProps } from '@tanstack/react-router';
import ArrowLeft from 'lucide-react/icons/arrow-left';
import type { ReactNode } from 'react';
import { usePageTitle } from './page-title.ts';

interface PageProps {
  readonly title: string;
  /** Under the title: what one sees here, in a line. */
  readonly hint?: ReactNode;
  /** Over the title of one of many: the page of all. */
  readonly back?: { readonly to: NonNullable<LinkProps['to']>; readonly label: string };
  /** At the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Uses the whole width: tables of many columns. */
  readonly isWide?: boolean;
}

/** A page: its one heading, what can be done, and what it shows. */
export function Page({ title, hint, back, actions, children, isWide = false }: PageProps) {
  usePageTitle(title);
  return (
    <main className="min-h-0 flex-1 overflow-y-auto">
      <div className={clsx('mx-auto grid grid-cols-1 gap-4 p-4 wide:p-6', !isWide && 'max-w-6xl')}>
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
          <div className="min-w-0">
            {back !== undefined && (
              <Link
                to={back.to}
                className="-mt-1 flex h-6 w-fit items-center gap-1 text-sm text-muted hover:text-ink hover:underline"
              >
                <ArrowLeft size={13} aria-hidden />
                {back.label}
              </Link>
            )}
            <h1 className="text-lg font-semibold">{title}</h1>
            {hint !== undefined && <p className="text-muted">{hint}</p>}
          </div>
          {actions !== undefined && (
            <div className="flex flex-wrap items-center gap-2">{actions}</div>
          )}
        </header>
        {children}
      </div>
    </main>
  );
}

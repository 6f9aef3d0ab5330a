import { Link, useParams } from '@tanstack/react-router';
import { createElement, lazy, Suspense } from 'react';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { SECTIONS } from './sections.ts';

/** Settings: what is chosen at the left, or above where the page is narrow. */
export function SettingsPage() {
  const { section: wish = '' } = useParams({ strict: false });
  const section = SECTIONS.find(({ name }) => name === wish) ?? SECTIONS[0];
  if (section === undefined) return null;
  return (
    <Page title={section.title} hint={section.hint}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-[11rem_minmax(0,1fr)]">
        <nav aria-label="Settings" className="wide:order-first">
          <ul className="flex gap-1 overflow-x-auto pb-1 wide:grid wide:gap-0.5 wide:overflow-visible">
            {SECTIONS.map(({ name, title }) => (
              <li key={name}>
                <Link
                  to="/dashboard/settings/$section"
                  params={{ section: name }}
                  aria-current={name === section.name ? 'page' : undefined}
                  className="flex h-9 items-center rounded-ui px-2.5 whitespace-nowrap hover:bg-sunken aria-[current=page]:bg-accent-wash aria-[current=page]:font-semibold aria-[current=page]:text-accent wide:h-8"
                >
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-6">
          <Suspense fallback={<Skeleton className="h-64 w-full" />}>{PARTS[section.name]}</Suspense>
        </div>
      </div>
    </Page>
  );
}

/** Each in a chunk of its own. */
const PARTS = Object.fromEntries(
  SECTIONS.map(({ name, load }) => [name, createElement(lazy(load), { key: name })]),
);

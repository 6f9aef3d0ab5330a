import { Link, useParams } from '@tanstack/react-router';
import { createElement, lazy, Suspense, useEffect, useRef } from 'react';
import { Page } from '../../components/page.tsx';
import { PageHeading } from '../../components/settings-block.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { SECTIONS } from './sections.ts';

/** So much of the section before the chosen one is seen, in pixels. */
const STRIP_BEFORE = 96;

/** Settings: what is chosen at the left, or above where the page is narrow. */
export function SettingsPage() {
  const { section: wish = '' } = useParams({ strict: false });
  const section = SECTIONS.find(({ name }) => name === wish) ?? SECTIONS[0];
  const strip = useRef<HTMLUListElement>(null);
  const name = section?.name;
  useEffect(() => {
    const chosen = strip.current?.querySelector<HTMLElement>('[aria-current=page]');
    // Only where it is a strip, that scrolls sideways.
    strip.current?.scrollTo({ left: Math.max(0, (chosen?.offsetLeft ?? 0) - STRIP_BEFORE) });
    // Anew with each section.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [name]);
  if (section === undefined) return null;
  return (
    <Page title={section.title} hint={section.hint}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-[11rem_minmax(0,1fr)]">
        <nav aria-label="Settings" className="wide:order-first">
          <ul
            ref={strip}
            className="relative flex gap-1 overflow-x-auto pb-1 wide:grid wide:gap-0.5 wide:overflow-visible"
          >
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
          <PageHeading value={section.title}>
            <Suspense fallback={<Skeleton className="h-64 w-full" />}>
              {PARTS[section.name]}
            </Suspense>
          </PageHeading>
        </div>
      </div>
    </Page>
  );
}

/** Each in a chunk of its own. */
const PARTS = Object.fromEntries(
  SECTIONS.map(({ name, load }) => [name, createElement(lazy(load), { key: name })]),
);

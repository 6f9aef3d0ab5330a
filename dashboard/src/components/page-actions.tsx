import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { usePageBar } from '../app/page-bar.ts';

/** Controls of the open page, shown in the top bar. */
export function PageActions({ children }: { readonly children: ReactNode }) {
  const bar = usePageBar();
  return bar === null ? null : createPortal(children, bar);
}

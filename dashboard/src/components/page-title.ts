import { useEffect } from 'react';
import { useSide } from '../api/side.ts';

/** Names the browser's tab: the page, and which side it is about. */
export function usePageTitle(title: string): void {
  const { side } = useSide();
  useEffect(() => {
    document.title = `${title} (${side.side}) · Milepost`;
  }, [title, side.side]);
}

import { useEffect, useState } from 'react';

/** How long the button says that it worked. */
const SAID_MS = 2000;

/** Copies a text; `copied` is null, or for a while whether it worked. */
export function useCopy(text: string): { copied: boolean | null; copy: () => void } {
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (copied === null) return undefined;
    const timer = setTimeout(() => setCopied(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    // Refused without permission or over plain HTTP from another host; the text can be selected.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('none'));
    copying.then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return { copied, copy };
}

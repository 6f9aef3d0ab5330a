import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { useEffect, useState } from 'react';
import { Button } from './ui/button.tsx';

/** How long the button says that it worked. */
const SAID_MS = 2000;

interface CopyBlockProps {
  readonly title: string;
  readonly text: string;
}

/** Preformatted text with a button that copies it. */
export function CopyBlock({ title, text }: CopyBlockProps) {
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (copied === null) return undefined;
    const timer = setTimeout(() => setCopied(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = () => {
    // Refused without permission or over plain HTTP from another host; the text can be selected.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('none'));
    copying.then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };

  return (
    <section className="grid min-w-0 gap-2">
      <div className="flex items-center justify-between">
        <h3 className="text-sm font-semibold text-muted">{title}</h3>
        <Button look="bare" className="-mr-2 h-8 px-2 text-sm" onClick={copy}>
          {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">
            {copied === null ? 'Copy' : copied ? 'Copied' : 'Select it'}
          </span>
        </Button>
      </div>
      <pre
        // Reached by Tab, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={title}
        className="overflow-x-auto rounded-ui border bg-sunken p-3 font-mono text-xs leading-5"
      >
        {text}
      </pre>
    </section>
  );
}

import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { Button } from './ui/button.tsx';
import { useCopy } from './use-copy.ts';

interface CopyBlockProps {
  readonly title: string;
  readonly text: string;
}

/** Preformatted text with a button that copies it. */
export function CopyBlock({ title, text }: CopyBlockProps) {
  const { copied, copy } = useCopy(text);
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

import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { Button } from './ui/button.tsx';
import { useCopy } from './use-copy.ts';

interface CopyTextProps {
  readonly text: string;
  /** What the button does: "Copy the key". */
  readonly label: string;
}

/** A line of code with a button that copies it. */
export function CopyText({ text, label }: CopyTextProps) {
  const { copied, copy } = useCopy(text);
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 font-mono text-sm break-all">{text}</code>
      <Button look="bare" square aria-label={label} onClick={copy}>
        {copied === true ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </Button>
      <span className="sr-only" role="status">
        {copied === null ? '' : copied ? 'Copied' : 'Could not copy; select the text'}
      </span>
    </span>
  );
}

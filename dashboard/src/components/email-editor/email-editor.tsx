import { lazy, Suspense } from 'react';
import { Skeleton } from '../ui/skeleton.tsx';
import type { EmailContext, EmailFault, EmailFields } from './email-fields.ts';

/**
 * @param value the email fields of a step or a broadcast; others beside them (id, type, next) are kept
 * @param onChange gets the whole of them anew, after every keystroke; what was taken away is not in it
 * @param context for previews, checks, test sends and results
 * @param faults what the server found wrong, with paths below the email
 * @param isReadOnly for viewers: everything is shown, nothing can be changed
 */
export interface EmailEditorProps {
  readonly value: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly context: EmailContext;
  readonly faults?: readonly EmailFault[];
  readonly isReadOnly?: boolean;
}

const EmailWorkbench = lazy(() =>
  import('./email-workbench.tsx').then(({ EmailWorkbench: Loaded }) => ({ default: Loaded })),
);

/**
 * Writes an email: subject, body in one of four ways, plain text, variants, and how each person gets it.
 * It is loaded when it is first shown. One column below 60rem of its own width, two from there on.
 */
export function EmailEditor(props: EmailEditorProps) {
  return (
    <Suspense fallback={<EmailEditorComing />}>
      <EmailWorkbench {...props} />
    </Suspense>
  );
}

function EmailEditorComing() {
  return (
    <div className="grid gap-4" aria-busy>
      <Skeleton className="h-10 w-full" />
      <Skeleton className="h-10 w-full" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}

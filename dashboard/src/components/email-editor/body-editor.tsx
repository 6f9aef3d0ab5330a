import { lazy, Suspense } from 'react';
import { Skeleton } from '../ui/skeleton.tsx';
import type { BodyTab } from './body-tabs.tsx';
import type { EmailFault, EmailSaid } from './email-fields.ts';

/** The body of a template or snippet, without what only an email has. */
export interface BodyEditorProps {
  readonly value: EmailSaid;
  readonly onChange: (next: EmailSaid) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
  /** Snippets know no MJML. */
  readonly tabs: readonly BodyTab[];
}

const BodyTabs = lazy(() =>
  import('./body-tabs.tsx').then(({ BodyTabs: Loaded }) => ({ default: Loaded })),
);

/** Writes a body alone; loaded when it is first shown. */
export function BodyEditor({ value, onChange, faults, isReadOnly, tabs }: BodyEditorProps) {
  return (
    <Suspense fallback={<Skeleton className="h-120 w-full wide:h-96" />}>
      <BodyTabs
        email={value}
        onChange={onChange}
        faults={faults}
        isReadOnly={isReadOnly}
        madeText={null}
        tabs={tabs}
        wanted={null}
      />
    </Suspense>
  );
}

import type { ReactNode } from 'react';

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** The place of a list with nothing in it: what would be here, and how it comes here. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="grid justify-items-start gap-2 rounded-ui border border-dashed border-edge p-6">
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-muted">{children}</div>}
    </div>
  );
}

import { createContext, type ReactNode, use, useId } from 'react';

/** The heading of the page around: said once, a block of the same name does not show it again. */
export const PageHeading = createContext<string | null>(null);

interface SettingsBlockProps {
  readonly title: string;
  readonly hint?: ReactNode;
  /** At the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One matter of the settings. */
export function SettingsBlock({ title, hint, actions, children }: SettingsBlockProps) {
  const id = useId();
  const isSaid = use(PageHeading) === title;
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 id={id} className={isSaid ? 'sr-only' : 'font-semibold'}>
            {title}
          </h2>
          {hint !== undefined && <p className="max-w-prose text-sm text-muted">{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

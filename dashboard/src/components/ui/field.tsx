import clsx from 'clsx';
import { type ComponentProps, type ReactNode, useId } from 'react';

const CONTROL = clsx(
  'h-10 w-full min-w-0 rounded-ui border border-edge bg-panel px-2.5 text-ink wide:h-8',
  // Below 16 px, iOS zooms into a focused field.
  'text-[1rem] wide:text-base',
);

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: (ids: { id: string; 'aria-describedby': string | undefined }) => ReactNode;
}

/** A label above a control, and a hint below it. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}hint`;
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': hintId })}
      {hintId !== undefined && (
        <p id={hintId} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={clsx(CONTROL, className)} {...rest} />;
}

/** The browser's own: it is the one that works with every keyboard, phone and screen reader. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select className={clsx(CONTROL, className)} {...rest} />;
}

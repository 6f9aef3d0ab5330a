import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type'> {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** Shown to screen readers only, in rows of tables. */
  readonly isLabelHidden?: boolean;
}

/** The browser's own box with its label at the right; the whole line can be pressed. */
export function Checkbox({
  label,
  hint,
  isLabelHidden = false,
  className,
  ...rest
}: CheckboxProps) {
  return (
    <label className={clsx('flex min-h-6 items-start gap-2', className)}>
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-(--accent-solid)" {...rest} />
      <span className={clsx('min-w-0', isLabelHidden && 'sr-only')}>
        {label}
        {hint !== undefined && <span className="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
}

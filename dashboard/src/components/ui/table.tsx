import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

/** Scrolls sideways by itself where the page is narrow, also with the keyboard. */
export function Table({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <div
      role="region"
      aria-label={label}
      // Reached by Tab, so that the keyboard can scroll it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="scrolls-aside relative overflow-x-auto rounded-ui border bg-panel"
    >
      <table className="w-full border-collapse text-left">{children}</table>
    </div>
  );
}

export function TableHead({ children }: { readonly children: ReactNode }) {
  return (
    <thead className="border-b text-sm text-muted">
      <tr>{children}</tr>
    </thead>
  );
}

interface CellProps extends ComponentProps<'td'> {
  /** Numbers stand at the right, in figures of one width. */
  readonly isNumber?: boolean;
}

export function HeadCell({ isNumber = false, className, ...rest }: CellProps) {
  return (
    <th
      scope="col"
      className={clsx(
        'px-3 py-2 font-medium whitespace-nowrap',
        isNumber && 'text-right',
        className,
      )}
      {...rest}
    />
  );
}

export function Row({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={clsx('border-b last:border-b-0 hover:bg-sunken', className)} {...rest} />;
}

export function Cell({ isNumber = false, className, ...rest }: CellProps) {
  return (
    <td
      {...(isNumber ? { 'data-tabular': '' } : {})}
      className={clsx('px-3 py-2 align-middle', isNumber && 'text-right', className)}
      {...rest}
    />
  );
}

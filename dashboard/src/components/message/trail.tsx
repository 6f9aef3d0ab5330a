import clsx from 'clsx';
import type { ReactNode } from 'react';

/** A trail: each post is something that was passed on the way. */
export function Trail({ children }: { readonly children: ReactNode }) {
  return <ol className="ml-1.5 grid gap-4 border-l pl-5">{children}</ol>;
}

const MARKS = {
  plain: 'bg-edge',
  good: 'bg-accent',
  bad: 'bg-fault',
  faint: 'border-2 border-edge bg-paper',
} as const;

interface PostProps {
  readonly last: boolean;
  readonly tone?: keyof typeof MARKS;
  readonly children: ReactNode;
}

/** The last post stands out, in the accent unless it is told otherwise. */
export function Post({ last, tone, children }: PostProps) {
  return (
    <li className="relative grid gap-0.5">
      <span
        aria-hidden
        className={clsx(
          'absolute rounded-full',
          last || (tone !== undefined && tone !== 'plain')
            ? 'top-1 -left-[1.625rem] size-2.5'
            : 'top-1.5 -left-[1.5rem] size-1.5',
          MARKS[tone ?? (last ? 'good' : 'plain')],
        )}
      />
      {children}
    </li>
  );
}

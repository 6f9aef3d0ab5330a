import clsx from 'clsx';
import type { ReactNode } from 'react';

const TONES = {
  quiet: 'border-line text-muted',
  plain: 'border-edge text-ink',
  good: 'border-accent bg-accent-wash text-accent',
  solid: 'border-transparent bg-ink text-paper',
  fault: 'border-fault bg-fault-wash text-fault',
} as const;

interface BadgeProps {
  readonly tone?: keyof typeof TONES;
  readonly children: ReactNode;
}

/** The state of a thing, in a word. */
export function Badge({ tone = 'plain', children }: BadgeProps) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1 rounded-ui border px-1.5 text-xs leading-5 font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

import clsx from 'clsx';
import type { ComponentProps } from 'react';

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      className={clsx(
        'min-h-20 w-full min-w-0 rounded-ui border border-edge bg-panel px-2.5 py-1.5 text-ink',
        'text-[1rem] wide:text-base',
        className,
      )}
      {...rest}
    />
  );
}

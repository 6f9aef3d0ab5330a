import clsx from 'clsx';
import type { ComponentProps } from 'react';

const LOOKS = {
  primary:
    'border-transparent bg-accent-solid text-on-accent enabled:hover:bg-accent-strong font-medium',
  plain: 'border-edge bg-panel text-ink enabled:hover:bg-sunken',
  bare: 'border-transparent text-ink enabled:hover:bg-sunken',
} as const;

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof LOOKS;
  /** Square, for an icon; give it an `aria-label`. */
  readonly square?: boolean;
}

export function Button({ look = 'plain', square = false, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(
        'inline-flex h-10 shrink-0 items-center justify-center gap-1.5 rounded-ui border',
        'whitespace-nowrap select-none disabled:opacity-45 wide:h-8',
        square ? 'w-10 wide:w-8' : 'px-3',
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  );
}

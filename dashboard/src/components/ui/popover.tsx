import clsx from 'clsx';
import { Popover as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

interface PopoverProps {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly className?: string;
  /** It has closed; prevents the focus from going back to the button, if it goes elsewhere. */
  readonly onClosed?: (event: Event) => void;
  /** What it is, for screen readers. */
  readonly label?: string;
}

/** A small panel at the button that opens it. */
export function Popover(props: PopoverProps) {
  const { trigger, children, open, onOpenChange, className, onClosed, label } = props;
  return (
    <Primitive.Root
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          {...(onClosed === undefined ? {} : { onCloseAutoFocus: onClosed })}
          aria-label={label}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className={clsx(
            'z-30 max-h-(--radix-popover-content-available-height) overflow-y-auto',
            'w-72 max-w-[calc(100vw-1rem)] rounded-ui border bg-panel p-3 text-ink shadow-lg',
            className,
          )}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

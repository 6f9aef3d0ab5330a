import clsx from 'clsx';
import X from 'lucide-react/icons/x';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { useFocusReturn } from './use-focus-return.ts';

interface DrawerProps {
  readonly title: string;
  readonly side: 'left' | 'right';
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A panel from the edge of the page, over it: takes the focus, gives it back, closes with Escape. */
export function Drawer({ title, side, open, onOpenChange, children, className }: DrawerProps) {
  const focusReturn = useFocusReturn();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-10 bg-shade" />
        <Primitive.Content
          aria-describedby={undefined}
          {...focusReturn}
          className={clsx(
            'fixed inset-y-0 z-20 flex w-[min(22rem,calc(100vw-3rem))] flex-col overflow-y-auto bg-panel',
            side === 'left' ? 'left-0 border-r' : 'right-0 border-l',
            className,
          )}
        >
          <div className="flex items-center justify-between border-b py-2 pr-2 pl-4">
            <Primitive.Title className="font-semibold">{title}</Primitive.Title>
            <Primitive.Close asChild>
              <Button look="bare" square aria-label="Close">
                <X size={16} aria-hidden />
              </Button>
            </Primitive.Close>
          </div>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

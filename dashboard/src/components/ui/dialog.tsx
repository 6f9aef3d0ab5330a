import clsx from 'clsx';
import X from 'lucide-react/icons/x';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { useFocusReturn } from './use-focus-return.ts';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly children: ReactNode;
  /** For more than a question. */
  readonly isLarge?: boolean;
}

/** A window over the page: takes the focus, gives it back, closes with Escape. */
export function Dialog(props: DialogProps) {
  const { title, open, onOpenChange, children, isLarge = false } = props;
  const focusReturn = useFocusReturn();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-10 bg-shade" />
        <Primitive.Content
          aria-describedby={undefined}
          {...focusReturn}
          className={clsx(
            'fixed top-1/2 left-1/2 z-20 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-1/2',
            'overflow-y-auto rounded-ui border bg-panel p-5 shadow-xl',
            isLarge ? 'max-w-2xl' : 'max-w-sm',
          )}
        >
          <div className="mb-3 flex items-center justify-between">
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

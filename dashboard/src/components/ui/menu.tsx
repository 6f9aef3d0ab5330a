import clsx from 'clsx';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}

/** What else can be done with something; arrow keys move in it, Escape closes it. */
export function Menu({ trigger, children }: MenuProps) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-30 min-w-44 rounded-ui border bg-panel p-1 text-ink shadow-lg"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface MenuItemProps extends ComponentProps<typeof Primitive.Item> {
  /** What takes something away. */
  readonly isFault?: boolean;
}

export function MenuItem({ className, isFault = false, ...rest }: MenuItemProps) {
  return (
    <Primitive.Item
      className={clsx(
        'flex min-h-9 cursor-pointer items-center gap-2 rounded-ui px-2.5 select-none wide:min-h-7',
        'outline-none data-[disabled]:cursor-default data-[disabled]:opacity-45',
        'data-[highlighted]:bg-sunken',
        isFault && 'text-fault',
        className,
      )}
      {...rest}
    />
  );
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Primitive.Label className="px-2.5 py-1.5 text-sm text-muted">{children}</Primitive.Label>;
}

export function MenuLine() {
  return <Primitive.Separator className="my-1 border-t" />;
}

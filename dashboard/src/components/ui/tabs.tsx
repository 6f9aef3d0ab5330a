import clsx from 'clsx';
import { Tabs as Primitive } from 'radix-ui';
import type { ComponentProps } from 'react';

export function Tabs(props: ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root {...props} />;
}

export function TabList({ className, ...rest }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List className={clsx('flex gap-5 border-b', className)} {...rest} />;
}

export function Tab({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={clsx(
        '-mb-px h-10 border-b-2 border-transparent text-muted hover:text-ink',
        'data-[state=active]:border-accent data-[state=active]:font-semibold',
        'data-[state=active]:text-ink',
        className,
      )}
      {...rest}
    />
  );
}

export function TabPanel(props: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content {...props} />;
}

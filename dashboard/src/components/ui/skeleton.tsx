import clsx from 'clsx';

/** The place of something that is on its way. Size it with `className`. */
export function Skeleton({ className }: { readonly className: string }) {
  return <span aria-hidden className={clsx('breathing block rounded-ui bg-sunken', className)} />;
}

import clsx from 'clsx';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

export type DeviceKind = 'phone' | 'desktop';

/** In CSS pixels of the device; a desktop shows 600 px of email with room beside it. */
const SIZE = { phone: { width: 390, height: 600 }, desktop: { width: 760, height: 620 } } as const;

interface DeviceProps {
  readonly kind: DeviceKind;
  readonly isDark: boolean;
  readonly from: string;
  readonly subject: string;
  readonly preheader: string | null;
  readonly children: ReactNode;
}

/** A screen of a given width, made smaller where there is less room, never laid out anew. */
export function Device({ kind, isDark, from, subject, children }: DeviceProps) {
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const look = (): void => setRoom(current.clientWidth);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const { width, height } = SIZE[kind];
  const scale = room === 0 ? 1 : Math.min(1, room / width);
  return (
    <div ref={place} style={{ height: height * scale }} className="overflow-hidden">
      <div
        data-device={kind}
        style={{
          width,
          height,
          transform: `scale(${scale})`,
          colorScheme: isDark ? 'dark' : 'light',
        }}
        className={clsx(
          'mail-device flex origin-top-left flex-col overflow-hidden rounded-ui border border-edge bg-panel text-ink',
        )}
      >
        <header className="grid gap-0.5 border-b px-4 py-2.5">
          <p className="truncate text-sm text-muted">{from}</p>
          <p className={clsx('font-semibold', kind === 'phone' ? 'line-clamp-2' : 'truncate')}>
            {subject}
          </p>
        </header>
        <div className="min-h-0 flex-1">{children}</div>
      </div>
    </div>
  );
}

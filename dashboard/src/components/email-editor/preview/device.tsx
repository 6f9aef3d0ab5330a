import clsx from 'clsx';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import './device.css';

export type DeviceKind = 'phone' | 'desktop';

/** In CSS pixels of the device; a desktop shows 600 px of email with room beside it. */
const SIZE = { phone: { width: 390, height: 560 }, desktop: { width: 760, height: 620 } } as const;

interface DeviceProps {
  readonly kind: DeviceKind;
  readonly isDark: boolean;
  readonly from: string;
  readonly subject: string;
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
        data-scheme={isDark ? 'dark' : 'light'}
        style={{ width, height, transform: `scale(${scale})` }}
        className="mail-device"
      >
        <header>
          <p className="mail-from">{from}</p>
          <p className={clsx('font-semibold', kind === 'phone' ? 'line-clamp-2' : 'truncate')}>
            {subject}
          </p>
        </header>
        <div className="min-h-0 flex-1">{children}</div>
      </div>
    </div>
  );
}

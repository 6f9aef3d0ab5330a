import clsx from 'clsx';
import CircleAlert from 'lucide-react/icons/circle-alert';
import CircleCheck from 'lucide-react/icons/circle-check';
import type { ReactNode } from 'react';

const TONES = {
  plain: 'border-ink bg-panel',
  done: 'border-accent bg-accent-wash',
  asking: 'border-accent bg-accent-wash',
  fault: 'border-fault bg-fault-wash',
} as const;

interface NoticeProps {
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** `alert` interrupts a screen reader; `status` waits for it. */
  readonly role?: 'alert' | 'status';
  /** In the accent: good news, or a question to the reader. `fault`: what came back. */
  readonly tone?: keyof typeof TONES;
  readonly className?: string;
}

/** Something the reader should not miss, in place. */
export function Notice({ title, children, role, tone = 'plain', className }: NoticeProps) {
  const Icon = tone === 'done' ? CircleCheck : CircleAlert;
  return (
    <div
      role={role}
      className={clsx('flex gap-2.5 rounded-ui border px-3 py-2.5', TONES[tone], className)}
    >
      <Icon size={16} aria-hidden className="mt-0.5 shrink-0" />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-semibold">{title}</p>
        {children}
      </div>
    </div>
  );
}

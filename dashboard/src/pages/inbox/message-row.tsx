import type { Message } from '@milepost/sdk';
import clsx from 'clsx';
import type { MouseEvent } from 'react';
import { addressWith } from '../../app/location.ts';
import { briefOf, viewerZone } from '../../app/time.ts';
import { StatusLabel } from '../../components/status-label.tsx';

/** The DOM id of a message's row. */
export const rowIdOf = (messageId: string): string => `row-${messageId}`;

interface MessageRowProps {
  readonly message: Message;
  readonly isSelected: boolean;
  readonly isCurrent: boolean;
  readonly hasArrived: boolean;
  /** Instants of this one's year are told without the year. */
  readonly reference: string;
  readonly onCurrent: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

export function MessageRow(props: MessageRowProps) {
  const { message, isSelected, isCurrent, hasArrived, reference, onCurrent, onOpen } = props;
  const at = message.sent_at ?? message.scheduled_for;
  const openHere = (event: MouseEvent) => {
    // With a modifier it is a link like any other: a new tab.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(message.id);
  };
  return (
    <li className={clsx('border-b', hasArrived && 'arrived')}>
      <a
        id={rowIdOf(message.id)}
        href={addressWith({ messageId: message.id, enrolling: false })}
        tabIndex={isCurrent ? 0 : -1}
        aria-current={isSelected ? 'true' : undefined}
        onFocus={() => onCurrent(message.id)}
        onClick={openHere}
        className={clsx(
          'grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-0.5 px-4 py-2.5 -outline-offset-2',
          isSelected ? 'bg-accent-wash shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-sunken',
        )}
      >
        <span className="truncate font-medium">{message.subject}</span>
        <time dateTime={at} title={at} className="justify-self-end text-sm text-muted">
          {briefOf(at, viewerZone, reference)}
        </time>
        <span className="truncate text-sm text-muted">{message.to}</span>
        <span className="flex items-center justify-self-end">
          <StatusLabel status={message.status} />
        </span>
      </a>
    </li>
  );
}

import type { MessageStatus } from '@milepost/sdk';
import clsx from 'clsx';
import { STATUS_WORDS } from './message-status.ts';

const TONES = {
  quiet: 'text-muted',
  arrived: 'text-accent',
  returned: 'rounded-ui bg-fault-wash px-1.5 font-medium text-fault',
  unwanted: 'rounded-ui bg-fault-solid px-1.5 font-medium text-on-accent',
  failed: 'rounded-ui bg-ink px-1.5 font-medium text-paper',
  asking: 'rounded-ui bg-accent-solid px-1.5 font-medium text-on-accent',
} as const;

/** The state of a message: a mark and the glossary's word, so that it never hangs on colour. */
export function StatusLabel({ status }: { readonly status: MessageStatus }) {
  const { word, tone } = STATUS_WORDS[status];
  return (
    <span
      className={clsx('inline-flex items-center gap-1.5 text-sm whitespace-nowrap', TONES[tone])}
    >
      <StatusMark status={status} />
      {word}
    </span>
  );
}

function StatusMark({ status }: { readonly status: MessageStatus }) {
  return (
    <svg viewBox="0 0 10 10" className="size-2.5 shrink-0" aria-hidden>
      {MARKS[status]}
    </svg>
  );
}

const ring = <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.4" />;
const cross = <path d="M2 2l6 6M8 2l-6 6" stroke="currentColor" strokeWidth="1.6" fill="none" />;

const MARKS = {
  scheduled: ring,
  sending: (
    <>
      {ring}
      <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />
    </>
  ),
  accepted: <circle cx="5" cy="5" r="3.2" fill="currentColor" />,
  delivered: <path d="M1 5.2l2.8 2.8L9 2.4" stroke="currentColor" strokeWidth="1.7" fill="none" />,
  bounced: <path d="M9 6L5 9.2V7.4C1.6 7.2 1 4.6 1 1c1 2.4 2 3.4 4 3.5V2.6z" fill="currentColor" />,
  complained: <path d="M1.5 9.5V.8L9 3 1.5 5.6" fill="currentColor" stroke="currentColor" />,
  rejected: cross,
  cancelled: (
    <>
      {ring}
      <path d="M2.2 7.8l5.6-5.6" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  in_doubt: (
    <path
      d="M2.8 3.1a2.2 2.2 0 1 1 3.3 1.9C5.3 5.4 5 5.8 5 6.6M5 8.2v1.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
} satisfies Record<MessageStatus, unknown>;

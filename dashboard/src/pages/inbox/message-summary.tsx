import type { MessageDetail } from '@milepost/sdk';
import type { ReactNode } from 'react';
import { Instant } from '../../components/instant.tsx';
import { STATUS_WORDS } from '../../components/message-status.ts';
import { StatusLabel } from '../../components/status-label.tsx';
import { Notice } from '../../components/ui/notice.tsx';

interface MessageSummaryProps {
  readonly message: MessageDetail;
  /** The zone the send time was planned in. */
  readonly zone: string;
  readonly userName: string | null;
  readonly seriesName: string | null;
}

/** The facts of a message over its content. */
export function MessageSummary({ message, zone, userName, seriesName }: MessageSummaryProps) {
  const { status, reason } = message;
  const words = STATUS_WORDS[status];
  return (
    <>
      <header className="mb-4 grid gap-3">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1.5">
          <h2 className="min-w-0 text-lg font-semibold text-balance">{message.subject}</h2>
          <span className="pt-0.5">
            <StatusLabel status={status} />
          </span>
        </div>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
          <Fact name="To">
            {userName !== null && `${userName} `}
            <span className={userName === null ? '' : 'text-muted'}>{message.to}</span>
          </Fact>
          <Fact name="From">{message.from}</Fact>
          <Fact name={seriesName === null ? 'Step' : 'Series'}>
            {seriesName !== null && `${seriesName}, step `}
            {message.step_id}
          </Fact>
          <Fact name={message.sent_at === null ? 'Scheduled' : 'Sent'}>
            <Instant at={message.sent_at ?? message.scheduled_for} zone={zone} />{' '}
            <span className="text-muted">{zone}</span>
          </Fact>
        </dl>
      </header>
      {words.tone === 'failed' && (
        <Notice title={`${capitalised(words.word)}. ${words.meaning}`} className="mb-4">
          {reason !== null && <p>{reason}</p>}
        </Notice>
      )}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

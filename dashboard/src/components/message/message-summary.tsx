import type { MessageDetail } from '@milepost/sdk';
import type { ReactNode } from 'react';
import { Instant } from '../instant.tsx';
import type { Automation } from '../../api/sending.ts';
import { STATUS_WORDS } from '../message-status.ts';
import { StatusLabel } from '../status-label.tsx';
import { Notice } from '../ui/notice.tsx';
import { eventWords } from './event-words.ts';

interface MessageSummaryProps {
  readonly message: MessageDetail;
  /** The zone the send time was planned in. */
  readonly zone: string;
  readonly userName: string | null;
  /** What sent it; null while its name is not known. */
  readonly automation: Automation | null;
}

/** The facts of a message over its content. */
export function MessageSummary({ message, zone, userName, automation }: MessageSummaryProps) {
  const { status, transport } = message;
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
          <Fact name={sentBy(automation)}>
            {automation !== null && `${automation.name}, `}
            {automation?.type !== 'broadcast' && `step ${message.step_id}`}
            {message.variant !== null && `, variant ${message.variant}`}
          </Fact>
          <Kind message={message} />
          <Fact name={message.sent_at === null ? 'Scheduled' : 'Sent'}>
            <Instant at={message.sent_at ?? message.scheduled_for} zone={zone} />{' '}
            <span className="text-muted">
              {zone}
              {transport === 'capture' ? ', kept here' : `, by ${transport}`}
            </span>
          </Fact>
        </dl>
      </header>
      <WentWrong message={message} />
    </>
  );
}

/** What may be declined, and where. */
function Kind({ message: { purpose, list } }: Pick<MessageSummaryProps, 'message'>) {
  if (purpose === null) return null;
  return (
    <Fact name="Kind">
      {purpose === 'marketing' ? 'Marketing' : 'Transactional'}
      {list !== null && `, list “${list.name}”`}
      {list === null && purpose === 'marketing' && <span className="text-muted">, no list</span>}
    </Fact>
  );
}

const TOLD = ['returned', 'unwanted', 'failed'];

/** What became of it, where that was not what was meant; for what came back, by whose words. */
function WentWrong({ message }: Pick<MessageSummaryProps, 'message'>) {
  const { word, meaning, tone } = STATUS_WORDS[message.status];
  if (!TOLD.includes(tone)) return null;
  const back = message.events.findLast(({ kind }) => kind === 'bounced');
  const bounce = back === undefined || tone === 'unwanted' ? null : eventWords(back);
  if (tone === 'returned' && bounce !== null) {
    return (
      <Notice tone="fault" title={bounce.title} className="mb-4">
        {bounce.note !== null && <p>{bounce.note}</p>}
        {bounce.quote !== null && <Said words={bounce.quote} />}
      </Notice>
    );
  }
  return (
    <Notice
      tone={tone === 'failed' ? 'plain' : 'fault'}
      title={`${capitalised(word)}. ${meaning}`}
      className="mb-4"
    >
      {bounce !== null && bounce.note !== null && <p>{bounce.note}</p>}
      {tone === 'failed' && message.reason !== null && <Said words={message.reason} />}
    </Notice>
  );
}

/** Word for word, as a server said it. */
function Said({ words }: { readonly words: string }) {
  return <p className="min-w-0 font-mono text-xs leading-5 break-words">{words}</p>;
}

function sentBy(automation: Automation | null): string {
  if (automation === null) return 'Step';
  return automation.type === 'series' ? 'Series' : 'Broadcast';
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

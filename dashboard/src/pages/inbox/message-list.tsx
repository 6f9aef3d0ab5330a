import { go, open } from '../../app/location.ts';
import { useSide } from '../../api/side.ts';
import { Button } from '../../components/ui/button.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { MessageRow } from './message-row.tsx';
import type { useMail } from './use-mail.ts';

interface MessageListProps {
  readonly mail: ReturnType<typeof useMail>;
  readonly isFiltered: boolean;
  readonly selectedId: string | null;
  /** The row that Tab enters and the arrow keys move from. */
  readonly currentId: string | null;
  readonly onCurrent: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

export function MessageList(props: MessageListProps) {
  const { mail, isFiltered, selectedId, currentId, onCurrent, onOpen } = props;
  const { rows, arrived } = mail;
  if (mail.isLoading) return mail.error === null ? <RowSkeletons /> : null;

  return (
    <div className="min-h-0 flex-1 wide:overflow-y-auto">
      <output className="sr-only">
        {arrived.length > 0 &&
          `${arrived.length} new ${arrived.length === 1 ? 'message' : 'messages'}`}
      </output>
      {rows.length === 0 && (isFiltered ? <NothingFound /> : <NoMailYet />)}
      <ol data-rows aria-label="Messages, newest first">
        {rows.map((message) => (
          <MessageRow
            key={message.id}
            message={message}
            isSelected={message.id === selectedId}
            isCurrent={message.id === currentId}
            hasArrived={arrived.includes(message.id)}
            reference={rows[0]?.scheduled_for ?? message.scheduled_for}
            onCurrent={onCurrent}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {mail.hasOlder && (
        <p className="p-3 text-center">
          <Button onClick={mail.loadOlder} disabled={mail.isLoadingOlder}>
            {mail.isLoadingOlder ? 'Loading…' : 'Load more'}
          </Button>
        </p>
      )}
    </div>
  );
}

function NoMailYet() {
  const { side } = useSide();
  return (
    <div className="grid justify-items-start gap-3 p-5">
      <h2 className="font-semibold">No mail yet</h2>
      <p className="text-muted">
        Enroll yourself or paste the curl
        {side.side === 'test' ? ', then move the clock: ' : ': '}
        mail appears here as it is sent.
      </p>
      <Button look="primary" className="wide:hidden" onClick={() => open({ enrolling: true })}>
        Enroll yourself
      </Button>
    </div>
  );
}

function NothingFound() {
  return (
    <div className="grid justify-items-start gap-3 p-5">
      <h2 className="font-semibold">No message matches</h2>
      <p className="text-muted">The state and the user must both match.</p>
      <Button onClick={() => go({ status: null, text: '' }, 'replace')}>Show every message</Button>
    </div>
  );
}

/** Rows that fill most of a screen. */
const SKELETON_COUNT = 9;

function RowSkeletons() {
  return (
    <div aria-busy aria-label="Loading messages">
      {Array.from({ length: SKELETON_COUNT }, (_, index) => (
        <div key={index} className="grid gap-2 border-b px-4 py-3">
          <Skeleton className={index % 3 === 1 ? 'h-4 w-1/2' : 'h-4 w-2/3'} />
          <Skeleton className={index % 2 === 1 ? 'h-3.5 w-2/5' : 'h-3.5 w-1/3'} />
        </div>
      ))}
    </div>
  );
}

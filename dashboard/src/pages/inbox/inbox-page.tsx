import { MESSAGE_STATUSES } from '@milepost/sdk';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { useSide } from '../../api/side.ts';
import { close, go, open, usePlace } from '../../app/location.ts';
import { Failure } from '../../components/failure.tsx';
import { ClockStrip } from './clock-strip.tsx';
import { EnrollForm } from './enroll-form.tsx';
import { Filters } from './filters.tsx';
import { LiveStrip } from './live-strip.tsx';
import { MessageList } from './message-list.tsx';
import { MessagePane } from './message-pane.tsx';
import { rowIdOf } from './message-row.tsx';
import { NothingOpen } from './nothing-open.tsx';
import { useInboxKeys } from './use-inbox-keys.ts';
import { useMail } from './use-mail.ts';

const FIND_ID = 'find-by-user';

/** What the test side kept, what the live side sent, and why each message left when it did. */
export function InboxPage({ onShowKeys }: { readonly onShowKeys: () => void }) {
  const { side } = useSide();
  const place = usePlace();
  const status = MESSAGE_STATUSES.find((known) => known === place.status) ?? null;
  const mail = useMail(status, place.text);
  const [cursorId, setCursorId] = useState<string | null>(null);
  const pane = useRef<HTMLElement>(null);
  const focusPane = useRef(false);

  const holds = (id: string | null) => id !== null && mail.rows.some((row) => row.id === id);
  const started = holds(cursorId) ? cursorId : holds(place.messageId) ? place.messageId : null;
  const currentId = started ?? mail.rows[0]?.id ?? null;

  const openMessage = (messageId: string) => {
    setCursorId(messageId);
    focusPane.current = true;
    open({ messageId, tab: place.tab });
  };
  const move = (delta: 1 | -1) => {
    const index = mail.rows.findIndex(({ id }) => id === started);
    const next = mail.rows[started === null ? 0 : index + delta];
    if (next === undefined) return;
    setCursorId(next.id);
    // With a message open, the reading pane follows.
    if (place.messageId !== null) go({ messageId: next.id }, 'replace');
    document.getElementById(rowIdOf(next.id))?.focus();
  };
  const back = () => {
    if (place.messageId === null && !place.enrolling) return;
    close();
  };

  useInboxKeys({
    move,
    openCurrent: () => currentId !== null && openMessage(currentId),
    back,
    find: () => document.getElementById(FIND_ID)?.focus(),
    enroll: () => open({ enrolling: true }),
    showKeys: onShowKeys,
  });

  const isOpen = place.messageId !== null || place.enrolling;
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (!isOpen && wasOpen.current && currentId !== null) {
      document.getElementById(rowIdOf(currentId))?.focus();
    } else if (place.messageId !== null && focusPane.current) {
      pane.current?.focus();
      window.scrollTo(0, 0);
    }
    focusPane.current = false;
    wasOpen.current = isOpen;
  }, [isOpen, place.messageId, currentId]);

  const isFiltered = status !== null || place.text.trim() !== '';
  const isEmpty = !mail.isLoading && mail.rows.length === 0 && !isFiltered;

  return (
    <>
      {side.side === 'test' ? <ClockStrip hiddenWhenNarrow={isOpen} /> : <LiveStrip />}
      <Failure error={mail.error} stale={!mail.isLoading} className="m-3 wide:mx-5" />
      <main className="grid min-h-0 flex-1 wide:grid-cols-[26rem_minmax(0,1fr)]">
        <section
          aria-label="Messages"
          className={clsx(
            'min-h-0 flex-col bg-panel wide:flex wide:border-r',
            isOpen ? 'hidden' : 'flex',
          )}
        >
          <Filters findId={FIND_ID} status={status} text={place.text} />
          <MessageList
            mail={mail}
            isFiltered={isFiltered}
            selectedId={place.messageId}
            currentId={currentId}
            onCurrent={setCursorId}
            onOpen={openMessage}
          />
        </section>
        <section
          ref={pane}
          tabIndex={-1}
          aria-label={place.messageId === null ? 'Nothing open' : 'Message'}
          className={clsx(
            'min-h-0 min-w-0 -outline-offset-2 wide:block wide:overflow-y-auto',
            !isOpen && 'hidden',
          )}
        >
          {place.messageId !== null ? (
            <MessagePane key={place.messageId} id={place.messageId} tab={place.tab} />
          ) : place.enrolling || isEmpty ? (
            <EnrollForm />
          ) : (
            <NothingOpen />
          )}
        </section>
      </main>
    </>
  );
}

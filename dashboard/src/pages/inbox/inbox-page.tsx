import { MESSAGE_STATUSES } from '@milepost/sdk';
import clsx from 'clsx';
import { useState } from 'react';
import { useSide } from '../../api/side.ts';
import { usePlace } from '../../app/location.ts';
import { Failure } from '../../components/failure.tsx';
import { usePageTitle } from '../../components/page-title.ts';
import { ClockStrip } from '../../components/clock-strip.tsx';
import { InboxBar } from './inbox-bar.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { EnrollForm } from './enroll-form.tsx';
import { Filters } from './filters.tsx';
import { LiveStrip } from './live-strip.tsx';
import { MessageList } from './message-list.tsx';
import { MessagePane } from './message-pane.tsx';
import { NothingOpen } from './nothing-open.tsx';
import { PauseBanner } from './pause-banner.tsx';
import { FIND_ID, useInboxNavigation } from './use-inbox-navigation.ts';
import { useMail } from './use-mail.ts';

/** What the test side kept, what the live side sent, and why each message left when it did. */
export function InboxPage() {
  const [showsKeys, setShowsKeys] = useState(false);
  const onShowKeys = (): void => setShowsKeys(true);
  const { side } = useSide();
  usePageTitle('Inbox');
  const place = usePlace();
  const status = MESSAGE_STATUSES.find((known) => known === place.status) ?? null;
  const mail = useMail(status, place.text);
  const navigation = useInboxNavigation({ rows: mail.rows, place, onShowKeys });
  const { pane, isOpen } = navigation;

  const isFiltered = status !== null || place.text.trim() !== '';
  const isEmpty = !mail.isLoading && mail.rows.length === 0 && !isFiltered;

  return (
    <>
      <InboxBar onShowKeys={onShowKeys} />
      <KeysDialog open={showsKeys} onOpenChange={setShowsKeys} />
      <h1 className="sr-only">Inbox</h1>
      {side.side === 'test' ? <ClockStrip hiddenWhenNarrow={isOpen} /> : <LiveStrip />}
      <PauseBanner hiddenWhenNarrow={isOpen} />
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
            currentId={navigation.currentId}
            onCurrent={navigation.setCursorId}
            onOpen={navigation.openMessage}
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
          {place.messageId === null ? (
            <Unopened showsForm={place.enrolling || isEmpty} />
          ) : (
            <MessagePane key={place.messageId} id={place.messageId} tab={place.tab} />
          )}
        </section>
      </main>
    </>
  );
}

/** The reading pane without a message. */
function Unopened({ showsForm }: { readonly showsForm: boolean }) {
  // On an empty page the form is there by itself; it stays for its answer when mail comes in.
  const [wasSent, setWasSent] = useState(false);
  return showsForm || wasSent ? <EnrollForm onEnroll={() => setWasSent(true)} /> : <NothingOpen />;
}

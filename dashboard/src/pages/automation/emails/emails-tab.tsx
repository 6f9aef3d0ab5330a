import { useSearchText } from '../../../app/use-search.ts';
import { Empty } from '../../../components/empty.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { EditEmail } from './edit-email.tsx';
import { EmailList } from './email-list.tsx';
import { emailsOf } from './email-row.ts';

/** All emails of a series, and any one of them open. */
export function EmailsTab() {
  const { steps } = useDraft();
  const [open, setOpen] = useSearchText('email');
  const emails = emailsOf(steps);
  const at = emails.findIndex(({ id }) => id === open);
  const email = emails[at];
  return (
    <div className="mx-auto grid max-w-7xl gap-4 p-4 wide:p-6">
      {emails.length === 0 ? (
        <Empty title="No emails yet">
          <p>Emails are steps of the series: add one on the canvas, and write it here.</p>
        </Empty>
      ) : email === undefined ? (
        <EmailList emails={emails} onOpen={setOpen} />
      ) : (
        <EditEmail
          key={email.id}
          step={email}
          place={{ at, count: emails.length }}
          onGo={(next) => setOpen(emails[next]?.id ?? '')}
          onClose={() => setOpen('')}
        />
      )}
    </div>
  );
}

import { useNavigate } from '@tanstack/react-router';
import { useAsk, useDo } from '../../../api/ask.ts';
import { countedOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useSay } from '../../../components/ui/toast.tsx';

interface EraseDialogProps {
  readonly userId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Erases somebody for good: counts first, and asks for the id. */
export function EraseDialog({ userId, open, onOpenChange }: EraseDialogProps) {
  const say = useSay();
  const navigate = useNavigate();
  const path = { user_id: userId };
  const preview = useAsk('GET /users/{user_id}/erase_preview', { path }, { enabled: open });
  const erase = useDo('DELETE /users/{user_id}', {
    onDone: () => {
      say({ title: `${userId} is erased` });
      void navigate({ to: '/dashboard/people' });
    },
  });
  const counts = preview.data?.would_erase;
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title="Erase this person?"
      confirm="Erase for good"
      typed={userId}
      isPending={erase.isPending || counts === undefined}
      error={erase.error ?? preview.error}
      onConfirm={() => erase.mutate({ path })}
    >
      {counts === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : (
        <>
          <p>This cannot be undone. It takes away all that is kept of them:</p>
          <ul className="list-disc pl-5" data-tabular="">
            <li>
              {countedOf(counts.enrollments, 'enrollment', 'enrollments')}
              {counts.active_enrollments > 0 && `, ${counts.active_enrollments} under way`}
            </li>
            <li>{countedOf(counts.messages, 'message', 'messages')}</li>
            <li>{countedOf(counts.events, 'event', 'events')}</li>
            <li>{countedOf(counts.preferences, 'preference', 'preferences')}</li>
          </ul>
          <p className="text-muted">
            That they must not be mailed stays, without their address. Counts of reports stay.
          </p>
        </>
      )}
    </Confirm>
  );
}

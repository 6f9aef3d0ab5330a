import { useAsk } from '../../../api/ask.ts';
import { Badge } from '../../../components/ui/badge.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { reasonWords } from '../../lists/suppression-words.ts';

interface PersonConsentProps {
  readonly userId: string;
  readonly email: string | null;
}

/** Whether mail may go to somebody, at a glance. */
export function PersonConsent({ userId, email }: PersonConsentProps) {
  const preferences = useAsk('GET /users/{user_id}/preferences', { path: { user_id: userId } });
  const { rows: suppressions, isPending } = useSuppressionsOf({ userId, email });
  if (preferences.isPending || isPending) return <Skeleton className="h-5.5 w-40" />;
  const hasLeft = preferences.data?.all === 'unsubscribed';
  const joined = (preferences.data?.lists ?? []).filter(
    ({ state }) => !hasLeft && state === 'subscribed',
  );
  return (
    <span className="flex flex-wrap gap-1.5">
      {suppressions.map(({ id, reason }) => (
        <Badge key={id} tone="fault">
          Suppressed: {reasonWords(reason)}
        </Badge>
      ))}
      {email === null && <Badge tone="fault">No address</Badge>}
      {hasLeft ? (
        <Badge tone="fault">Unsubscribed from everything</Badge>
      ) : (
        <Badge tone={suppressions.length === 0 && email !== null ? 'good' : 'quiet'}>
          Wants marketing
        </Badge>
      )}
      {joined.slice(0, 3).map(({ id, name }) => (
        <Badge key={id}>{name}</Badge>
      ))}
      {joined.length > 3 && <Badge>{joined.length - 3} more lists</Badge>}
    </span>
  );
}

/** The suppressions of somebody: of their address, and of themselves. */
function useSuppressionsOf({ userId, email }: { userId: string; email: string | null }) {
  const ofUser = useAsk('GET /suppressions', { query: { user_id: userId } });
  const ofAddress = useAsk(
    'GET /suppressions',
    { query: { email: email ?? '' } },
    { enabled: email !== null },
  );
  return {
    rows: [...(ofUser.data?.data ?? []), ...(ofAddress.data?.data ?? [])],
    isPending: ofUser.isPending || (email !== null && ofAddress.isPending),
  };
}

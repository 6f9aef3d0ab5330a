import { useParams } from '@tanstack/react-router';
import { useAsk } from '../../api/ask.ts';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { isOpen } from './broadcast.ts';
import { Compose } from './compose.tsx';
import { Progress } from './progress.tsx';

/** One broadcast: written until it begins, watched from then on. */
export function BroadcastPage() {
  const { id = '' } = useParams({ strict: false });
  const broadcast = useAsk('GET /broadcasts/{id}', { path: { id } });
  const { data } = broadcast;
  if (data === undefined) {
    return (
      <Page title="Broadcast" isWide>
        {broadcast.error === null ? (
          <Skeleton className="h-96 w-full" />
        ) : (
          <Failure error={broadcast.error} />
        )}
      </Page>
    );
  }
  return isOpen(data.status) ? (
    <Compose key={data.id} broadcast={data} />
  ) : (
    <Progress broadcast={data} />
  );
}

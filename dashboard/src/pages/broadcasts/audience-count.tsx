import { useEffect, useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import { Failure } from '../../components/failure.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import type { Audience } from './broadcast.ts';
import { Reconciliation } from './reconciliation.tsx';

/** How long one has stopped choosing before it is counted. */
const SETTLE_MS = 500;

interface AudienceCountProps {
  readonly broadcastId: string;
  readonly audience: Audience | null;
}

/** Whom an audience reaches now and whom not, before anything is saved. */
export function AudienceCount({ broadcastId, audience }: AudienceCountProps) {
  const [asked, setAsked] = useState(audience);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(audience), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [audience]);
  const count = useAsk(
    'POST /broadcasts/{id}/audience_count',
    { path: { id: broadcastId }, body: asked === null ? {} : { audience: asked } },
    { enabled: asked !== null, keepsPrevious: true },
  );
  if (asked === null)
    return <p className="text-muted">Choose to whom it goes; then it is counted.</p>;
  if (count.error !== null) return <Failure error={count.error} />;
  if (count.data === undefined) return <Skeleton className="h-56 w-full" />;
  return <Reconciliation audience={count.data} isBehind={asked !== audience || count.isFetching} />;
}

import { useAsk } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Attention } from './attention.tsx';
import { Checklist } from './checklist.tsx';
import { Health } from './health.tsx';
import { Sends } from './sends.tsx';

/** Whether all is well, what was sent, and what wants to be looked at. */
export function HomePage() {
  const { side } = useSide();
  const overview = useAsk('GET /overview', {});
  const { data } = overview;
  return (
    <Page title="Home" hint={`${side.name}, ${side.side} side`}>
      <Failure error={overview.error} stale={data !== undefined} />
      {data === undefined ? (
        overview.error === null && <Coming />
      ) : (
        <>
          <Sends sent={data.sent} planned={data.planned} />
          <div className="grid items-start gap-6 wide:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <div className="grid gap-6">
              <Attention attention={data.attention} />
              <Checklist checklist={data.checklist} />
            </div>
            <Health overview={data} />
          </div>
        </>
      )}
    </Page>
  );
}

function Coming() {
  return (
    <>
      <Skeleton className="h-24 w-full" />
      <Skeleton className="h-64 w-full" />
    </>
  );
}

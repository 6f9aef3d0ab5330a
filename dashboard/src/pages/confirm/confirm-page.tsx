import { ApiError } from '@milepost/sdk';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Decision } from './decision.tsx';
import { QuestionDetails } from './question-details.tsx';
import { outcomeOf } from './question.ts';
import { Token } from './token.tsx';

/** What an assistant asks to do, in words and in full; and the member's yes or no. */
export function ConfirmPage() {
  const { id = '' } = useParams({ strict: false });
  const { side } = useSide();
  const path = { id };
  const { data, error } = useAsk('GET /confirmations/{id}', { path });
  const [token, setToken] = useState<string | null>(null);
  const issue = useDo('POST /confirmations/{id}/issue', {
    onDone: (issued) => setToken(issued.token),
  });
  const refuse = useDo('POST /confirmations/{id}/refuse');
  const isGone = error instanceof ApiError && error.status === 404;

  return (
    <Page
      title="An assistant asks"
      hint={
        side.side === 'live'
          ? `For the live side of ${side.name}: real people`
          : `For the test side of ${side.name}: nothing leaves it`
      }
    >
      <div className="grid max-w-2xl grid-cols-[minmax(0,1fr)] gap-4">
        {isGone && (
          <Notice role="alert" title="There is no such question on this side">
            <p className="text-muted">
              It may be of another workspace or side, or older than 30 days.{' '}
              <Link
                to="/dashboard/settings/$section"
                params={{ section: 'assistants' }}
                className="underline underline-offset-2"
              >
                All questions
              </Link>
            </p>
          </Notice>
        )}
        {!isGone && <Failure error={error} stale={data !== undefined} />}
        <Failure error={issue.error ?? refuse.error} />
        {data === undefined && error === null && <Skeleton className="h-80 w-full" />}
        {data !== undefined && (
          <>
            <QuestionDetails question={data} />
            {token !== null && data.state === 'issued' ? (
              <Token token={token} question={data} />
            ) : data.state === 'waiting' ? (
              <Decision
                question={data}
                isPending={issue.isPending || refuse.isPending}
                onIssue={() => issue.mutate({ path })}
                onRefuse={() => refuse.mutate({ path })}
              />
            ) : (
              <Notice role="status" title={`This was decided: ${outcomeOf(data)}`}>
                <p className="text-muted">
                  {data.decided_by === null
                    ? 'Let the assistant ask again if it is still wanted.'
                    : `By ${data.decided_by}.`}
                </p>
              </Notice>
            )}
          </>
        )}
      </div>
    </Page>
  );
}

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAskPages, useDo, type RowOf } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { stepWords } from '../../../components/sentence.ts';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { SideBlock } from './person-details.tsx';

type Passage = RowOf<'GET /users/{user_id}/enrollments'>;

/** What somebody is in, and was in. */
export function PersonSeries({ userId }: { readonly userId: string }) {
  const pages = useAskPages('GET /users/{user_id}/enrollments', {
    path: { user_id: userId },
    query: { limit: 20 },
  });
  const { rows, error, isPending } = pages;
  return (
    <SideBlock title="Series">
      {error !== null && <Failure error={error} />}
      {isPending && error === null && <Skeleton className="h-20 w-full" />}
      {!isPending && error === null && rows.length === 0 && (
        <p className="text-muted">In none so far.</p>
      )}
      <ul className="grid gap-3">
        {rows.map((passage) => (
          <PassageLine key={passage.id} passage={passage} userId={userId} />
        ))}
      </ul>
      <LoadMore
        hasMore={pages.hasNextPage}
        isLoading={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </SideBlock>
  );
}

const STATE_WORDS: Readonly<Record<Passage['state'], string>> = {
  active: 'active',
  completed: 'completed',
  goal_reached: 'goal reached',
  exited: 'exited',
  removed: 'removed',
  ended: 'ended',
};

function PassageLine({ passage, userId }: { readonly passage: Passage; readonly userId: string }) {
  const [isAsking, setIsAsking] = useState(false);
  const mayEdit = useMay('editor');
  const { series_name: name, series_id: id, state, type } = passage;
  const isActive = state === 'active';
  return (
    <li className="grid gap-0.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        {type === 'series' ? (
          <Link
            to="/dashboard/automation/$id"
            params={{ id }}
            className="min-w-0 truncate font-medium hover:underline"
          >
            {name}
          </Link>
        ) : (
          <span className="min-w-0 truncate font-medium">{name}</span>
        )}
        <Badge tone={isActive || state === 'goal_reached' ? 'good' : 'quiet'}>
          {STATE_WORDS[state]}
        </Badge>
      </div>
      <p className="text-sm text-muted">
        {isActive && passage.next_due !== null && !passage.held ? (
          <>
            Next: {stepWords(passage.step_id ?? '')}, <Instant at={passage.next_due} />
          </>
        ) : isActive && passage.held ? (
          <>Stands still: the series is not active</>
        ) : (
          <>
            Since <Instant at={passage.ended_at ?? passage.entered_at} />
          </>
        )}
      </p>
      {isActive && type === 'series' && mayEdit && (
        <Button
          look="bare"
          className="-ml-2 h-7! justify-self-start px-2 text-sm"
          onClick={() => setIsAsking(true)}
        >
          Remove
        </Button>
      )}
      <RemoveConfirm passage={passage} userId={userId} open={isAsking} onOpenChange={setIsAsking} />
    </li>
  );
}

interface RemoveConfirmProps {
  readonly passage: Passage;
  readonly userId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

function RemoveConfirm({ passage, userId, open, onOpenChange }: RemoveConfirmProps) {
  const say = useSay();
  const { series_id: id, series_name: name, step_id: step, next_due: due } = passage;
  const enroll = useDo('POST /series/{id}/enroll');
  const remove = useDo('POST /series/{id}/remove', {
    onDone: () => {
      onOpenChange(false);
      say({
        title: `Removed from ${name}`,
        text: 'Undo enrolls anew, from the first step, if the series lets people in again.',
        undo: () => enroll.mutate({ path: { id }, body: { users: [userId] } }),
      });
    },
  });
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Remove from ${name}?`}
      confirm="Remove"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ path: { id }, body: { users: [userId] } })}
    >
      <p>
        Ends 1 enrollment. Nothing more of {name} is sent to this person
        {step === null || due === null ? (
          '.'
        ) : (
          <>
            ; {stepWords(step)} was planned for <Instant at={due} />.
          </>
        )}
      </p>
      <p className="text-muted">What was sent stays on record.</p>
    </Confirm>
  );
}

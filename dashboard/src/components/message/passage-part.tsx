import type { ExplainedStep, MessageDetail } from '@milepost/sdk';
import { useExplanation } from '../../api/explain.ts';
import { dayOf, minuteOf } from '../../app/time.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Post, Trail } from './trail.tsx';

interface PassagePartProps {
  readonly message: MessageDetail;
  readonly zone: string;
}

/** Where the person is in the series now, and what became of each step, in the server's sentences. */
export function PassagePart({ message, zone }: PassagePartProps) {
  const { user_id: userId, automation_id: seriesId } = message;
  const { data, error } = useExplanation({ userId, seriesId });
  if (data === undefined) {
    return error === null ? (
      <Skeleton className="h-20 w-full" />
    ) : (
      <p className="text-muted">{error.message}</p>
    );
  }
  return (
    <>
      <p className="mb-3">{data.sentence}</p>
      <Trail>
        {data.steps.map((step) => (
          <Post
            key={step.seq}
            last={step.message_id === message.id}
            {...(TONES[step.outcome] === undefined ? {} : { tone: TONES[step.outcome] })}
          >
            <p>{step.sentence}</p>
            <p className="text-sm text-muted">
              <time dateTime={step.at} title={step.at}>
                {dayOf(step.at, zone)}, {minuteOf(step.at, zone)}
              </time>
              {step.message_id === message.id && ', this message'}
            </p>
          </Post>
        ))}
      </Trail>
    </>
  );
}

const TONES: Readonly<Partial<Record<ExplainedStep['outcome'], 'bad' | 'faint'>>> = {
  skipped: 'faint',
  cancelled: 'faint',
  failed: 'bad',
  in_doubt: 'bad',
};

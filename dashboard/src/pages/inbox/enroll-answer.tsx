import { ApiError, type SeriesCallAnswer } from '@milepost/sdk';
import type { useEnroll } from '../../api/enroll.ts';
import { useAdvance, useTestClock } from '../../api/test-clock.ts';
import { close } from '../../app/location.ts';
import { dayOf, minuteOf } from '../../app/time.ts';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';

interface EnrollAnswerProps {
  readonly enroll: ReturnType<typeof useEnroll>;
  /** The zone of the person enrolled. */
  readonly zone: string;
}

/** What the server said to the two calls. */
export function EnrollAnswer({ enroll, zone }: EnrollAnswerProps) {
  return (
    <div aria-live="polite" className="empty:hidden">
      {enroll.error !== null && (
        <Notice
          title={
            enroll.error instanceof ApiError
              ? `Refused with ${enroll.error.status}: ${enroll.error.message}`
              : enroll.error.message
          }
        />
      )}
      {enroll.data !== undefined && !enroll.isPending && (
        <Notice
          tone={'enrolled' in enroll.data.answer ? 'done' : 'plain'}
          title={titleOf(enroll.data.answer)}
        >
          {'enrolled' in enroll.data.answer && (
            <FirstEmail at={enroll.data.answer.scheduled_for} zone={zone} />
          )}
          {enroll.data.identified.warnings?.map((warning) => (
            <p key={warning} className="text-muted">
              {warning}
            </p>
          ))}
        </Notice>
      )}
    </div>
  );
}

function titleOf(answer: SeriesCallAnswer): string {
  if ('enrolled' in answer) return 'Enrolled';
  return answer.message ?? 'Done';
}

function FirstEmail({ at, zone }: { readonly at: string; readonly zone: string }) {
  const clock = useTestClock().data;
  const advance = useAdvance();
  const isAhead = clock !== undefined && Date.parse(clock.now) < Date.parse(at);
  return (
    <>
      <p>
        The first email is sent on{' '}
        <time dateTime={at} className="font-medium">
          {dayOf(at, zone)} at {minuteOf(at, zone)}
        </time>{' '}
        <span className="text-muted">
          {zone}
          {zone !== 'UTC' && `, ${minuteOf(at, 'UTC')} UTC`}
        </span>
      </p>
      {isAhead && (
        <Button
          className="mt-1.5 justify-self-start"
          disabled={advance.isPending}
          onClick={() => advance.mutate({ to: at })}
        >
          {advance.isPending ? 'Moving the clock…' : 'Move the clock to then'}
        </Button>
      )}
      {clock !== undefined && !isAhead && (
        <Button className="mt-1.5 justify-self-start wide:hidden" onClick={close}>
          See the mail
        </Button>
      )}
      {advance.error !== null && <p>{advance.error.message}</p>}
    </>
  );
}

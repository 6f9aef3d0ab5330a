import type { MessageDetail } from '@milepost/sdk';
import { usePreferenceChanges } from '../../api/users.ts';
import { dayOf, millisecondOf, minuteOf } from '../../app/time.ts';
import { type EventGroup, groupsOf } from './event-words.ts';
import { historyOf, withDecisions } from './history.ts';
import { Post, Trail } from './trail.tsx';

interface EventsTabProps {
  readonly message: MessageDetail;
  /** The zone the send time was planned in. */
  readonly zone: string;
}

/** What became of the message, oldest first. */
export function EventsTab({ message, zone }: EventsTabProps) {
  const changes = usePreferenceChanges(message.user_id).data ?? [];
  const groups = groupsOf(withDecisions(historyOf(message), changes, message.id));
  return (
    <div className="grid max-w-3xl gap-5">
      <Trail>
        {groups.map((group, index) => (
          <Post key={index} last={index === groups.length - 1} tone={group.words.tone}>
            <Event group={group} zone={zone} />
          </Post>
        ))}
      </Trail>
      <p className="text-sm text-muted">Times in {zone}.</p>
    </div>
  );
}

function Event({ group, zone }: { readonly group: EventGroup; readonly zone: string }) {
  const { words, source, at, lastAt, count } = group;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className={words.tone === 'bad' ? 'font-semibold text-fault' : 'font-medium'}>
          {words.title}
          {count > 1 && <span className="font-normal text-muted"> {count} times</span>}
        </span>
        <time dateTime={at} title={`${at} (${millisecondOf(at, zone)})`} className="text-muted">
          {dayOf(at, zone)}, {minuteOf(at, zone)}
        </time>
        {count > 1 && (
          <span className="text-muted">
            to{' '}
            <time dateTime={lastAt} title={lastAt}>
              {dayOf(lastAt, zone) === dayOf(at, zone) ? '' : `${dayOf(lastAt, zone)}, `}
              {minuteOf(lastAt, zone)}
            </time>
          </span>
        )}
      </p>
      {words.note !== null && <p>{words.note}</p>}
      {words.quote !== null && (
        <p className="max-w-[80ch] min-w-0 font-mono text-xs leading-5 break-words text-muted">
          {words.quote}
        </p>
      )}
      {source !== null && <p className="text-sm text-muted">Told by {source}</p>}
    </>
  );
}

import type { MessageDetail, Reason } from '@milepost/sdk';
import type { ReactNode } from 'react';
import { dayOf, millisecondOf } from '../../app/time.ts';
import { WithInstants } from '../instant.tsx';
import { meaningOf } from '../message-status.ts';
import { StatusLabel } from '../status-label.tsx';
import { PassagePart } from './passage-part.tsx';
import { Post, Trail } from './trail.tsx';
import { ruleTitle } from './why-words.ts';

interface WhyTabProps {
  readonly message: MessageDetail;
  /** The zone the send time was planned in. */
  readonly zone: string;
}

interface WhyTabOfSeriesProps extends WhyTabProps {
  /** There is a way to tell of; a broadcast has only the one step. */
  readonly isOfSeries: boolean;
}

/** Why the message left when it did: the time, the rules that made it, and the way around it. */
export function WhyTab({ message, zone, isOfSeries }: WhyTabOfSeriesProps) {
  return (
    <div className="grid max-w-3xl gap-8">
      <Part title="When">
        <Times message={message} zone={zone} />
      </Part>
      <Part title="How this time was chosen">
        {message.reasons.length === 0 ? (
          <p className="text-muted">No rule was recorded.</p>
        ) : (
          <Rules reasons={message.reasons} zone={zone} />
        )}
      </Part>
      {isOfSeries && (
        <Part title="The way through the series">
          <PassagePart message={message} zone={zone} />
        </Part>
      )}
      <Part title="State">
        <StatePart message={message} zone={zone} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-3 text-sm font-semibold text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Times({ message, zone }: WhyTabProps) {
  const rows = [
    ['Scheduled for', message.scheduled_for],
    ['Sent', message.sent_at],
  ] as const;
  return (
    <table className="w-full text-left" data-tabular>
      <thead className="text-sm text-muted">
        <tr>
          <th scope="col" className="sr-only">
            What
          </th>
          <th scope="col" className="pb-1 pl-4 font-normal">
            {zone}
          </th>
          {zone !== 'UTC' && (
            <th scope="col" className="pb-1 pl-4 font-normal">
              UTC
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, at]) => (
          <tr key={name} className="border-t align-top">
            <th scope="row" className="py-1.5 font-medium">
              {name}
            </th>
            {at === null ? (
              <td colSpan={2} className="py-1.5 pl-4 text-muted">
                not yet
              </td>
            ) : (
              [...new Set([zone, 'UTC'])].map((one) => (
                <td key={one} className="py-1.5 pl-4">
                  <time dateTime={at}>
                    <span className="whitespace-nowrap">{dayOf(at, one)}</span>{' '}
                    <span className="whitespace-nowrap">{millisecondOf(at, one)}</span>
                  </time>
                </td>
              ))
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rules({ reasons, zone }: { readonly reasons: readonly Reason[]; readonly zone: string }) {
  return (
    <Trail>
      {reasons.map(({ rule, input, outcome }, index) => (
        <Post key={index} last={index === reasons.length - 1}>
          <p className="flex flex-wrap gap-x-2">
            <span className="font-medium">{ruleTitle(rule)}</span>
            <span className="text-muted">
              <WithInstants text={input} zone={zone} />
            </span>
          </p>
          <p>
            <WithInstants text={outcome} zone={zone} />
          </p>
        </Post>
      ))}
    </Trail>
  );
}

function StatePart({ message, zone }: WhyTabProps) {
  const facts = [
    // What was said at the handover; of what came back since, the events tell.
    [message.sent_at === null ? 'Reason' : 'Answer', message.reason],
    ['Attempts', String(message.attempts)],
    ['Transport', message.transport],
    ['Message-ID', message.message_id],
    ['User', message.user_id],
  ] as const;
  return (
    <>
      <p className="mb-3 flex flex-wrap gap-x-2">
        <StatusLabel status={message.status} />
        <span>{meaningOf(message)}</span>
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="min-w-0 break-words">
                  <WithInstants text={value} zone={zone} />
                </dd>
              </div>
            ),
        )}
      </dl>
    </>
  );
}

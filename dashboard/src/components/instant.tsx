import { Fragment } from 'react';
import { dayOf, minuteOf, viewerZone } from '../app/time.ts';

interface InstantProps {
  /** ISO 8601. */
  readonly at: string;
  readonly zone?: string;
}

/** `Thu 27 Mar 2025, 09:00`, with the exact instant for whoever points at it; breaks before the time only. */
export function Instant({ at, zone = viewerZone }: InstantProps) {
  return (
    <time dateTime={at} title={`${at} (shown in ${zone})`}>
      <span className="whitespace-nowrap">{dayOf(at, zone)},</span>{' '}
      <span className="whitespace-nowrap">{minuteOf(at, zone)}</span>
    </time>
  );
}

const ISO_INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)/;

/** The server's words, with the instants in them told in a zone a person lives in. */
export function WithInstants({ text, zone }: { readonly text: string; readonly zone: string }) {
  return text
    .split(ISO_INSTANT)
    .map((part, index) =>
      index % 2 === 1 ? (
        <Instant key={index} at={part} zone={zone} />
      ) : (
        <Fragment key={index}>{part}</Fragment>
      ),
    );
}

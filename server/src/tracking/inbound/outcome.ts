import { createHash } from 'node:crypto';
import type { Returned } from '../../transport/index.ts';
import type { Report } from './report.ts';
import type { OpenedPath, ReturnPaths } from './return-path.ts';

/** What a mail that came in means for a message of ours. */
export type Outcome =
  | { readonly kind: 'returned'; readonly returned: readonly Returned[] }
  | { readonly kind: 'unsubscribe'; readonly messageId: string }
  /** Nothing follows; the reason is for people. */
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

export type IgnoredReason = 'unsigned' | 'auto_reply' | 'not_a_complaint' | 'no_news' | 'unknown';

export interface Arrival {
  /** Whom the mail was for, as the mail server says, where it does; else its headers tell. */
  readonly envelopeTo: string | null;
  /** When it came in. */
  readonly at: Date;
  /** Of the raw mail, to tell it from others that have no Message-ID. */
  readonly hash: string;
}

const PROVED_MAX = 1;

/**
 * Binds a report to the message it is about, and says what follows.
 *
 * Only a signed address binds: the one that the mail was delivered to or, for bounces and
 * complaints, one in the headers of the mail that came back. Whoever wants to have somebody given
 * up by a made-up bounce would need an address that only that person was sent. A Message-ID
 * proves nothing.
 */
export function outcomeOf(report: Report, arrival: Arrival, paths: ReturnPaths): Outcome {
  const path = boundBy(report, arrival, paths);
  if (path === null) return { kind: 'ignored', reason: 'unsigned' };
  const { messageId, purpose } = path;
  switch (report.kind) {
    case 'dsn':
      return bouncesOf(report, { messageId, arrival });
    case 'arf': {
      if (!report.isComplaint) return { kind: 'ignored', reason: 'not_a_complaint' };
      const detail = { feedback_type: report.feedbackType };
      const { recipient } = report;
      const event = { kind: 'complained', messageId, recipient, bounce: null, detail } as const;
      return { kind: 'returned', returned: [eventOf(event, report, arrival)] };
    }
    case 'unsubscribe':
      return { kind: 'unsubscribe', messageId };
    case 'auto_reply':
    case 'reply':
    case 'unknown': {
      // Nobody is given this address but by List-Unsubscribe: mail programs write what they like
      // to it.
      if (purpose === 'unsubscribe') return { kind: 'unsubscribe', messageId };
      if (report.kind !== 'reply') return { kind: 'ignored', reason: report.kind };
      const event = { kind: 'replied', messageId, recipient: null, bounce: null } as const;
      return { kind: 'returned', returned: [eventOf({ ...event, detail: {} }, report, arrival)] };
    }
    default:
      return report satisfies never;
  }
}

function boundBy(report: Report, { envelopeTo }: Arrival, paths: ReturnPaths): OpenedPath | null {
  const delivered = paths.findIn(`${envelopeTo ?? ''}\n${report.deliveredTo}`, PROVED_MAX)[0];
  if (delivered !== undefined) return delivered;
  if (report.kind !== 'dsn' && report.kind !== 'arf') return null;
  return paths.findIn(report.returned, PROVED_MAX)[0] ?? null;
}

function bouncesOf(
  report: Extract<Report, { kind: 'dsn' }>,
  { messageId, arrival }: { messageId: string; arrival: Arrival },
): Outcome {
  const returned = report.recipients.flatMap(
    ({ recipient, action, status, diagnostic, class: bounceClass }) => {
      // Relayed and expanded say that another server has it now: neither there nor lost.
      if (action === 'relayed' || action === 'expanded') return [];
      const bounce = bounceClass === null ? null : { class: bounceClass, code: status, diagnostic };
      const kind = action === 'failed' ? 'bounced' : action;
      return [eventOf({ kind, messageId, recipient, bounce, detail: {} }, report, arrival)];
    },
  );
  if (returned.length === 0) return { kind: 'ignored', reason: 'no_news' };
  return { kind: 'returned', returned };
}

/** The same report gives the same key, whichever way and however often it comes. */
function eventOf(
  event: Omit<Returned, 'key' | 'at'>,
  report: Report,
  { at, hash }: Arrival,
): Returned {
  const parts = [event.kind, event.messageId, event.recipient ?? '', report.id ?? hash];
  const key = createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 32);
  return { ...event, key, at };
}

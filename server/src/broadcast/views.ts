import { isoOf } from '../platform/http.ts';
import type { Broadcast } from './broadcast.ts';
import { etagOf } from './etag.ts';
import { CLASSES } from './reasons.ts';
import type { Recipient } from './sql/recipients.ts';
import type { BroadcastStats } from './stats.ts';

/** A broadcast as it travels: what was sent in, and how it stands. */
export const broadcastViewOf = ({
  id,
  name,
  state,
  draft,
  schedule,
  dueAt,
  startedAt,
  ...broadcast
}: Broadcast) => ({
  ...draft,
  id,
  type: 'broadcast' as const,
  name,
  status: state,
  ...(schedule === null ? {} : { ordered: schedule }),
  etag: etagOf({ name, draft }),
  scheduled_for: isoOf(startedAt ?? dueAt),
  started_at: isoOf(startedAt),
  finished_at: isoOf(broadcast.finishedAt),
  created_at: broadcast.createdAt.toISOString(),
  updated_at: broadcast.updatedAt.toISOString(),
});

export const statsViewOf = (
  { state, snapshotAt }: Broadcast,
  { audience, outcomes, looked, estimate, rate, estimatedEnd }: BroadcastStats,
) => ({
  status: state,
  total: audience.will_send,
  audience,
  outcomes,
  snapshot: { looked, estimate, finished_at: isoOf(snapshotAt) },
  per_second: Math.round(rate * 10) / 10,
  estimated_end: isoOf(estimatedEnd),
});

const EXCLUDED: readonly string[] = CLASSES;

export const recipientViewOf = (recipient: Recipient) => ({
  user_id: recipient.externalId,
  outcome: recipient.outcome as never,
  // Of a series, in the engine's words.
  reason: recipient.reason === 'series_archived' ? 'broadcast_cancelled' : recipient.reason,
  scheduled_for: EXCLUDED.includes(recipient.outcome) ? null : recipient.dueAt.toISOString(),
  message_id: recipient.messageId,
  sent_at: isoOf(recipient.sentAt),
});

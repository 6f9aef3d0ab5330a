import { Batcher } from '../platform/batcher.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { bucketOf, userIdOf, uuidv5, uuidv7, uuidv7In } from '../platform/ids.ts';
import type { NewEvent } from './event.ts';
import type { Identifier } from './identify.ts';
import { insertEvents, type EventRow } from './sql/events.ts';

/** Takes events in. */
export interface Tracker {
  /**
   * Stores what one call sent; when it returns, that is durable. Calls that arrive together share a
   * round trip and a commit.
   *
   * An event whose `eventId` was seen of the same user within 24 hours is left out. The user is created
   * at first sight, and seen now.
   */
  readonly track: (call: {
    workspaceId: string;
    /** The user's external id; null for somebody not identified. */
    userId: string | null;
    sessionId: string | null;
    events: readonly NewEvent[];
  }) => Promise<void>;
}

interface Batch {
  readonly id: string;
  readonly rows: readonly EventRow[];
}

/** Events of one statement: 20 full calls. Measured: 12,000 to 15,000 events/s, durable, on two busy cores. */
const BATCH_MAX = 2_000;

export function createTracker({
  db,
  clock,
  identifier,
  onSignalled,
}: {
  db: Pool;
  clock: Pick<Clock, 'now'>;
  identifier: Identifier;
  /** Called after a commit that some series listens to, so that a worker nearby need not wait for its poll. */
  onSignalled: () => void;
}): Tracker {
  const batcher = new Batcher<Batch, true>({
    batchMax: BATCH_MAX,
    weightOf: ({ rows }) => rows.length,
    // Calls need not follow each other, not even those of one user.
    keyOf: ({ id }) => id,
    work: async (batches) => {
      const rows = withoutRepeats(batches.flatMap((batch) => batch.rows));
      if ((await insertEvents(db, rows)).isSignalled) onSignalled();
      return batches.map(() => true);
    },
  });
  return {
    track: async ({ workspaceId, userId: externalId, sessionId, events }) => {
      const now = clock.now();
      // Before the events, so that whoever finds one finds its user.
      if (externalId !== null) await identifier.see({ workspaceId, externalId });
      const userId = externalId === null ? null : userIdOf(workspaceId, externalId);
      const rows = events.map((event) => rowOf(event, { workspaceId, userId, sessionId, now }));
      await batcher.add({ id: uuidv7(now), rows });
    },
  };
}

/**
 * An event's row lives with its user's. Ids of events are told apart per user, so that nobody can make
 * another user's event count for nothing by sending its id first.
 */
export function rowOf(
  event: NewEvent,
  {
    workspaceId,
    userId,
    sessionId,
    now,
  }: { workspaceId: string; userId: string | null; sessionId: string | null; now: Date },
): EventRow {
  const repeatId = event.eventId === null ? null : uuidv5(userId ?? workspaceId, event.eventId);
  const home = userId ?? repeatId;
  const anyId = uuidv7(now);
  const bucket = bucketOf(home ?? anyId);
  const id = home === null ? anyId : uuidv7In(bucket, now);
  return { ...event, bucket, id, workspaceId, userId, sessionId, repeatId };
}

/** One statement cannot take the same id twice; the first that came counts. */
export function withoutRepeats(rows: readonly EventRow[]): EventRow[] {
  const seen = new Set<string>();
  return rows.filter(({ repeatId }) => {
    if (repeatId === null) return true;
    if (seen.has(repeatId)) return false;
    seen.add(repeatId);
    return true;
  });
}

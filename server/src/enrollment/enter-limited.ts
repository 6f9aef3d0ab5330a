import { withinTransaction, type Db } from '../platform/db.ts';
import { placeOf, type ActivePassage } from './at-once.ts';
import { planOrSettle, write, type EnterBatch, type OpenEntry } from './enter-many.ts';
import type { PlannedEntry } from './enter-many.ts';
import { loadActive, lockFreeRows, lockUsers } from './sql/at-once.ts';
import { loadEntryFacts } from './sql/enter.ts';
import { cancelRows, type RowRef } from './sql/move-on.ts';

/** A planned entry, and the passage that makes room for it. */
interface Displacing {
  readonly planned: PlannedEntry;
  readonly enrollmentId: string;
}

/**
 * Enters users of workspace sides that limit in how many series a user may be: looks and writes under a
 * lock on the user, so that of two entries that come together only one takes the last place.
 *
 * Each user enters one series at a time, and the entries that are left over are looked at again. So are
 * those that would end a passage which a worker is deciding about just now.
 */
export async function enterLimited(batch: EnterBatch, open: readonly OpenEntry[]): Promise<void> {
  const first = new Map<string, OpenEntry>();
  for (const one of open) if (!first.has(one.ref.userId)) first.set(one.ref.userId, one);
  const entries = [...first.values()];
  const { db, onEntered } = batch.deps;
  // Answers count when they are committed.
  const settled: EnterBatch['settled'] = new Map();
  const inHand = { ...batch, settled };
  const hasWritten = batch.isDryRun
    ? await enterLocked(db, inHand, entries)
    : await withinTransaction(db, async (tx) => {
        const refs = entries.map(({ ref }) => ref);
        await lockUsers(tx, refs);
        return enterLocked(tx, inHand, entries);
      });
  for (const [entry, answer] of settled) batch.settled.set(entry, answer);
  if (hasWritten) onEntered();
}

async function enterLocked(
  db: Db,
  batch: EnterBatch,
  entries: readonly OpenEntry[],
): Promise<boolean> {
  const refs = entries.map(({ ref }) => ref);
  const facts = await loadEntryFacts(db, refs);
  const active = Map.groupBy(await loadActive(db, refs), ({ userId }) => userId);
  const free: PlannedEntry[] = [];
  const displacing: Displacing[] = [];
  for (const [index, one] of entries.entries()) {
    const known = facts[index];
    if (known === undefined) throw new Error('fewer facts than entries');
    const room = roomOf(active.get(one.ref.userId) ?? [], known.seriesAtOnce);
    const planned = planOrSettle(batch, one, known, room.isFor);
    if (planned === null) continue;
    const ends = room.endsFor(planned.priority);
    if (ends === null) free.push(planned);
    else displacing.push({ planned, enrollmentId: ends });
  }
  if (batch.isDryRun) return write(db, batch, [...free, ...displacing.map((one) => one.planned)]);
  const rows = await lockedRowsOf(db, displacing);
  const ready = displacing.filter(({ enrollmentId }) => rows.has(enrollmentId));
  const hasWritten = await write(db, batch, [...free, ...ready.map(({ planned }) => planned)]);
  const entered = ready.filter(({ planned }) => batch.settled.has(planned.open));
  await endDisplaced(db, entered, rows);
  return hasWritten;
}

function roomOf(active: readonly ActivePassage[], seriesAtOnce: number | null) {
  const placeFor = (priority: number) =>
    seriesAtOnce === null ? { kind: 'free' as const } : placeOf(active, { seriesAtOnce, priority });
  return {
    isFor: (priority: number): boolean => placeFor(priority).kind !== 'full',
    endsFor: (priority: number): string | null => {
      const place = placeFor(priority);
      return place.kind === 'displaces' ? place.enrollmentId : null;
    },
  };
}

async function lockedRowsOf(
  db: Db,
  displacing: readonly Displacing[],
): Promise<Map<string, RowRef>> {
  if (displacing.length === 0) return new Map();
  const rows = await lockFreeRows(
    db,
    displacing.map(({ planned, enrollmentId }) => ({
      bucket: planned.open.ref.bucket,
      enrollmentId,
    })),
  );
  return new Map(rows.map((row) => [row.enrollmentId, row]));
}

/** Ends what made room, each at the instant at which the other one entered. */
async function endDisplaced(
  db: Db,
  displaced: readonly Displacing[],
  rows: ReadonlyMap<string, RowRef>,
): Promise<void> {
  const byInstant = Map.groupBy(displaced, ({ planned }) => planned.enrollment.enteredAt.getTime());
  for (const [at, ended] of byInstant) {
    const ending = ended.flatMap(({ enrollmentId }) => rows.get(enrollmentId) ?? []);
    const now = new Date(at);
    await cancelRows(db, ending, { state: 'exited', reason: 'displaced', now });
  }
}

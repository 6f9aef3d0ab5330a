import { inTransaction, type Db, type Pool, type Transaction } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { recordOf, type Fault } from '../schedule/fault.ts';
import {
  copyNameOf,
  holdWorkers,
  insertAutomation,
  isStillHeld,
  seenEtagOf,
  seriesInvalid,
  updateAutomation,
} from '../series/index.ts';
import { isChangeable, mayMove, STATUS_OF } from './broadcast.ts';
import type { Broadcast, BroadcastMove, BroadcastState } from './broadcast.ts';
import { draftOf, faultsOfDraft } from './draft.ts';
import { assertSeen, etagOf } from './etag.ts';
import { broadcastNotFound, cannotChange, cannotMove } from './errors.ts';
import { publish, publishableOf, type Publishable, type PublishHow } from './publish-broadcast.ts';
import { faultsOfSchedule, scheduleOf, type Schedule } from './schedule.ts';
import { findBroadcast, insertBroadcast, lockBroadcast, setState } from './sql/broadcasts.ts';

/** Half a second each: longer than the database lets a worker sit still in a transaction. */
const HOLD_TRIES_MAX = 40;

/** Which broadcast of which workspace side. */
export interface BroadcastRef {
  readonly workspaceId: string;
  readonly id: string;
}

/**
 * Adds a broadcast as a draft: a name, and the rest as far as it is known.
 *
 * @throws `series.invalid` with every fault and its path
 */
export async function createBroadcast(
  db: Pool,
  { workspaceId, body, now }: { workspaceId: string; body: unknown; now: Date },
): Promise<Broadcast> {
  const fields = recordOf(body) ?? {};
  refuse(faultsOfDraft(fields));
  const id = uuidv7(now);
  await inTransaction(db, async (tx) => {
    await insertAutomation(tx, {
      id,
      workspaceId,
      type: 'broadcast',
      name: fields['name'] as string,
      status: 'draft',
      draft: draftOf(fields),
      version: null,
      createdAt: now,
      updatedAt: now,
    });
    await insertBroadcast(tx, { workspaceId, id });
  });
  return readBroadcast(db, { workspaceId, id });
}

/**
 * Copies the draft of a broadcast as a new one, without the time it was to be sent at.
 *
 * @throws `broadcast.not_found`
 */
export async function duplicateBroadcast(
  db: Pool,
  ref: BroadcastRef,
  { now }: { now: Date },
): Promise<Broadcast> {
  const { workspaceId } = ref;
  const { name, draft } = await readBroadcast(db, ref);
  const { schedule: _sentAt, ...content } = draft;
  const body = { ...content, name: copyNameOf(name) };
  return createBroadcast(db, { workspaceId, body, now });
}

/** @throws `broadcast.not_found` */
export async function readBroadcast(db: Db, ref: BroadcastRef): Promise<Broadcast> {
  const found = await findBroadcast(db, ref);
  if (found === null) throw broadcastNotFound();
  return found;
}

/**
 * Replaces the draft of a broadcast. One that is scheduled is sent as it is now: it must stay complete.
 *
 * A body that names the draft it was made from, by its etag, replaces no other one. Saying again what
 * the draft says already is fine: an answer may have been lost.
 *
 * @throws `series.invalid`, `broadcast.not_found`, `broadcast.not_changeable`, `broadcast.changed`
 */
export async function changeBroadcast(
  db: Pool,
  ref: BroadcastRef,
  { body, now }: { body: unknown; now: Date },
): Promise<Broadcast> {
  const fields = recordOf(body) ?? {};
  refuse(faultsOfDraft(fields));
  const etag = seenEtagOf(fields);
  const draft = draftOf(fields);
  const name = fields['name'] as string;
  return whilePublishing(db, ref, async (built) => {
    const seen = await readBroadcast(db, ref);
    if (!isChangeable(seen)) throw cannotChange(seen.state);
    const kept = scheduleOf(draft) === null ? seen.schedule : null;
    const how = { schedule: kept, now, path: 'schedule' };
    const ready = seen.state === 'draft' ? null : await built({ ...seen, draft }, how);
    return async (tx, found) => {
      if (!isChangeable(found)) throw cannotChange(found.state);
      const changed = { ...found, name, draft };
      if (etagOf(changed) !== etagOf(found)) assertSeen(found, etag);
      if (found.state === 'draft') return write(tx, changed, { now });
      if (ready === null) return null;
      return write(tx, await publish(tx, changed, ready), { now });
    };
  });
}

/**
 * Sends a broadcast at once, or orders when it is to be sent: what it says and to whom is published,
 * and stays. Ordered again, the later order holds.
 *
 * @param body the etag of the draft that is meant; of `schedule` also the send time, if the draft has none
 *   or another one is meant
 * @throws `series.invalid`, `broadcast.not_found`, `broadcast.wrong_status`, `broadcast.changed`
 */
export async function scheduleBroadcast(
  db: Pool,
  ref: BroadcastRef,
  { move, body = null, now }: { move: 'send' | 'schedule'; body?: unknown; now: Date },
): Promise<Broadcast> {
  const fields = recordOf(body) ?? {};
  const etag = seenEtagOf(fields);
  const isTold = fields['at'] !== undefined || fields['local'] !== undefined;
  // Whoever names a time does not mean at once.
  if (move === 'send' && isTold) refuse([{ path: '', message: AT_ONCE }]);
  const path = isTold ? '' : 'schedule';
  return whilePublishing(db, ref, async (built) => {
    const seen = await readBroadcast(db, ref);
    if (mayMove(seen, move) === 'no') throw cannotMove(seen.state, move);
    assertSeen(seen, etag);
    const spread = fields['spread_minutes'] ?? seen.draft['spread_minutes'] ?? 0;
    const told = { schedule: isTold ? fields : seen.draft['schedule'], spread_minutes: spread };
    refuse(faultsOfSchedule(told, path));
    const schedule: Schedule | null =
      move === 'send' ? { now: true, spread_minutes: spread as number } : scheduleOf(told);
    const ready = mayMove(seen, move) === 'yes' ? await built(seen, { schedule, now, path }) : null;
    return async (tx, found) => {
      const may = mayMove(found, move);
      if (may === 'no') throw cannotMove(found.state, move);
      // Here nobody else can change it any more.
      assertSeen(found, etag);
      if (may === 'is_there') return found;
      if (ready === null || JSON.stringify(found.draft) !== JSON.stringify(seen.draft)) return null;
      return write(tx, await publish(tx, found, ready), { now });
    };
  });
}

const AT_ONCE = 'must name no time: send sends at once, schedule at a time';

/** Somebody else changed the broadcast while its email was built: build again, so often. */
const BUILD_TRIES_MAX = 5;

/**
 * Lets a change build an email before anything is locked, and then change the locked broadcast.
 *
 * @param prepare gives the change, which answers null when what it was prepared for is there no more
 */
async function whilePublishing(
  db: Pool,
  ref: BroadcastRef,
  prepare: (
    built: (broadcast: Broadcast, how: PublishHow) => Promise<Publishable>,
  ) => Promise<(tx: Transaction, found: Broadcast) => Promise<Broadcast | null>>,
): Promise<Broadcast> {
  for (let tries = 1; tries <= BUILD_TRIES_MAX; tries += 1) {
    const change = await prepare((broadcast, how) => publishableOf(db, broadcast, how));
    const changed = await inLockedBroadcast(db, ref, change);
    if (changed !== null) return changed;
  }
  throw new Error(`broadcast ${ref.id} is changed all the time`);
}

/**
 * Pauses, resumes or cancels a broadcast; a repeated call changes nothing. When a pause or a
 * cancellation has been answered, no attempt begins. What was cancelled cannot be sent any more.
 *
 * @throws `broadcast.not_found`, `broadcast.wrong_status`
 */
export async function moveBroadcast(
  db: Pool,
  ref: BroadcastRef,
  { move, now }: { move: Exclude<BroadcastMove, 'send' | 'schedule'>; now: Date },
): Promise<Broadcast> {
  return inLockedBroadcast(db, ref, async (tx, found) => {
    const may = mayMove(found, move);
    if (may === 'no') throw cannotMove(found.state, move);
    if (may === 'is_there') return found;
    const state = stateAfter(found, move);
    await setState(tx, { id: found.id, state, now });
    return write(tx, { ...found, state }, { now });
  });
}

function stateAfter(
  { startedAt }: Broadcast,
  move: Exclude<BroadcastMove, 'send' | 'schedule'>,
): BroadcastState {
  switch (move) {
    case 'pause':
      return 'paused';
    case 'resume':
      return startedAt === null ? 'scheduled' : 'sending';
    case 'cancel':
      return 'cancelled';
  }
}

/** Writes the automation beside it, by whose status workers go, and reads both again. */
async function write(
  tx: Transaction,
  { id, workspaceId, name, state, draft, version, createdAt }: Broadcast,
  { now }: { now: Date },
): Promise<Broadcast> {
  const status = STATUS_OF[state];
  const automation = { id, workspaceId, type: 'broadcast', name, status, draft, version } as const;
  await updateAutomation(tx, { ...automation, createdAt, updatedAt: now });
  return readBroadcast(tx, { workspaceId, id });
}

/** Changes a broadcast whose rows are locked, while no worker decides anything. */
async function inLockedBroadcast<T>(
  db: Pool,
  ref: BroadcastRef,
  change: (tx: Transaction, found: Broadcast) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(db, async (tx) => {
        const known = await findBroadcast(tx, ref);
        // No worker has to do with a draft.
        if (known !== null && known.state !== 'draft') await holdWorkers(tx);
        const found = await lockBroadcast(tx, ref);
        if (found === null) throw broadcastNotFound();
        return change(tx, found);
      });
    } catch (error) {
      if (tries >= HOLD_TRIES_MAX || !isStillHeld(error)) throw error;
    }
  }
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw seriesInvalid(faults);
}

import type { Transaction } from '../platform/db.ts';
import type { Reason } from '../schedule/reason.ts';
import { rulesOf } from '../schedule/settings.ts';
import { tzVersion } from '../schedule/zone.ts';
import { paceOf, QUEUED_MAX, roomOf } from './queue-target.ts';
import { scheduleWords } from './schedule.ts';
import type { ClaimedBroadcast } from './sql/claim.ts';
import { countQueued, feedQueue, moveFeed, nextRecipientAt, restUntil } from './sql/feed.ts';
import { STEP_ID, versionOf } from './version.ts';

/** Longer than a transaction of ours takes: see `readyAt` of `feedQueue`. */
const READY_IN_MS = 250;
/** What is due within this time is as good as due. Longer than `READY_IN_MS`. */
const SOON_MS = 1_000;
/** While the queue is full, it is looked at again after this time. */
const FULL_REST_MS = 500;

/**
 * Takes recipients into the queue whose turn has come, as many as there is room for, in the transaction
 * that claimed their broadcast; then says when there will be more to do.
 *
 * @returns how many were taken
 */
export async function feed(tx: Transaction, claimed: ClaimedBroadcast): Promise<number> {
  const { id, now, dbNow, side, fed, rate, leftQueue, measuredAt } = claimed;
  const soon = new Date(now.getTime() + SOON_MS);
  const queued = await countQueued(tx, { id, soon, max: QUEUED_MAX });
  const pace = paceOf({ rate, leftQueue, measuredAt }, { left: fed - queued.all, now: dbNow });
  const limit = roomOf({ rate: pace.rate, ...queued });
  const done = limit === 0 ? NOTHING : await take(tx, claimed, limit);
  const [fedAt, fedId] = done.last ?? [claimed.fedAt, claimed.fedId];
  await moveFeed(tx, {
    ...pace,
    id,
    fedAt,
    fedId,
    fed: done.taken,
    gone: done.taken - done.entered,
  });
  const dueAt = await nextRecipientAt(tx, { id, fedAt, fedId });
  const isDue = dueAt !== null && dueAt <= now;
  const aheadMs = dueAt === null || side === 'test' ? null : dueAt.getTime() - now.getTime();
  const isFull = done.taken === limit && limit > 0 ? 0 : FULL_REST_MS;
  await restUntil(tx, {
    id,
    dueAt,
    lookInMs: isDue ? isFull : dueAt === null ? FULL_REST_MS : aheadMs,
  });
  return done.taken;
}

const NOTHING = { taken: 0, entered: 0, last: null } as const;

async function take(tx: Transaction, claimed: ClaimedBroadcast, limit: number) {
  const { side, now, dbNow, schedule, workspaceTimezone } = claimed;
  const { settings } = await versionOf(tx, claimed);
  const readyAt = side === 'live' ? new Date(dbNow.getTime() + READY_IN_MS) : now;
  return feedQueue(tx, claimed, {
    limit,
    readyAt,
    stepId: STEP_ID,
    timezone: rulesOf(settings, workspaceTimezone).timezone,
    tzVersion: tzVersion(),
    reasons: reasonsOf(claimed.name, scheduleWords(schedule)),
  });
}

const reasonsOf = (name: string, words: string): Reason[] => [
  { rule: 'broadcast', input: `"${name}"`, outcome: words },
  {
    rule: 'queue',
    input: 'a few of its recipients at a time',
    outcome: 'so that nobody else’s email waits behind it',
  },
];

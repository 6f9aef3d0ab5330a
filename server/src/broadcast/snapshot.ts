import type { ConsentKey } from '../consent/index.ts';
import type { Transaction } from '../platform/db.ts';
import { rulesOf } from '../schedule/settings.ts';
import { audienceRulesOf, consentOf, judgeOdd } from './audience-rules.ts';
import { added } from './reasons.ts';
import { dueIn, isLocal, spreadMsOf } from './schedule.ts';
import { insertPeople, lookAtPage, type ZoneDue } from './sql/audience.ts';
import { beginBroadcast, estimateUsers, moveSnapshot, type ClaimedBroadcast } from './sql/claim.ts';
import { versionOf } from './version.ts';

/** How long a transaction of a snapshot is meant to take. Milliseconds. */
const MEANT_MS = 250;
/** No transaction grows by more than this, for the next people may be others. */
const GROWTH_MAX = 2;
const CHUNK_MAX = 10_000;
const SHRINK = 4;

/** How many to look at next, after a piece of `chunk` that took `ms`. Pure. */
export function nextChunkOf({ chunk, ms }: { chunk: number; ms: number }): number {
  const wanted = Math.round((chunk * MEANT_MS) / Math.max(ms, 1));
  return Math.max(1, Math.min(wanted, chunk * GROWTH_MAX, CHUNK_MAX));
}

/** How many to try after a piece of `chunk` took too long. Pure. */
export const smallerChunkOf = (chunk: number): number => Math.max(1, Math.floor(chunk / SHRINK));

/** Lets a broadcast begin whose time has come: from now on its audience is written down. */
export async function beginSending(tx: Transaction, { id, workspaceId, now }: ClaimedBroadcast) {
  await beginBroadcast(tx, { id, now, estimate: await estimateUsers(tx, workspaceId) });
}

/**
 * Writes down the next people of a broadcast's audience, in the transaction that claimed it, and moves
 * the snapshot on. Whoever dies in the middle has written nothing.
 *
 * @param monotonicMs without it pieces stay as large as they are
 * @returns how many users were looked at
 */
export async function takeSnapshot(
  tx: Transaction,
  claimed: ClaimedBroadcast,
  { key, monotonicMs }: { key: ConsentKey; monotonicMs: (() => number) | undefined },
): Promise<number> {
  const { id, workspaceId, chunk, schedule, audience, now, startedAt } = claimed;
  if (startedAt === null) throw new Error(`broadcast ${id} has not begun`);
  const beganMs = monotonicMs?.();
  const { settings, email } = await versionOf(tx, claimed);
  const rules = rulesOf(settings, claimed.workspaceTimezone);
  const from = { workspaceId, cursorAt: claimed.cursorAt, cursorId: claimed.cursorId };
  const look = await lookAtPage(tx, { ...from, limit: chunk }, { withZones: isLocal(schedule) });
  // Whoever has no zone of their own, or another one than at the look, goes by the broadcast's.
  const names = [null, ...look.timezones.filter((name) => name !== null)];
  const zones = names.map((timezone): ZoneDue => ({
    timezone,
    dueAt: dueIn(timezone, { schedule, rules, startedAt }),
  }));
  const counted =
    look.last === null
      ? []
      : await insertPeople(
          tx,
          from,
          {
            last: look.last,
            rules: audienceRulesOf(tx, {
              workspaceId,
              audience,
              consent: consentOf(email),
              rules,
              cap: capOf(claimed),
              now,
            }),
            odd: await judgeOdd(tx, key, { workspaceId, odd: look.odd }),
          },
          { automationId: id, zones, spreadMs: spreadMsOf(schedule) },
        );
  const isOver = look.looked < chunk;
  const ms = beganMs === undefined ? null : (monotonicMs?.() ?? beganMs) - beganMs;
  const [cursorAt, cursorId] = look.last ?? [claimed.cursorAt, claimed.cursorId];
  await moveSnapshot(tx, {
    id,
    cursorAt,
    cursorId,
    chunk: isOver || ms === null ? chunk : nextChunkOf({ chunk, ms }),
    looked: look.looked,
    counts: added(claimed.counts, counted),
    isOver,
    now,
  });
  return look.looked;
}

const capOf = ({ capCount: count, capDays: days }: ClaimedBroadcast) =>
  count === null || days === null ? null : { count, days };

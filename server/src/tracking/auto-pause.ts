import type { Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { readWorkspace, type Settings } from '../workspace/index.ts';
import { excessOf, totalOf, type Excess } from './rates.ts';
import { windowStart } from './sending.ts';
import { reputationSince, workspacesCountedSince, type Reputation } from './sql/counts.ts';
import {
  endPause,
  insertPause,
  openPauses,
  sendingOf,
  type OpenPause,
  type Sending,
} from './sql/pauses.ts';

export interface AutoPauseDeps {
  readonly db: Pool;
  readonly clock: { now(): Date };
  /** Pauses a series or a broadcast as a member would; one that is paused already stays so. */
  readonly pauseAutomation: (automation: Sending) => Promise<void>;
  readonly log: {
    warn(data: object, message: string): void;
    error(data: object, message: string): void;
  };
}

/** Counters that were written in a transaction which ended after a look are found by the next. */
const OVERLAP_MS = 60_000;
/** The first look of a process goes back this far: what came while nobody looked. */
const FIRST_LOOK_MS = 24 * 3_600_000;

/**
 * Stops what draws too many bounces or complaints, a series or a whole side. Two queries when nothing
 * has been counted; afterwards one piece per side that has sent or heard something.
 *
 * @returns a tick that gives how many pauses it made or ended
 */
export function createAutoPause(deps: AutoPauseDeps): () => Promise<number> {
  let lookedAt: Date | null = null;
  return async () => {
    const { db, clock } = deps;
    const now = clock.now();
    const since = new Date(
      lookedAt === null ? now.getTime() - FIRST_LOOK_MS : lookedAt.getTime() - OVERLAP_MS,
    );
    let count = await keepPaused(deps, await openPauses(db));
    const counted = await workspacesCountedSince(db, since);
    for (const { workspaceId } of counted) count += await judgeSide(deps, { workspaceId, now });
    lookedAt = now;
    return count;
  };
}

/** Makes what stands true: after a death between noting and pausing, and for what begins meanwhile. */
async function keepPaused(deps: AutoPauseDeps, open: readonly OpenPause[]): Promise<number> {
  const { db } = deps;
  let count = 0;
  for (const pause of open) {
    const { workspaceId, automationId, status } = pause;
    if (pause.wasResumed || status === 'archived' || status === 'completed') {
      await endPause(db, pause);
      count += 1;
    } else if (automationId === null || pause.status === 'active') {
      const automationIds = automationId === null ? null : [automationId];
      count += await pauseAll(deps, await sendingOf(db, { workspaceId, automationIds }));
    }
  }
  return count;
}

async function judgeSide(
  deps: AutoPauseDeps,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<number> {
  const { db } = deps;
  const { settings } = await readWorkspace(db, { workspaceId });
  const rule = settings.autoPause;
  if (!rule.enabled) return 0;
  const since = windowStart(now);
  const each = await reputationSince(db, { workspaceId, since });
  let count = 0;
  const going: Reputation[] = [];
  for (const one of each) {
    const { automationId, isPaused } = one;
    const excess = isPaused ? null : excessOf(one, rule);
    const automationIds = [automationId];
    const sending = excess === null ? [] : await sendingOf(db, { workspaceId, automationIds });
    if (excess === null || sending.length === 0) going.push(one);
    else count += await stop(deps, { settings, sending, excess, automationId, now });
  }
  const excess = excessOf(totalOf(going), rule);
  if (excess === null) return count;
  const sending = await sendingOf(db, { workspaceId, automationIds: null });
  const whole = { settings, sending, excess, automationId: null, now };
  return sending.length === 0 ? count : count + (await stop(deps, whole));
}

interface Stop {
  readonly settings: Settings;
  readonly sending: readonly Sending[];
  readonly excess: Excess;
  readonly automationId: string | null;
  readonly now: Date;
}

async function stop(
  deps: AutoPauseDeps,
  { settings, sending, excess, automationId, now }: Stop,
): Promise<number> {
  const [first] = sending;
  if (first === undefined) return 0;
  const { workspaceId } = first;
  const pause = await insertPause(deps.db, {
    id: uuidv7(now),
    workspaceId,
    automationId,
    excess,
    wantsAlert: settings.alertsUrl !== null,
  });
  // Noted before: the series is on its way to be paused, or has just been resumed by a member.
  if (pause === null) return 0;
  deps.log.warn({ workspaceId, automationId, ...excess }, 'sending was paused');
  await pauseAll(deps, sending);
  return 1;
}

/** One that cannot be paused now is tried again by the next look, and holds up no other. */
async function pauseAll(deps: AutoPauseDeps, sending: readonly Sending[]): Promise<number> {
  let count = 0;
  for (const automation of sending) {
    try {
      await deps.pauseAutomation(automation);
      count += 1;
    } catch (err) {
      deps.log.error({ err, ...automation }, 'could not pause');
    }
  }
  return count;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { createListener, type Listener } from './listener.ts';
import { createSideWatch, type SideWatch } from './side-watch.ts';
import { readPrints, readTableWrites, stillWatching } from './sql.ts';
import { createTableWatch, type TableNews } from './table-watch.ts';
import { TABLES, type Topic } from './topics.ts';

/** Everybody who listens to this process, and what is told to them. */
export interface Hub {
  /** @throws `stream.too_many` */
  readonly open: (who: Parameters<typeof createListener>[0], hello: object) => Promise<Listener>;
  /** Something of a side was changed by this process. */
  readonly mark: (workspaceId: string, topics: readonly Topic[]) => void;
  /** Ends all streams and looks no more. */
  readonly close: () => Promise<void>;
}

export interface HubDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: { warn(data: object, message: string): void };
  /** Whether the key in a header may still call. */
  readonly isKeyLive: (authorization: string) => Promise<boolean>;
}

const TICK_MS = 1_000;
/** How often it is looked whether those who listen still may. */
const CHECK_MS = 3_000;
/** Of one process. Each holds a connection and a few kilobytes. */
const STREAMS_MAX = 500;
/** Of one member or key: many windows. */
const STREAMS_OF_ONE_MAX = 20;
/** Looked at in one second; of more, some wait a second longer. */
const SIDES_LOOKED_MAX = 10;

interface Side {
  readonly watch: SideWatch;
  readonly listeners: Set<Listener>;
  /** Once it is known how the side was when somebody began to listen. */
  readonly ready: Promise<void>;
}

interface State {
  readonly sides: Map<string, Side>;
  readonly listeners: Set<Listener>;
  readonly stopping: AbortSignal;
}

/**
 * Tells listeners what has changed, whichever process changed it: while somebody listens, one query a
 * second finds out whether anything was written; only then each side that is listened to is looked at.
 */
export function createHub(deps: HubDeps): Hub {
  const { db, clock } = deps;
  const controller = new AbortController();
  const state: State = {
    sides: new Map(),
    listeners: new Set(),
    stopping: controller.signal,
  };
  let running: Promise<void> | null = null;
  return {
    open: async (who, hello) => {
      assertRoom(state, who.owner);
      const listener = createListener(who, clock.monotonicMs());
      const side = enter(state, db, listener);
      // Before they ask for anything: what changes from now on is told.
      await side.ready.catch((error: unknown) => {
        listener.body.destroy();
        throw error;
      });
      listener.send('hello', hello);
      if (!state.stopping.aborted) {
        running ??= run(deps, state).finally(() => {
          running = null;
        });
      }
      return listener;
    },
    mark: (workspaceId, topics) => {
      const side = state.sides.get(workspaceId);
      if (side === undefined) return;
      side.watch.mark(topics);
      tell(side, clock);
    },
    close: async () => {
      controller.abort();
      for (const listener of state.listeners) listener.end('shutdown');
      await running;
    },
  };
}

/** Adds somebody to those who listen to a side, until their stream closes. */
function enter({ sides, listeners }: State, db: Db, listener: Listener): Side {
  const { workspaceId } = listener;
  const side = sides.get(workspaceId) ?? createSide(db, workspaceId);
  sides.set(workspaceId, side);
  side.listeners.add(listener);
  listeners.add(listener);
  listener.body.once('close', () => {
    listeners.delete(listener);
    side.listeners.delete(listener);
    if (side.listeners.size === 0 && sides.get(workspaceId) === side) sides.delete(workspaceId);
  });
  return side;
}

function createSide(db: Db, workspaceId: string): Side {
  const watch = createSideWatch();
  const ready = readPrints(db, workspaceId).then(watch.look);
  return { watch, listeners: new Set(), ready };
}

function tell({ watch, listeners }: Side, clock: Clock): void {
  const changes = watch.take(clock.monotonicMs());
  if (changes === null) return;
  const at = clock.now().toISOString();
  const { topics, seriesIds } = changes;
  for (const each of listeners) each.send('changed', { topics, series_ids: seriesIds, at });
}

/** Looks once a second for as long as somebody listens. */
async function run(deps: HubDeps, state: State): Promise<void> {
  const { db, clock } = deps;
  const { sides, listeners, stopping } = state;
  const watch = createTableWatch();
  let checkedMs = clock.monotonicMs();
  while (listeners.size > 0 && !stopping.aborted) {
    try {
      const tables = await readTableWrites(db, Object.keys(TABLES));
      await lookAtSides(db, sides, watch(tables, clock.monotonicMs()));
      if (clock.monotonicMs() - checkedMs >= CHECK_MS) {
        checkedMs = clock.monotonicMs();
        await endThoseWhoMayNot(deps, [...listeners]);
      }
    } catch (error) {
      // The streams stand; what is missed now is seen when the database answers again.
      deps.log.warn({ err: error }, 'the event stream could not look for changes');
    }
    for (const side of sides.values()) tell(side, clock);
    for (const listener of listeners) listener.beat(clock.monotonicMs());
    await sleep(TICK_MS, undefined, { signal: stopping }).catch(() => {});
  }
}

function assertRoom({ listeners, stopping }: State, owner: string): void {
  const own = [...listeners].filter((one) => one.owner === owner).length;
  if (!stopping.aborted && listeners.size < STREAMS_MAX && own < STREAMS_OF_ONE_MAX) return;
  throw new DomainError('stream.too_many', 'too_many', 'Too many streams are open already', {
    retry_after_seconds: 10,
  });
}

async function lookAtSides(db: Db, sides: Map<string, Side>, news: TableNews): Promise<void> {
  for (const { watch } of sides.values()) watch.mark(news.topics);
  if (!news.isLively) return;
  const turn = [...sides].slice(0, SIDES_LOOKED_MAX);
  for (const [workspaceId, side] of turn) {
    side.watch.look(await readPrints(db, workspaceId));
    // To the end of the row, unless everybody has left meanwhile.
    if (sides.get(workspaceId) !== side) continue;
    sides.delete(workspaceId);
    sides.set(workspaceId, side);
  }
}

async function endThoseWhoMayNot(
  { db, clock, isKeyLive }: HubDeps,
  listeners: readonly Listener[],
): Promise<void> {
  const members = listeners.flatMap((listener) =>
    listener.session === null ? [] : [{ listener, ...listener.session }],
  );
  const watchers = members.map(({ listener, token, memberId }) => ({
    sessionToken: token,
    memberId,
    workspaceId: listener.workspaceId,
  }));
  const still = new Set(await stillWatching(db, { watchers, now: clock.now() }));
  for (const [place, { listener }] of members.entries()) {
    if (!still.has(place)) listener.end('session');
  }
  for (const listener of listeners) {
    const { authorization } = listener;
    if (authorization !== null && !(await isKeyLive(authorization))) listener.end('session');
  }
}

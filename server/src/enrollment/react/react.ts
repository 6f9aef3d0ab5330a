import { setTimeout as sleep } from 'node:timers/promises';
import { eventsByIds, factsNeeded, loadFacts, neededTogether } from '../../audience/index.ts';
import { usersByIds } from '../../audience/index.ts';
import type { EventFact, FactsAsk, FactsNeeded, User } from '../../audience/index.ts';
import {
  inTransaction,
  isUnavailable,
  refusalOf,
  type Db,
  type Pool,
  type Transaction,
} from '../../platform/db.ts';
import type { PublishedSeries, SeriesCatalog } from '../../series/index.ts';
import { enterLimited } from '../enter-limited.ts';
import { enterMany, type NewEntry } from '../enter-many.ts';
import { cancelRows, type RowRef } from '../sql/move-on.ts';
import {
  claimSignals,
  deleteSignals,
  keepCompanySignal,
  lockPassages,
  oldestSignal,
  setOldestAside,
  spreadCompany,
  triggeredSeries,
  wakeRows,
  type Passage,
  type Signal,
} from '../sql/signals.ts';
import { isTriggeredBy } from './entering.ts';
import { reactionsTo, type Ended } from './reactions.ts';
import { reactRulesOf } from './rules.ts';

export interface ReactDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** How often each signal has failed alone; without it none is ever set aside. */
  readonly failures?: Map<number, number>;
}

/** Signals of one transaction. */
const SIGNALS_MAX = 250;
/** Users of a company told in one transaction. */
const COMPANY_USERS_MAX = 2_000;

/**
 * Handles the oldest signals of a bucket, in order: waits are woken, goals and exits end passages, and
 * triggers begin them, all in the transaction that takes the signals away.
 *
 * @returns how many were handled; 0 also while another worker has the bucket
 */
export async function reactBucket(deps: ReactDeps, bucket: number): Promise<number> {
  try {
    return await reactSome(deps, { bucket, limit: SIGNALS_MAX });
  } catch (error) {
    if (isPassing(error)) throw error;
    return reactOneByOne(deps, bucket);
  }
}

/** Whether trying again may help: the database is away, or somebody else was in the way. */
const isPassing = (error: unknown): boolean =>
  isUnavailable(error) || PASSING.has(refusalOf(error)?.sqlState ?? '');

/** Serialization failure, deadlock, lock not available, statement cancelled. */
const PASSING = new Set(['40001', '40P01', '55P03', '57014']);
/** With growing rests in between, this takes four to eight seconds. */
const FAILURES_MAX = 6;

/**
 * Handles signals alone, so that one of which nothing can be made fails alone. It is tried again for a
 * while, and then set aside: nobody else's steps wait for it any longer.
 */
async function reactOneByOne(deps: ReactDeps, bucket: number): Promise<number> {
  let handled = 0;
  for (; handled < SIGNALS_MAX; handled += 1) {
    const id = await oldestSignal(deps.db, bucket);
    if (id === null) break;
    try {
      if ((await reactSome(deps, { bucket, limit: 1 })) === 0) break;
    } catch (error) {
      if (isPassing(error)) throw error;
      const count = (deps.failures?.get(id) ?? 0) + 1;
      deps.failures?.set(id, count);
      if (count < FAILURES_MAX || deps.failures === undefined) throw error;
      deps.failures.delete(id);
      await setOldestAside(deps.db, { bucket, error: String(error) });
    }
  }
  return handled;
}

function reactSome(
  deps: ReactDeps,
  { bucket, limit }: { bucket: number; limit: number },
): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const signals = await claimSignals(tx, { bucket, limit });
    if (signals.length === 0) return 0;
    const personal = signals.filter(({ kind }) => kind !== 'company');
    // One company at a time: each stands for many users.
    const company = signals.find(({ kind }) => kind === 'company');
    const done = personal.map(({ id }) => id);
    if (company !== undefined && (await isSpread(tx, company))) done.push(company.id);
    if (personal.length > 0) await reactAll(deps, tx, { bucket, signals: personal });
    await deleteSignals(tx, { bucket, ids: done });
    return personal.length + (company === undefined ? 0 : 1);
  });
}

/**
 * Handles the oldest signals of some buckets, for whoever moves the clock of a test side. There may be
 * more of them afterwards.
 *
 * @returns how many were handled; 0 after a short wait, while another worker has the buckets
 */
export async function reactBuckets(deps: ReactDeps, buckets: readonly number[]): Promise<number> {
  let handled = 0;
  for (const bucket of buckets) handled += await reactBucket(deps, bucket);
  // A worker beside us has them: let it finish.
  if (handled === 0) await sleep(BUSY_WAIT_MS);
  return handled;
}

const BUSY_WAIT_MS = 5;

/** A company stands for its users: tells some of them, and says whether it was all. */
async function isSpread(tx: Db, signal: Signal): Promise<boolean> {
  const { bucket, id, userId: companyId, name: after, at, mayStart } = signal;
  const to = { companyId, after, at, mayStart, limit: COMPANY_USERS_MAX };
  const last = await spreadCompany(tx, to);
  if (last === null) return true;
  await keepCompanySignal(tx, { bucket, id, after: last });
  return false;
}

/** What one transaction of signals looks at. */
interface Scene {
  readonly users: ReadonlyMap<string, User>;
  readonly events: ReadonlyMap<string, EventFact>;
  readonly seriesOf: (of: { automationId: string; version: number }) => PublishedSeries;
}

async function reactAll(
  deps: ReactDeps,
  tx: Transaction,
  { bucket, signals }: { bucket: number; signals: readonly Signal[] },
): Promise<void> {
  const userIds = [...new Set(signals.map(({ userId }) => userId))];
  const workspaceIds = [...new Set(signals.map((s) => s.workspaceId))];
  const eventIds = signals.flatMap(({ eventId }) => (eventId === null ? [] : [eventId]));
  // One after the other on the way there, and answered together.
  const [passages, triggered, users, events] = await Promise.all([
    lockPassages(tx, { bucket, userIds }),
    triggeredSeries(tx, workspaceIds),
    usersByIds(
      tx,
      userIds.map((id) => ({ bucket, id })),
    ),
    eventsByIds(tx, { bucket, ids: eventIds }),
  ]);
  const seriesOf = await seriesOfAll(deps, { signals, passages, triggered });
  const scene: Scene = { users, events, seriesOf };
  const personOf = await personsOf(tx, scene, { signals, passages, triggered });
  const { ended, woken, entries } = reactionsTo(signals, {
    passages,
    triggers: triggered,
    seriesOf: scene.seriesOf,
    personOf,
    eventOf: (id) => scene.events.get(id ?? '') ?? null,
    isKnown: (id) => scene.users.has(id),
  });
  await endPassages(tx, ended);
  if (woken.length > 0) await wakeRows(tx, woken);
  await enterAll(deps, tx, entries);
}

/** In the caller's transaction: what has started somebody must not start them again after a crash. */
async function enterAll(
  { catalog }: ReactDeps,
  tx: Transaction,
  entries: readonly NewEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  for (const { workspace, seriesId: id } of entries) {
    const ref = { workspaceId: workspace.id, id };
    // It is active, as this transaction sees it: what was known before must not refuse it.
    if ((await catalog.automation(ref))?.status !== 'active') catalog.drop(ref);
  }
  await enterMany({ db: tx, catalog, onEntered: () => {} }, entries, { enterLimited });
}

/** The versions that passages are on, and those that triggers lead to. */
async function seriesOfAll(
  { catalog }: ReactDeps,
  {
    signals,
    passages,
    triggered,
  }: {
    signals: readonly Signal[];
    passages: readonly Passage[];
    triggered: readonly { id: string; version: number; workspaceId: string }[];
  },
): Promise<Scene['seriesOf']> {
  const zones = new Map(signals.map((s) => [s.workspaceId, s.workspaceTimezone]));
  const series = new Map<string, PublishedSeries>();
  const wanted = [
    ...passages,
    ...triggered.map(({ id, ...rest }) => ({ ...rest, automationId: id })),
  ];
  for (const { automationId, version, workspaceId } of wanted) {
    const key = `${automationId} ${version}`;
    if (series.has(key)) continue;
    const workspaceTimezone = zones.get(workspaceId) ?? 'UTC';
    series.set(key, await catalog.version({ automationId, number: version, workspaceTimezone }));
  }
  return ({ automationId, version }) => {
    const found = series.get(`${automationId} ${version}`);
    if (found === undefined) throw new Error(`version ${version} of ${automationId} was not read`);
    return found;
  };
}

/** Reads what the rules of passages and triggers look at, once per person and rule set. */
async function personsOf(
  tx: Db,
  { users, seriesOf }: Scene,
  {
    signals,
    passages,
    triggered,
  }: {
    signals: readonly Signal[];
    passages: readonly Passage[];
    triggered: readonly { id: string; version: number; workspaceId: string }[];
  },
) {
  const asks: FactsAsk<string>[] = [];
  const asked = new Set<string>();
  const ask = (userId: string, of: object, needs: FactsNeeded[], now: Date): void => {
    const user = users.get(userId);
    const key = keyOf(userId, of);
    if (user === undefined || needs.length === 0 || asked.has(key)) return;
    asked.add(key);
    asks.push({ key, user, needs: neededTogether(needs), now });
  };
  const passagesOf = Map.groupBy(passages, ({ userId }) => userId);
  for (const signal of signals) {
    for (const passage of passagesOf.get(signal.userId) ?? []) {
      const { leaving } = reactRulesOf(seriesOf(passage));
      const filters = leaving.flatMap((rule) => (rule.kind === 'filter' ? [rule.filter] : []));
      ask(signal.userId, passage, filters.map(factsNeeded), signal.now);
    }
    for (const trigger of triggered.filter((t) => t.workspaceId === signal.workspaceId)) {
      const series = seriesOf({ automationId: trigger.id, version: trigger.version });
      const { audience } = reactRulesOf(series);
      if (audience === null || !isTriggeredBy(series, signal)) continue;
      ask(signal.userId, trigger, [factsNeeded(audience)], signal.now);
    }
  }
  const facts = await loadFacts(tx, asks);
  return (userId: string, of: object) => facts.get(keyOf(userId, of)) ?? null;
}

const keyOf = (userId: string, of: object): string =>
  `${userId} ${'enrollmentId' in of ? String(of.enrollmentId) : (of as { id: string }).id}`;

async function endPassages(tx: Db, ended: readonly Ended[]): Promise<void> {
  const groups = Map.groupBy(ended, ({ leaving, now }) =>
    [leaving.state, leaving.reason, now.toISOString()].join(' '),
  );
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const rows: RowRef[] = group.map(({ passage }) => passage);
    const { state, reason, why } = first.leaving;
    await cancelRows(tx, rows, { state, reason, now: first.now, why: [why] });
  }
}

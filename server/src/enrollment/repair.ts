import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { moveOf } from './decisions.ts';
import { factsOf } from './advance.ts';
import { stepOf } from './enrollment.ts';
import { migrateSome } from './migrate.ts';
import { reactBucket } from './react/react.ts';
import { reapDead, SILENCE_MS } from './reap.ts';
import { rehome, putBack, wayAfter } from './repair-place.ts';
import { replanResumed, replanRefs } from './replan.ts';
import { findRows } from './sql/find-rows.ts';
import { cancelRows, moveOn, type RowRef } from './sql/move-on.ts';
import * as sql from './sql/repair.ts';
import type { Found } from './sql/watchdog.ts';
import { findKind, findTroubles, TROUBLE_KINDS } from './watchdog.ts';
import type { LookOptions, Trouble, TroubleKind } from './watchdog.ts';

/** What repairing stands on. */
export interface RepairDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}

/** A trouble, and what became of it. */
export interface Repaired extends Trouble {
  /** How many were mended; the others are held by a worker just now, or stand again. */
  readonly mended: number;
}

/** Troubles of one kind are mended so many at a time, one transaction each. */
const BATCH_MAX = 100;
/** Of batches of what other duties mend. */
const ROUNDS_MAX = 1_000;

type Mend = (deps: RepairDeps, found: readonly Found[], options: LookOptions) => Promise<unknown>;

const MENDS: Readonly<Record<TroubleKind, Mend>> = {
  sending_without_row: inTx(mendSending),
  lost_lease: (deps, _found, { silenceMs = SILENCE_MS }) => reapDead({ ...deps, silenceMs }),
  unknown_step: inTx(async (deps, tx, found) => rehome(deps, tx, await sql.lockWaiting(tx, found))),
  second_row: inTx(async (_deps, tx, found) =>
    sql.dropSecondRows(tx, await sql.lockWaiting(tx, found)),
  ),
  row_without_enrollment: inTx(mendOrphans),
  unaccounted: inTx(async (deps, tx, found) => goOn(deps, tx, await sql.balance(tx, found))),
  enrollment_without_row: inTx(async (deps, tx, found) => {
    for (const stranded of await sql.lockStranded(tx, found)) await putBack(deps, tx, stranded);
  }),
  other_version: inTx(async (_deps, tx, found) =>
    sql.followRows(tx, await sql.lockWaiting(tx, found)),
  ),
  archived_series: inTx((_deps, tx, found) => end(tx, found, 'series_archived')),
  parked_although_active: (deps) => repeated(() => replanResumed(deps)),
  signal_set_aside: async (deps, found) => {
    await inTransaction(deps.db, (tx) => sql.putSignalsBack(tx, found));
    const buckets = new Set(found.flatMap(({ bucket }) => bucket ?? []));
    for (const bucket of buckets) await repeated(() => reactBucket(deps, bucket));
  },
  old_signal: async (deps, found) => {
    await inTransaction(deps.db, (tx) => sql.dropSignalsOfNobody(tx, found));
    const buckets = new Set(found.flatMap(({ bucket }) => bucket ?? []));
    for (const bucket of buckets) await repeated(() => reactBucket(deps, bucket));
  },
  migration_stands: (deps) => repeated(() => migrateSome(deps)),
  overdue: inTx(async (deps, tx, found) => replanRefs(deps, tx, await sql.lockWaiting(tx, found))),
};

/**
 * Mends what the watchdog finds, kind by kind, each batch in one transaction; what cannot be known is
 * never taken for sent, and never sent again. Every step that goes or is found lost has a line in the log.
 */
export async function repair(deps: RepairDeps, options: LookOptions = {}): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  // One kind after the other, so that what an earlier mend brings to light is mended too.
  for (const kind of TROUBLE_KINDS) {
    const [trouble] = await findTroubles(deps.db, options, [kind]);
    if (trouble === undefined) continue;
    const found = await findKind(deps.db, kind, options);
    for (let from = 0; from < found.length; from += BATCH_MAX) {
      await MENDS[kind](deps, found.slice(from, from + BATCH_MAX), options);
    }
    const left = (await findKind(deps.db, kind, options)).length;
    repaired.push({ ...trouble, mended: Math.max(0, trouble.count - left) });
  }
  return repaired;
}

function inTx(
  mend: (deps: RepairDeps, tx: Transaction, found: readonly Found[]) => Promise<unknown>,
): Mend {
  return (deps, found) => inTransaction(deps.db, (tx) => mend(deps, tx, found));
}

async function repeated(tick: () => Promise<number>): Promise<void> {
  for (let rounds = 0; rounds < ROUNDS_MAX && (await tick()) > 0; rounds += 1);
}

/** Nobody knows whether it left: it is in doubt, and who was to get it goes on. */
async function mendSending(
  deps: RepairDeps,
  tx: Transaction,
  found: readonly Found[],
): Promise<void> {
  const doubted = await sql.endStraySending(tx, found);
  const rows = doubted.map(({ bucket, enrollmentId: id, seq }) => ({ bucket, id, seq }));
  await goOn(deps, tx, await sql.lockWaiting(tx, rows));
}

/** Rows whose step is accounted for elsewhere: to the next one, without another line in the log. */
async function goOn(
  { catalog }: RepairDeps,
  tx: Transaction,
  refs: readonly RowRef[],
): Promise<void> {
  if (refs.length === 0) return;
  const moves = [];
  for (const row of await findRows(tx, refs)) {
    const { automationId, version: number, workspaceTimezone } = row;
    const series = await catalog.version({ automationId, number, workspaceTimezone });
    const facts = factsOf(row, series);
    const to = wayAfter(stepOf(series.graph, row.stepId), null);
    moves.push(moveOf(row, { facts, outcome: null, reason: 'repaired', to }));
  }
  if (moves.length > 0) await moveOn(tx, moves, { tzVersion: tzVersion() });
}

async function mendOrphans(
  _deps: RepairDeps,
  tx: Transaction,
  found: readonly Found[],
): Promise<void> {
  const refs = await sql.lockWaiting(tx, found);
  if (refs.length === 0) return;
  await sql.dropRowsOfNobody(tx, refs);
  await endRows(tx, refs, 'no_enrollment');
}

async function end(tx: Transaction, found: readonly Found[], reason: string): Promise<void> {
  await endRows(tx, await sql.lockWaiting(tx, found), reason);
}

/** Test sides go by clocks of their own. */
async function endRows(tx: Transaction, refs: readonly RowRef[], reason: string): Promise<void> {
  const rows = await findRows(tx, refs);
  for (const [ms, some] of Map.groupBy(rows, ({ now }) => now.getTime())) {
    await cancelRows(tx, some, { state: 'ended', reason, now: new Date(ms) });
  }
}

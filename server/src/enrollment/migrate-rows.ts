import type { Db } from '../platform/db.ts';
import type { Reason } from '../schedule/reason.ts';
import type { PublishedSeries, SeriesCatalog } from '../series/index.ts';
import { factsOf } from './advance.ts';
import { movedPlan, placeOf, type Because } from './migrate-rule.ts';
import type { FoundRow } from './sql/find-rows.ts';
import { sentSteps } from './sent-steps.ts';
import type { MovedRow } from './sql/migrate.ts';
import type { Move, NextStep } from './sql/move-on.ts';

/** Where one person goes, and what is written for it. */
export interface Migrated {
  readonly row: FoundRow;
  readonly because: Because;
  /** Null where the series ends for them. */
  readonly next: NextStep | null;
  /** Whether the row stays as it is planned: it is being tried again, or its series is paused. */
  readonly keepsPlan: boolean;
}

/** Decides where people of older versions are in another: reads in one query, then asks the rule. */
export async function migratedAll(
  { catalog, to }: { catalog: SeriesCatalog; to: PublishedSeries },
  db: Db,
  rows: readonly FoundRow[],
): Promise<Migrated[]> {
  const sent = await sentSteps(
    db,
    rows.map(({ enrollmentId }) => enrollmentId),
  );
  const migrated: Migrated[] = [];
  for (const row of rows) {
    const { automationId, version: number, workspaceTimezone } = row;
    const from = await catalog.version({ automationId, number, workspaceTimezone });
    migrated.push(migratedOf(row, { from, to, sent: sent.get(row.enrollmentId) ?? NOTHING }));
  }
  return migrated;
}

const NOTHING: ReadonlySet<string> = new Set();

function migratedOf(
  row: FoundRow,
  { from, to, sent }: { from: PublishedSeries; to: PublishedSeries; sent: ReadonlySet<string> },
): Migrated {
  const graphs = { from: from.graph, to: to.graph };
  const { because, stepId } = placeOf(graphs, { stepId: row.stepId, sent });
  const isKept = because === 'kept';
  // A backoff is kept; what waits out a pause is planned anew when that is over, and keeps until then
  // how late it is.
  const isPaused = row.seriesStatus === 'paused' && row.dueAt <= row.now;
  const keepsPlan = isKept && (row.attempts > 0 || isPaused);
  const facts = stepId === null ? null : { ...factsOf(row, to), stepId };
  const next = facts === null ? null : movedPlan(facts, row.now);
  const reasons = next === null ? [] : [versionReason(row, to), ...next.reasons];
  return { row, because, next: next === null ? null : { ...next, reasons }, keepsPlan };
}

const versionReason = ({ version }: FoundRow, { number }: PublishedSeries): Reason => ({
  rule: 'version',
  input: `moved from version ${version} to version ${number}`,
  outcome: 'planned anew by its rules',
});

/** What is written for somebody's row before it is, perhaps, moved to another step. */
export function movedRowOf({ row, because, next, keepsPlan }: Migrated): MovedRow {
  const { bucket, enrollmentId, seq } = row;
  const ref = { bucket, enrollmentId, seq };
  if (because !== 'kept' || next === null) return { ...ref, isLeft: true, next: null };
  return { ...ref, isLeft: false, next: keepsPlan ? null : next };
}

/** The step left behind, and the one that follows; null for people who stay at theirs. */
export function moveOfMigrated({ row, because, next }: Migrated, to: PublishedSeries): Move | null {
  if (because === 'kept' && next !== null) return null;
  const { bucket, enrollmentId, seq, now, stepId } = row;
  const reason =
    because === 'sent'
      ? `already_sent: ${stepId} was sent in an earlier version`
      : `step_removed: version ${to.number} ${because === 'kept' ? 'ends' : 'goes on'} without ${stepId}`;
  return { bucket, enrollmentId, seq, outcome: 'skipped', reason, now, next };
}

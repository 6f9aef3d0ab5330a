import type { Db } from '../platform/db.ts';
import { sentStepRows } from './sql/migrate.ts';

/**
 * The ids of the email steps whose message has left, or may have, for each of the given enrollments:
 * none of them is ever sent again in that enrollment.
 *
 * One query. Index: messages_step_occurrence.
 *
 * @returns an entry for every enrollment that was sent anything
 */
export async function sentSteps(
  db: Db,
  enrollmentIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  const sent = new Map<string, Set<string>>();
  for (const { enrollmentId, stepId } of await sentStepRows(db, enrollmentIds)) {
    const steps = sent.get(enrollmentId) ?? new Set();
    sent.set(enrollmentId, steps.add(stepId));
  }
  return sent;
}

import { isoOf } from '../../platform/http.ts';
import type { Explanation } from '../explain/explain.ts';
import type { SeriesStats } from '../stats.ts';
import type { TimelineItem } from '../timeline.ts';
import type { Upcoming } from '../upcoming.ts';

/** An explanation as the API and the command line show it. */
export const explanationView = (why: Explanation) => {
  const { state, reasons, next, code, sentence, zone, entry, passage, steps } = why;
  return {
    state,
    reasons: [...reasons],
    next:
      next === null
        ? null
        : {
            action: next.action,
            step_id: next.stepId,
            at: isoOf(next.at),
            reasons: [...next.reasons],
          },
    code,
    sentence,
    series_id: why.seriesId,
    series_name: why.seriesName,
    timezone: { name: zone.timezone, source: zone.zoneSource, sentence: zone.sentence },
    entry: { code: entry.code, sentence: entry.sentence },
    enrollment: passage === null ? null : passageView(passage),
    steps: steps.map(stepView),
  };
};

const passageView = (passage: NonNullable<Explanation['passage']>) => ({
  id: passage.id,
  version: passage.version,
  run: passage.run,
  state: passage.state,
  end_reason: passage.endReason,
  entered_by: passage.enteredBy,
  entry_event: passage.entryEventType,
  entered_at: passage.enteredAt.toISOString(),
  ended_at: isoOf(passage.endedAt),
});

const stepView = (step: Explanation['steps'][number]) => ({
  seq: step.seq,
  step_id: step.stepId,
  outcome: step.outcome,
  code: step.code,
  sentence: step.sentence,
  branch: step.branch,
  due_at: step.dueAt.toISOString(),
  at: step.at.toISOString(),
  message_id: step.messageId,
  reasons: [...step.reasons],
});

export const upcomingView = ({ from, to, series, hours, isCut, countedUntil }: Upcoming) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  series: series.map(({ seriesId, ...rest }) => ({ series_id: seriesId, ...rest })),
  hours: hours.map(({ hour, seriesId, ...counts }) => ({
    hour: hour.toISOString(),
    series_id: seriesId,
    ...counts,
  })),
  truncated: isCut,
  counted_until: isoOf(countedUntil),
});

export function statsView(stats: SeriesStats) {
  const { enrollments, messages, steps, ledger, entered, enteredBy, exitedBy } = stats;
  const ofState = (state: string): number => enrollments[state] ?? 0;
  return {
    enrollments,
    messages,
    steps: steps.map(({ stepId, skippedBy, failedBy, ...counts }) => ({
      step_id: stepId,
      ...counts,
      skipped_by: skippedBy,
      failed_by: failedBy,
    })),
    ledger: ledger === null ? null : ledgerView(ledger),
    entered,
    entered_by: enteredBy,
    active: ofState('active'),
    completed: ofState('completed'),
    goal_reached: ofState('goal_reached'),
    exited: ofState('exited'),
    exited_by: exitedBy,
    removed: ofState('removed'),
    ended: ofState('ended'),
  };
}

const ledgerView = ({ inDoubt, ...counts }: NonNullable<SeriesStats['ledger']>) => ({
  ...counts,
  in_doubt: inDoubt,
});

export const timelineItemView = (item: TimelineItem) => ({
  at: item.at.toISOString(),
  kind: item.kind,
  code: item.code,
  sentence: item.sentence,
  series_id: item.seriesId,
  series_name: item.seriesName,
  enrollment_id: item.enrollmentId,
  step_id: item.stepId,
  message_id: item.messageId,
  detail: item.detail,
  reasons: [...item.reasons],
});

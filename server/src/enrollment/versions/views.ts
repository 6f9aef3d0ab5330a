import { isoOf } from '../../platform/http.ts';
import type { ContentUpdate, InFlight } from '../../series/index.ts';
import type { ResumePreview } from '../resume.ts';
import type { ShownMigration, WaitingCount } from '../sql/versions.ts';
import type { PublishPreview } from './preview.ts';

/** How many people are on each version. */
export function activeByVersion(waiting: readonly WaitingCount[]): Map<number, number> {
  const active = new Map<number, number>();
  for (const { version, count } of waiting) active.set(version, (active.get(version) ?? 0) + count);
  return active;
}

export const migrationViewOf = (
  { toVersion, state, movedCount, startedAt, finishedAt }: ShownMigration,
  waiting: readonly WaitingCount[],
) => ({
  to_version: toVersion,
  state,
  moved: movedCount,
  remaining: waiting
    .filter(({ version }) => version < toVersion)
    .reduce((sum, { count }) => sum + count, 0),
  started_at: startedAt.toISOString(),
  finished_at: isoOf(finishedAt),
});

export const contentViewOf = ({ revision, stepId, versionsTo, fields, at }: ContentUpdate) => ({
  revision,
  step_id: stepId,
  versions_to: versionsTo,
  fields,
  at: at.toISOString(),
});

export const publishPreviewViewOf = (preview: PublishPreview, inFlight: InFlight) => ({
  version: preview.version,
  in_flight: inFlight,
  people: preview.waiting.reduce((sum, { count }) => sum + count, 0),
  waiting: preview.waiting.map(({ version, stepId, count }) => ({
    version,
    step_id: stepId,
    count,
  })),
  moves: preview.moves.map(({ version, stepId, because, toStepId, count }) => ({
    version,
    step_id: stepId,
    because,
    to_step_id: toStepId,
    count,
  })),
  mail_at_once: preview.mailAtOnce,
  looked_at: preview.lookedAt,
  sample: preview.sample.map(({ toStepId, toDueAt, ...person }) => ({
    user_id: person.userExternalId,
    before: {
      version: person.version,
      step_id: person.stepId,
      scheduled_for: person.dueAt.toISOString(),
    },
    because: person.because,
    after:
      toStepId === null || toDueAt === null
        ? null
        : { version: preview.version, step_id: toStepId, scheduled_for: toDueAt.toISOString() },
  })),
});

export const resumePreviewViewOf = ({ policy, firstSends, ...counts }: ResumePreview) => ({
  late: policy.late,
  after: policy.after,
  overdue: counts.overdue,
  looked_at: counts.lookedAt,
  planned: counts.planned,
  skipped: counts.skipped,
  exited: counts.exited,
  first_sends: firstSends.map(({ hour, count }) => ({ hour: hour.toISOString(), count })),
});

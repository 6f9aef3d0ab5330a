import { userIdOf } from '../../platform/ids.ts';
import type { Enroller } from '../enroll.ts';
import { messageOf } from '../enroll-answer.ts';
import type { NewEntry, Settled } from '../enter-many.ts';
import type { BulkCall, BulkUser } from './bulk-call.ts';

/** What became of one user: the answer of the single call, as one word with what belongs to it. */
export type EnrollResult =
  | { readonly result: 'enrolled'; readonly scheduledFor: Date }
  | { readonly result: 'too_soon'; readonly after: Date; readonly message: string }
  | {
      readonly result: 'already_enrolled' | 'already_completed' | 'too_often' | 'series_limit';
      readonly message: string;
    }
  | { readonly result: 'user_not_found' | 'invalid'; readonly error: string };

/**
 * Enrolls the users of one call. Each has a result of their own, in order; who is named twice is
 * `already_enrolled` the second time.
 */
export async function bulkEnroll(
  enroller: Enroller,
  { users, isDryRun }: BulkCall,
  { workspace, seriesId }: { workspace: NewEntry['workspace']; seriesId: string },
): Promise<EnrollResult[]> {
  const entries = users.map(({ userId, properties, wrong }): NewEntry | null =>
    userId === null || wrong !== null
      ? null
      : { workspace, userId: userIdOf(workspace.id, userId), seriesId, source: 'api', properties },
  );
  const sound = entries.filter((entry) => entry !== null);
  const answers = await enroller.enterMany(sound, { isDryRun });
  const answerOf = new Map(sound.map((entry, index) => [entry, answers[index]]));
  return users.map((user, index) => {
    const entry = entries[index] ?? null;
    return resultOf(user, entry === null ? undefined : answerOf.get(entry));
  });
}

function resultOf({ wrong }: BulkUser, answer: Settled | undefined): EnrollResult {
  if (answer === undefined) return { result: 'invalid', error: wrong ?? 'was not answered' };
  if (answer instanceof Error) {
    const result = answer.code === 'enrollment.user_not_found' ? 'user_not_found' : 'invalid';
    return { result, error: answer.message };
  }
  switch (answer.kind) {
    case 'enrolled':
      return { result: 'enrolled', scheduledFor: answer.scheduledFor };
    case 'already_active':
      return { result: 'already_enrolled', message: messageOf(answer) };
    case 'completed':
      return { result: 'already_completed', message: messageOf(answer) };
    case 'too_soon':
      return { result: 'too_soon', after: answer.after, message: messageOf(answer) };
    case 'too_often':
    case 'series_limit':
      return { result: answer.kind, message: messageOf(answer) };
  }
}

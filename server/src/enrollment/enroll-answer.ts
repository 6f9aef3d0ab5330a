import type { EnrollAnswer } from './enter-many.ts';

/**
 * An answer that is no enrollment, in the words of the contract of `POST /api/sdk/series`.
 */
export function messageOf(answer: Exclude<EnrollAnswer, { kind: 'enrolled' }>): string {
  const completed = 'User has already completed this series';
  switch (answer.kind) {
    case 'already_active':
      return 'User is already enrolled in this series';
    case 'completed':
      return `${completed} and re-enrollment is disabled`;
    case 'too_soon':
      return `User can re-enter this series after ${answer.after.toISOString()}`;
    case 'too_often':
      return `${completed} the maximum number of times`;
    case 'series_limit':
      return 'User is in the maximum number of series';
  }
}

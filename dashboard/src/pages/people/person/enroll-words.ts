import type { RowOf } from '../../../api/ask.ts';

type Result = RowOf<'POST /series/{id}/enroll'>['result'];

/** What came of enrolling somebody. */
export const ENROLL_WORDS: Readonly<Record<Result, { title: string; text: string }>> = {
  enrolled: { title: 'Enrolled', text: 'The first step is planned.' },
  already_enrolled: { title: 'Already in this series', text: 'Nothing was changed.' },
  already_completed: {
    title: 'Not enrolled: was in this series before',
    text: 'The series lets people in once.',
  },
  too_soon: { title: 'Not enrolled: too soon', text: 'The series lets people in again later.' },
  too_often: {
    title: 'Not enrolled: too often',
    text: 'The series lets people in only so many times.',
  },
  series_limit: { title: 'Not enrolled: the series is full', text: 'Its limit is reached.' },
  user_not_found: { title: 'Not enrolled: nobody has this id', text: 'Were they erased?' },
  invalid: { title: 'Not enrolled', text: 'The call was not understood.' },
};

import { button, email, HELLO, OFFICE_HOURS, paragraph, type Starter, wait } from './starter.ts';

export const trialEnding: Starter = {
  key: 'trial-ending',
  name: 'Trial ending',
  about: 'For who has three days of their trial left and no plan yet.',
  shape: '2 emails, the second only to who has not chosen a plan',
  series: {
    name: 'Trial ending',
    settings: {
      ...OFFICE_HOURS,
      entry_trigger: 'segment_match',
      audience: {
        and: [
          {
            field: 'user.trial_ends_at',
            operator: 'within_next',
            value: { amount: 3, unit: 'days' },
          },
          { field: 'user.plan', operator: 'is_not_set' },
        ],
      },
      goal: { filter: { field: 'user.plan', operator: 'is_set' } },
    },
    steps: [
      email('three-days-left', 'Your trial ends in three days', [
        paragraph(HELLO),
        paragraph(
          'Choose a plan and everything stays as it is. Do nothing, and it is kept for 30 days.',
        ),
        button('Choose a plan', 'https://example.com/plans'),
      ]),
      wait('two-days', 2, 'days'),
      {
        id: 'has-plan',
        type: 'condition',
        filter: { field: 'user.plan', operator: 'is_set' },
        yes: 'done',
        no: 'last-day',
      },
      email(
        'last-day',
        'Your trial ends tomorrow',
        [
          paragraph(HELLO),
          paragraph('Tomorrow your trial ends. Shall we extend it? Answer this email and we will.'),
          button('Choose a plan', 'https://example.com/plans'),
        ],
        { next: 'done' },
      ),
      { id: 'done', type: 'end' },
    ],
  },
};

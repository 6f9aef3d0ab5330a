import { button, email, HELLO, OFFICE_HOURS, paragraph, type Starter, wait } from './starter.ts';

export const winBack: Starter = {
  key: 'win-back',
  name: 'Win-back',
  about: 'For who has not been seen for 30 days.',
  shape: '2 emails two weeks apart; whoever comes back leaves',
  series: {
    name: 'Win-back',
    settings: {
      ...OFFICE_HOURS,
      entry_trigger: 'segment_match',
      audience: {
        field: 'user.last_seen',
        operator: 'more_than_ago',
        value: { amount: 30, unit: 'days' },
      },
      goal: {
        filter: {
          field: 'user.last_seen',
          operator: 'within_last',
          value: { amount: 7, unit: 'days' },
        },
      },
      reenrollment: { enabled: true, cooldown: { amount: 90, unit: 'days' } },
    },
    steps: [
      email('we-miss-you', 'Still useful to you?', [
        paragraph(HELLO),
        paragraph('You have not been here for a month. This is what has changed since.'),
        button('See what is new', 'https://example.com/changes'),
      ]),
      wait('two-weeks', 14, 'days'),
      email('last-word', 'Shall we stop writing?', [
        paragraph(HELLO),
        paragraph('If you do not need us any more, that is fine: this is our last email.'),
        button('Come back', 'https://example.com/start'),
      ]),
    ],
  },
};

import {
  bullets,
  button,
  email,
  HELLO,
  OFFICE_HOURS,
  paragraph,
  type Starter,
  wait,
} from './starter.ts';

export const welcome: Starter = {
  key: 'welcome',
  name: 'Welcome',
  about: 'For who has just signed up.',
  shape: '3 emails over a week, in working hours',
  series: {
    name: 'Welcome',
    settings: { entry_trigger: 'user_created', ...OFFICE_HOURS },
    steps: [
      email('welcome', "Welcome, {{ user.name | default: 'good to have you' }}", [
        paragraph(HELLO),
        paragraph(
          'Your account is ready. The first thing most people do takes about five minutes.',
        ),
        button('Get started', 'https://example.com/start'),
      ]),
      wait('settle-in', 2, 'days'),
      email('three-tips', 'Three things worth knowing', [
        paragraph(HELLO),
        bullets(
          'Invite one colleague: it is better with two.',
          'Connect what you already use.',
          'Answer this email. A person reads it.',
        ),
      ]),
      wait('a-while', 3, 'business_days'),
      email('how-is-it-going', 'How is it going?', [
        paragraph(HELLO),
        paragraph('You have been here for about a week. What is missing?'),
      ]),
    ],
  },
};

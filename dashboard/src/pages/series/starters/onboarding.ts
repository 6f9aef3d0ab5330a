import { button, email, HELLO, OFFICE_HOURS, paragraph, type Starter, wait } from './starter.ts';

export const onboarding: Starter = {
  key: 'onboarding',
  name: 'Onboarding nudges',
  about: 'For who has signed up and not done the first thing yet.',
  shape: 'waits for the event, nudges who has not done it, thanks who has',
  series: {
    name: 'Onboarding nudges',
    settings: { entry_trigger: 'user_created', ...OFFICE_HOURS },
    steps: [
      {
        id: 'first-project',
        type: 'wait_for_event',
        event_type: 'project_created',
        timeout: { amount: 2, unit: 'days' },
        next: 'well-done',
        on_timeout: 'nudge',
      },
      email(
        'nudge',
        'Your first project takes two minutes',
        [
          paragraph(HELLO),
          paragraph('Everything here begins with a project. Shall we make the first one together?'),
          button('Make a project', 'https://example.com/projects/new'),
        ],
        { next: 'wait-again' },
      ),
      {
        id: 'wait-again',
        type: 'wait_for_event',
        event_type: 'project_created',
        timeout: { amount: 5, unit: 'days' },
        next: 'well-done',
        on_timeout: 'ask-why',
      },
      email(
        'ask-why',
        'What held you back?',
        [
          paragraph(HELLO),
          paragraph(
            'You have no project yet. Answer with one word, why: it helps us and the next person.',
          ),
        ],
        { next: 'done' },
      ),
      { ...wait('enjoy', 1, 'days'), next: 'done' },
      email(
        'well-done',
        'Your first project is there',
        [
          paragraph(HELLO),
          paragraph('Well done. The next step is to invite somebody to it.'),
          button('Invite somebody', 'https://example.com/invite'),
        ],
        { next: 'enjoy' },
      ),
      { id: 'done', type: 'end' },
    ],
  },
};

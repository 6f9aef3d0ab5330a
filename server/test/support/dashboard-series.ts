/** The automations of the world that the dashboard is shown with. */

const text = (value: string, ...marks: string[]) => ({
  type: 'text',
  text: value,
  ...(marks.length === 0 ? {} : { marks: marks.map((type) => ({ type })) }),
});
const tag = (name: string, fallback: string) => ({ type: 'mergeTag', attrs: { name, fallback } });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const letter = (title: string, ...content: object[]) => ({
  type: 'doc',
  content: [
    { type: 'heading', attrs: { level: 1 }, content: [text(title)] },
    paragraph(text('Hi '), tag('user.name', 'there'), text(',')),
    ...content,
  ],
});
const button = (label: string, href: string) => ({ type: 'button', attrs: { text: label, href } });
const email = (id: string, subject: string, content: object, more: object = {}) => ({
  id,
  type: 'email',
  subject,
  content,
  format: 'branded',
  ...more,
});
const days = (amount: number, unit = 'days') => ({ amount, unit });

const RULES = {
  timezone: 'Europe/Berlin',
  use_user_timezone: true,
  send_window: { start: '09:00', end: '17:00' },
  business_days_only: true,
  holidays: { country: 'DE', region: 'HH' },
};

const welcome = (subject: string) =>
  email(
    'welcome',
    subject,
    letter(
      'Welcome aboard',
      paragraph(
        text('thanks for signing up. Most teams start with '),
        text('one project', 'bold'),
        text('.'),
      ),
      {
        type: 'bulletList',
        content: ['Create a project', 'Invite your team', 'Bring your files'].map((one) => ({
          type: 'listItem',
          content: [paragraph(text(one))],
        })),
      },
      button('Create a project', 'https://example.com/projects/new'),
    ),
    { preheader: 'Three things for your first day' },
  );

const STEPS = [
  welcome('Welcome aboard, {{ user.name | default: "there" }}'),
  { id: 'settle', type: 'wait', delay: days(2) },
  {
    id: 'created',
    type: 'condition',
    filter: { event: 'project_created', operator: 'at_least', count: 1 },
    yes: 'tips',
    no: 'nudge',
  },
  email(
    'tips',
    'Three tips for your first project',
    letter(
      'Three tips',
      paragraph(text('press / to search, drop a file anywhere, mention with @.')),
    ),
    { next: 'breathe' },
  ),
  email(
    'nudge',
    'Your first project takes two minutes',
    letter(
      'Shall we make it together?',
      paragraph(text('everything here begins with a project.')),
      button('Make a project', 'https://example.com/projects/new'),
    ),
    { next: 'first-project' },
  ),
  {
    id: 'first-project',
    type: 'wait_for_event',
    event_type: 'project_created',
    timeout: days(3),
    next: 'breathe',
    on_timeout: 'ask-why',
  },
  email(
    'ask-why',
    'What held you back?',
    letter('One word will do', paragraph(text('answer this email: a person reads it.'))),
    { next: 'done' },
  ),
  { id: 'breathe', type: 'wait', delay: days(3, 'business_days'), next: 'short-or-long' },
  {
    id: 'short-or-long',
    type: 'split',
    branches: [
      { weight: 50, next: 'short' },
      { weight: 50, next: 'long' },
    ],
  },
  email('short', 'How is it going?', letter('A week in', paragraph(text('what is missing?'))), {
    next: 'onboarded',
  }),
  email(
    'long',
    'What teams like yours do in their second week',
    letter('The second week', paragraph(text('here is what others do next, step by step.'))),
    { next: 'onboarded' },
  ),
  { id: 'onboarded', type: 'update_user', set: { stage: 'onboarded' }, next: 'done' },
  { id: 'done', type: 'end' },
];

/** Branches on what people did, and asks which of two letters does better. */
export const ONBOARDING = {
  name: 'Onboarding',
  settings: { ...RULES, goal: { event: 'subscribed', within: days(30) } },
  steps: STEPS,
};

/** The same with another subject: a draft that is not published yet. */
export const ONBOARDING_DRAFT = {
  ...ONBOARDING,
  steps: [welcome('Good to have you, {{ user.name | default: "there" }}'), ...STEPS.slice(1)],
};

export const TRIAL_ENDING = {
  name: 'Trial ending',
  settings: { ...RULES, goal: { event: 'subscribed' } },
  steps: [
    email(
      'three-days-left',
      'Your trial ends in three days',
      letter('Three days left', paragraph(text('choose a plan and everything stays as it is.'))),
    ),
    { id: 'two-days', type: 'wait', delay: days(2) },
    email(
      'last-day',
      'Your trial ends tomorrow',
      letter('One day left', paragraph(text('shall we extend it? Answer this email.'))),
    ),
  ],
};

export const BROADCAST_EMAIL = {
  subject: 'What is new in October',
  format: 'branded',
  content: letter(
    'What is new in October',
    paragraph(text('projects have due dates now, and search finds files too.')),
    button('See it', 'https://example.com/news'),
  ),
};

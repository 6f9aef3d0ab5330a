/**
 * How a series is written, as short as an assistant needs it. docs/steps.md, docs/settings.md and
 * docs/filters.md say the same for people; a test has the server judge every example.
 */

export const STEP_TYPES = [
  'email',
  'wait',
  'wait_for_event',
  'condition',
  'split',
  'update_user',
  'webhook',
  'end',
] as const;

export const GUIDE_TOPICS = ['steps', 'email', 'settings', 'filters'] as const;

type Topic = (typeof GUIDE_TOPICS)[number];

/** A page of the guide: what holds, and examples that are right. */
export interface GuidePage {
  readonly rules: readonly string[];
  readonly examples: readonly object[];
}

const STEPS: GuidePage = {
  rules: [
    'Every step has id (letters, digits, - and _) and type. Steps follow each other in the order of the list.',
    'next names another step that follows; null is the end. Steps never lead back. Every step must be reached.',
    'delay is {amount, unit}; unit: minutes, hours, days, weeks, business_days.',
    'wait has delay, or until: {time: "HH:MM", weekday: [1 = Monday …]}, or until: {date: "{{ user.trial_ends_at }}", offset: {amount, unit}, time}.',
    'wait_for_event goes next when the event came in time, else on_timeout.',
    'condition goes yes or no by a filter over user, company, events, and {email: "<step id>", operator: "opened" | "clicked" | …}.',
    'split sends people down one of 2 to 20 branches by weight.',
  ],
  examples: [
    { id: 'welcome', type: 'email', subject: 'Welcome', html: '<p>Hello</p>', format: 'personal' },
    { id: 'two_days', type: 'wait', delay: { amount: 2, unit: 'business_days' } },
    { id: 'tuesday', type: 'wait', until: { time: '09:00', weekday: [2] } },
    {
      id: 'tried_it',
      type: 'wait_for_event',
      event_type: 'project_created',
      timeout: { amount: 3, unit: 'days' },
      next: 'is_pro',
      on_timeout: 'is_pro',
    },
    {
      id: 'is_pro',
      type: 'condition',
      filter: { field: 'user.plan', operator: 'equals', value: 'pro' },
      yes: 'mark',
      no: 'halves',
    },
    {
      id: 'halves',
      type: 'split',
      branches: [
        { weight: 50, next: 'mark' },
        { weight: 50, next: 'crm' },
      ],
    },
    { id: 'mark', type: 'update_user', set: { onboarded: true } },
    { id: 'crm', type: 'webhook', url: 'https://crm.example.com/hook', data: { from: 'series' } },
    { id: 'done', type: 'end' },
  ],
};

const EMAIL: GuidePage = {
  rules: [
    'An email has subject, and one body: html, mjml, content (rich text as JSON) or template_id (list_templates).',
    'format frames the body: plain, personal (greeting and name), branded (logo and colour). With a format, marketing mail gets its footer with the unsubscribe link; without one, put {{ unsubscribe_url }} into a link.',
    "Subject and body are Liquid: {{ user.name | default: 'there' }}, {{ traits.plan }}, {{ event.… }} of what brought the person in. Give a default wherever a value may be missing.",
    'purpose is marketing (default) or transactional: what is part of a service, and cannot be declined.',
    'list_id (list_lists) makes it mail of a list, which only its subscribers get.',
    'It leaves inside send_window; delay may be given instead of a wait before it.',
  ],
  examples: [
    {
      id: 'welcome',
      type: 'email',
      subject: "Welcome, {{ user.name | default: 'there' }}",
      preheader: 'Three things to try first',
      format: 'branded',
      html: '<p>Good to have you.</p><p><a href="https://app.example.com/start">Make your first project</a></p>',
    },
  ],
};

const SETTINGS: GuidePage = {
  rules: [
    'entry_trigger: api (default: only calls), user_created, event (with entry_event_name), manual (everybody in audience, once, on activation), segment_match (whoever comes to match audience). audience is a filter: who may enter.',
    'send_window {start, end} as HH:MM, in the zone of the person, else timezone. business_days_only skips weekends; holidays {country} its public holidays.',
    'goal ends the passage as a success: {event} or {filter}, with within {amount, unit}. exit is a list of {event}, {filter}, {on: "unsubscribe" | "hard_bounce" | "complaint"} or {enters: "<series id>"}.',
    'reenrollment {enabled, cooldown, max_runs}: whether somebody may enter again. Off by default.',
  ],
  examples: [
    {
      entry_trigger: 'user_created',
      audience: { field: 'user.email', operator: 'is_set' },
      send_window: { start: '09:00', end: '17:00' },
      business_days_only: true,
      goal: { event: 'subscribed', within: { amount: 30, unit: 'days' } },
      exit: [{ on: 'unsubscribe' }],
    },
  ],
};

const FILTERS: GuidePage = {
  rules: [
    'A filter is {and: […]}, {or: […]}, {not: …}, or one condition.',
    'On a field: user.email, user.name, user.signed_up_at, user.<trait>, company.<…>. Operators: equals, not_equals, contains, starts_with, one_of, greater_than, at_least, before, after, within_last {amount, unit}, more_than_ago, is_set, is_not_set.',
    'On events: {event, operator: at_least | at_most | exactly | never, count, within}.',
    'On lists: {list: "<list id>", operator: subscribed | not_subscribed | unsubscribed}.',
    'A missing value matches nothing but is_not_set.',
  ],
  examples: [
    {
      and: [
        { field: 'user.plan', operator: 'one_of', value: ['pro', 'team'] },
        {
          field: 'user.signed_up_at',
          operator: 'within_last',
          value: { amount: 14, unit: 'days' },
        },
        { not: { event: 'project_created', operator: 'at_least', count: 1 } },
      ],
    },
  ],
};

export const GUIDE: Readonly<Record<Topic, GuidePage>> = {
  steps: STEPS,
  email: EMAIL,
  settings: SETTINGS,
  filters: FILTERS,
};

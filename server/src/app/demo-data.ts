import type { UserPatch } from '../audience/index.ts';

const html = (title: string, ...paragraphs: string[]): string =>
  [
    '<!doctype html><html lang="en"><body style="margin:0;background:#f4f4f2;font:16px/1.5 Georgia,serif;color:#222">',
    '<div style="max-width:560px;margin:0 auto;padding:40px 28px;background:#fff">',
    `<h1 style="font-size:22px;font-weight:600;margin:0 0 20px">${title}</h1>`,
    ...paragraphs.map((text) => `<p style="margin:0 0 16px">${text}</p>`),
    '<p style="margin:28px 0 0;color:#777;font-size:13px">{{ workspace.name }} · Tidewater Street 4, 20457 Hamburg</p>',
    '</div></body></html>',
  ].join('');

/** Four emails with waits in hours, days and business days, inside office hours. */
export const DEMO_SERIES = {
  name: 'Welcome',
  settings: {
    entry_trigger: 'api',
    timezone: 'Europe/Berlin',
    use_user_timezone: true,
    send_window: { start: '09:00', end: '17:00' },
    business_days_only: true,
    business_days: [1, 2, 3, 4, 5],
    holidays: { country: 'DE', region: 'HH' },
    reenrollment: { enabled: false, cooldown: null, max_runs: null },
  },
  steps: [
    {
      id: 'welcome',
      type: 'email',
      subject: "Welcome aboard, {{ user.name | default: 'there' }}",
      html: html(
        "Good to have you, {{ user.name | default: 'there' }}",
        'Your account is ready. The first thing most teams do is bring in their data: it takes about five minutes.',
        '<a href="https://example.com/import">Import your data</a>',
      ),
    },
    { id: 'settle', type: 'wait', delay: { amount: 4, unit: 'hours' } },
    {
      id: 'first-project',
      type: 'email',
      subject: 'Your first project, step by step',
      html: html(
        'Start small',
        "A project holds a goal, a date and the people who work on it. Here is how {{ traits.company | default: 'a team like yours' }} could set up the first one.",
        '<a href="https://example.com/projects/new">Create a project</a>',
      ),
    },
    { id: 'look-around', type: 'wait', delay: { amount: 2, unit: 'days' } },
    {
      id: 'three-tips',
      type: 'email',
      subject: 'Three tips from people who use it every day',
      html: html(
        'Three tips',
        'Press <b>/</b> to search. Drop a file anywhere to attach it. Mention somebody with <b>@</b> and they are told.',
        'Each takes ten seconds to try.',
      ),
    },
    { id: 'work-a-while', type: 'wait', delay: { amount: 3, unit: 'business_days' } },
    {
      id: 'how-is-it-going',
      type: 'email',
      subject: 'How is it going, {{ user.name | default: "there" }}?',
      html: html(
        'A week in',
        'You have been with us for about a week. What is missing? Answer this email: a person reads it.',
        "You are on the {{ traits.plan | default: 'free' }} plan; nothing changes until you say so.",
      ),
    },
  ],
};

/** Name, zone, company and plan. Twelve zones, among them halves and quarters of an hour. */
const PEOPLE: readonly (readonly [string, string, string, string])[] = [
  ['Amara Okafor', 'Africa/Lagos', 'Lagos Freight', 'team'],
  ['Ben Whitaker', 'America/New_York', 'Hudson Dental', 'free'],
  ['Chiara Conti', 'Europe/Berlin', 'Studio Conti', 'team'],
  ['Daniel Reyes', 'America/Los_Angeles', 'Reyes Surfboards', 'free'],
  ['Elif Demir', 'Europe/Istanbul', 'Demir Lojistik', 'business'],
  ['Farid Rahimi', 'Asia/Tehran', 'Rahimi Textiles', 'free'],
  ['Grace Liu', 'Asia/Singapore', 'Lion City Labs', 'business'],
  ['Hiroshi Tanaka', 'Asia/Tokyo', 'Tanaka Ceramics', 'team'],
  ['Isabel Santos', 'America/Sao_Paulo', 'Padaria Santos', 'free'],
  ['Jonas Lindqvist', 'Europe/Berlin', 'Nordlicht Architekten', 'team'],
  ['Kavya Iyer', 'Asia/Kolkata', 'Iyer Analytics', 'business'],
  ['Liam Murphy', 'Europe/Berlin', 'Murphy & Sohn', 'free'],
  ['Maya Gurung', 'Asia/Kathmandu', 'Gurung Trekking', 'free'],
  ['Nora Hansen', 'Europe/Berlin', 'Fjord Media', 'team'],
  ['Oliver Brown', 'Australia/Sydney', 'Brown Orchards', 'team'],
  ['Priya Nair', 'Asia/Kolkata', 'Nair Pharma', 'free'],
  ['Quentin Dubois', 'Europe/Berlin', 'Dubois Optique', 'business'],
  ['Rosa Alvarez', 'America/New_York', 'Alvarez Catering', 'free'],
  ['Samir Haddad', 'Africa/Lagos', 'Haddad Solar', 'team'],
  ['Tomoko Sato', 'Asia/Tokyo', 'Sato Stationery', 'free'],
  ['Uma Patel', 'America/Los_Angeles', 'Patel Robotics', 'business'],
  ['Victor Chen', 'Asia/Singapore', 'Chen Marine', 'team'],
  ['Wanjiru Kamau', 'Africa/Lagos', 'Kamau Coffee', 'free'],
  ['Xavier Costa', 'America/Sao_Paulo', 'Costa Surf School', 'team'],
  ['Zoe Parker', 'Australia/Sydney', 'Parker Vets', 'free'],
];

const DAY_MS = 86_400_000;

/** The demo's users, signed up over the last weeks. */
export function demoUsers(now: Date): { externalId: string; patch: UserPatch }[] {
  return PEOPLE.map(([name, timezone, company, plan], index) => {
    const [first = ''] = name.toLowerCase().split(' ');
    const signedUpAt = new Date(now.getTime() - index * DAY_MS);
    return {
      externalId: `user_${String(index + 1).padStart(3, '0')}`,
      patch: {
        own: {
          name,
          timezone,
          email: `${first}@example.com`,
          locale: 'en',
          signed_up_at: signedUpAt.toISOString(),
        },
        traits: { company, plan },
        context: {},
      },
    };
  });
}

/** What a change may be about: what lists and pages name in their paths. */
const TOPICS = [
  'audit',
  'broadcasts',
  'companies',
  'confirmations',
  'enrollments',
  'filters',
  'imports',
  'inboxes',
  'keys',
  'lists',
  'members',
  'messages',
  'senders',
  'sending',
  'series',
  'settings',
  'suppressions',
  'templates',
  'test_clock',
  'transports',
  'users',
  'webhooks',
] as const;

export type Topic = (typeof TOPICS)[number];

/**
 * What is told when a table was written, of whichever side: at most every ten seconds where people's
 * rows are, for everything that the prints of a side do not show.
 */
export const TABLES: Readonly<Record<string, { readonly topic: Topic; readonly isHot: boolean }>> =
  {
    api_keys: { topic: 'keys', isHot: false },
    audit_entries: { topic: 'audit', isHot: true },
    companies: { topic: 'companies', isHot: true },
    confirmations: { topic: 'confirmations', isHot: false },
    enrollments: { topic: 'enrollments', isHot: true },
    identity_secrets: { topic: 'keys', isHot: false },
    imports: { topic: 'imports', isHot: false },
    inboxes: { topic: 'inboxes', isHot: false },
    invitations: { topic: 'members', isHot: false },
    lists: { topic: 'lists', isHot: false },
    memberships: { topic: 'members', isHot: false },
    message_events: { topic: 'messages', isHot: true },
    messages: { topic: 'messages', isHot: true },
    preferences: { topic: 'lists', isHot: true },
    recipients: { topic: 'enrollments', isHot: true },
    saved_filters: { topic: 'filters', isHot: false },
    sender_domains: { topic: 'senders', isHot: false },
    senders: { topic: 'senders', isHot: false },
    suppressions: { topic: 'suppressions', isHot: true },
    templates: { topic: 'templates', isHot: false },
    transports: { topic: 'transports', isHot: true },
    users: { topic: 'users', isHot: true },
    webhook_deliveries: { topic: 'webhooks', isHot: false },
    webhooks: { topic: 'webhooks', isHot: false },
  };

/** By the first word of a path, where it is not the topic itself. */
const OF_PATHS: Readonly<Record<string, readonly Topic[]>> = {
  messages: ['messages', 'enrollments'],
  users: ['users', 'enrollments'],
  test_clock: ['test_clock', 'messages', 'enrollments', 'series', 'broadcasts'],
  sender_domains: ['senders'],
  preferences: ['lists', 'users'],
  workspaces: ['settings', 'members'],
  webhook_secret: ['settings'],
};

/** What a call that changed something was about. Each leaves its trace in the audit log. */
export function topicsOfPath(path: string): readonly Topic[] {
  const [, , , noun = '', , verb = ''] = path.split(/[/?]/);
  const named = OF_PATHS[noun] ?? TOPICS.filter((topic) => topic === noun);
  const isAboutPeople = noun === 'series' && ['enroll', 'remove', 'publish'].includes(verb);
  return [...named, ...(isAboutPeople ? (['enrollments'] as const) : []), 'audit'];
}

export const isTopic = (word: string): word is Topic => TOPICS.some((topic) => topic === word);

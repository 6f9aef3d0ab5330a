/** What the event stream says has changed. */
export type Topic = string;

/** By the first word of an operation's path: the topics that its answer depends on. */
const TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  series: ['series', 'enrollments', 'messages', 'sending'],
  broadcasts: ['broadcasts', 'messages', 'sending'],
  messages: ['messages'],
  users: ['users', 'enrollments', 'messages', 'lists', 'suppressions'],
  companies: ['companies', 'users'],
  events: ['users'],
  filters: ['filters'],
  lists: ['lists', 'users'],
  suppressions: ['suppressions'],
  templates: ['templates', 'series', 'broadcasts'],
  reports: ['messages', 'enrollments', 'test_clock'],
  upcoming: ['enrollments', 'series', 'broadcasts', 'test_clock', 'sending'],
  overview: [
    'series',
    'enrollments',
    'broadcasts',
    'messages',
    'users',
    'sending',
    'settings',
    'test_clock',
    'transports',
    'senders',
  ],
  test_clock: ['test_clock', 'enrollments'],
  sending: ['sending', 'messages'],
  confirmations: ['confirmations'],
  keys: ['keys'],
  members: ['members'],
  invitations: ['members'],
  senders: ['senders'],
  sender_domains: ['senders'],
  transports: ['transports', 'sending'],
  imports: ['imports'],
  inboxes: ['inboxes'],
  webhooks: ['webhooks'],
  audit: ['audit'],
  // The same for as long as the server runs.
  transport_kinds: [],
  event_types: [],
  timezones: [],
  countries: [],
  holidays: [],
};
const OTHERS: readonly Topic[] = ['settings'];

/** Whether the answer of an operation (`GET /users/{user_id}`) may have changed with these topics. */
export function dependsOn(operation: string, topics: ReadonlySet<Topic>): boolean {
  const word = /^\w+ \/(\w+)/.exec(operation)?.[1] ?? '';
  return (TOPICS[word] ?? OTHERS).some((topic) => topics.has(topic));
}

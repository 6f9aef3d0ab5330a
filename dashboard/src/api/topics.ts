/** What the event stream says has changed. */
export type Topic = string;

/** By the first word of an operation's path: the topics that its answer depends on. */
const TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  series: ['series', 'enrollments', 'messages'],
  broadcasts: ['broadcasts', 'messages'],
  messages: ['messages'],
  users: ['users', 'enrollments', 'messages'],
  companies: ['users'],
  events: ['users'],
  lists: ['users', 'settings'],
  suppressions: ['users'],
  reports: ['messages', 'enrollments'],
  upcoming: ['enrollments', 'series'],
  overview: ['series', 'enrollments', 'broadcasts', 'messages', 'users', 'sending', 'settings'],
  test_clock: ['test_clock', 'enrollments'],
  sending: ['sending', 'messages'],
};
const OTHERS: readonly Topic[] = ['settings'];

/** Whether the answer of an operation (`GET /users/{user_id}`) may have changed with these topics. */
export function dependsOn(operation: string, topics: ReadonlySet<Topic>): boolean {
  const word = /^\w+ \/(\w+)/.exec(operation)?.[1] ?? '';
  return (TOPICS[word] ?? OTHERS).some((topic) => topics.has(topic));
}

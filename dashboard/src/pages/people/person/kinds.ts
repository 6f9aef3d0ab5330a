/** The kinds of a timeline, as people tell them apart. */
export const KIND_CHOICES = [
  { name: 'events', label: 'Events', kinds: ['event'] },
  { name: 'series', label: 'Series', kinds: ['entered', 'ended'] },
  { name: 'steps', label: 'Steps', kinds: ['step'] },
  { name: 'messages', label: 'Messages', kinds: ['message'] },
  { name: 'consent', label: 'Consent', kinds: ['consent', 'suppression'] },
] as const;

/** The kinds to ask for; null for all. */
export function kindsOf(only: string): readonly string[] | null {
  const names = only.split(',');
  const kinds = KIND_CHOICES.filter(({ name }) => names.includes(name)).flatMap((one) => one.kinds);
  return kinds.length === 0 ? null : kinds;
}

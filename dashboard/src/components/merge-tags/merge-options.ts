import { useAsk } from '../../api/ask.ts';

/** A value that an email may merge. */
export interface MergeOption {
  readonly name: string;
  readonly group: string;
  /** What somebody has there, or what it is. */
  readonly example: string | null;
}

const fixed = (group: string, entries: readonly (readonly [string, string])[]): MergeOption[] =>
  entries.map(([name, example]) => ({ name, group, example }));

const FIXED: readonly MergeOption[] = [
  ...fixed('Links', [
    ['unsubscribe_url', 'stops this kind of mail'],
    ['preferences_url', 'what the person wants to get'],
  ]),
  ...fixed('Sender', [
    ['sender.name', 'who the email is from'],
    ['sender.address', 'their address'],
  ]),
  ...fixed('Workspace', [
    ['workspace.name', 'your name'],
    ['workspace.postal_address', 'as the settings have it'],
    ['workspace.website_url', 'as the settings have it'],
  ]),
];

/** Everything that can be merged here: what people and events have, and what is always there. */
export function useMergeOptions(enabled: boolean) {
  const { data, isPending, error } = useAsk('GET /users/properties', {}, { enabled });
  const known = (group: string, properties: readonly Told[]): MergeOption[] =>
    properties.flatMap(({ merge_tag: name, example }) =>
      name === null ? [] : [{ name, group, example }],
    );
  const events = (data?.events ?? []).flatMap(({ event_type: type, metadata }) =>
    known(`Event ${type}`, metadata),
  );
  const options = [
    ...known('Person', data?.user ?? []),
    ...known('Company', data?.company ?? []),
    ...events,
    ...FIXED,
  ];
  return { options, isPending, error };
}

interface Told {
  readonly merge_tag: string | null;
  readonly example: string | null;
}

/** Options whose name, group or example holds every word; one that begins with the text comes first. */
export function optionsFor(options: readonly MergeOption[], text: string): MergeOption[] {
  const words = text
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean);
  const found = options.filter(({ name, group, example }) => {
    const all = `${name} ${group} ${example ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const begins = ({ name }: MergeOption): number =>
    name.split('.').some((part) => part.toLowerCase().startsWith(words[0] ?? '')) ? 0 : 1;
  return words.length === 0 ? found : found.toSorted((one, other) => begins(one) - begins(other));
}

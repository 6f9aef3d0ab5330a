/** A filter as it travels: what is not known here is shown and kept as it is. */
export type FilterJson = Readonly<Record<string, unknown>>;

/** Over whom or what a filter asks. `step` also knows the enrollment: its emails and properties. */
export type FilterKind = 'user' | 'step' | 'event' | 'company';

/** What is wrong with a part of a filter, by the path of the part: `and/0/value`. */
export interface FilterFault {
  readonly path: string;
  readonly message: string;
}

const JOINERS = ['and', 'or'] as const;
export type Joiner = (typeof JOINERS)[number];

/** How the parts of a group go together. */
export type GroupMode = 'and' | 'or' | 'not and' | 'not or';

/** Several parts, with the path of each below that of the group. */
interface Group {
  readonly joiner: Joiner;
  readonly parts: readonly FilterJson[];
}

export const recordOf = (value: unknown): FilterJson =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as FilterJson) : {};

/** What is typed into a field; an empty one has no value yet, which the server tells of. */
export const textOrNothing = (text: string): string | undefined => (text === '' ? undefined : text);

/** The parts of an `and` or `or`; null for everything else. */
export function groupOf(filter: FilterJson): Group | null {
  const joiner = JOINERS.find((key) => Array.isArray(filter[key]));
  if (joiner === undefined) return null;
  return { joiner, parts: (filter[joiner] as unknown[]).map(recordOf) };
}

/** What a `not` negates; null for everything else. */
export const negatedOf = (filter: FilterJson): FilterJson | null =>
  Object.hasOwn(filter, 'not') ? recordOf(filter['not']) : null;

/** `below('and', 0)` is `and/0`. */
export const below = (path: string, key: string | number): string =>
  path === '' ? String(key) : `${path}/${key}`;

/** The faults of a part and of what is in it. */
export const faultsAt = (faults: readonly FilterFault[], path: string): readonly FilterFault[] =>
  path === ''
    ? faults
    : faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}/`));

/** A group with its mode: negation and joiner in one. */
export function grouped(mode: GroupMode, parts: readonly FilterJson[]): FilterJson {
  const joiner: Joiner = mode.endsWith('or') ? 'or' : 'and';
  const group = { [joiner]: parts };
  return mode.startsWith('not') ? { not: group } : group;
}

/**
 * What the outermost group of a builder shows: the parts of the filter, if it is a group, else the
 * filter itself as the only part of a group that is not written down.
 */
export function rootOf(filter: FilterJson | null): {
  readonly mode: GroupMode;
  readonly parts: readonly FilterJson[];
  /** The path of the parts. */
  readonly path: string | null;
} {
  if (filter === null) return { mode: 'and', parts: [], path: null };
  const inner = negatedOf(filter);
  const group = groupOf(inner ?? filter);
  if (group === null) return { mode: 'and', parts: [filter], path: null };
  const mode: GroupMode = inner === null ? group.joiner : `not ${group.joiner}`;
  return { mode, parts: group.parts, path: inner === null ? group.joiner : `not/${group.joiner}` };
}

/**
 * The filter of an outermost group: nothing for no parts, and a single part stands alone unless its
 * group was written down.
 */
export function filterOfRoot(
  mode: GroupMode,
  parts: readonly FilterJson[],
  { wasWritten }: { wasWritten: boolean },
): FilterJson | null {
  const [only] = parts;
  if (only === undefined) return null;
  if (parts.length === 1 && mode === 'and' && !wasWritten) return only;
  return grouped(mode, parts);
}

/** Every condition of a filter, without the groups, each with its path. */
export function conditionsOf(
  filter: FilterJson,
  path = '',
): { readonly path: string; readonly condition: FilterJson }[] {
  const negated = negatedOf(filter);
  if (negated !== null) return conditionsOf(negated, below(path, 'not'));
  const group = groupOf(filter);
  if (group === null) return [{ path, condition: filter }];
  const place = below(path, group.joiner);
  return group.parts.flatMap((part, index) => conditionsOf(part, below(place, index)));
}

/** What was, what is, and what was undone. */
export interface History<T> {
  readonly past: readonly Moment<T>[];
  readonly present: T;
  readonly future: readonly Moment<T>[];
}

interface Moment<T> {
  readonly value: T;
  /** What was changed from this value on, or up to it: "Delete Wait". */
  readonly label: string;
  /** Changes with the same key that follow each other are undone as one: the letters of a word. */
  readonly key: string | null;
}

/** More than anybody takes back by hand. */
const PAST_MAX = 200;

export const historyOf = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** Goes on from the present; what was undone is gone. The same value changes nothing. */
export function changed<T>(
  history: History<T>,
  present: T,
  { label, key = null }: { readonly label: string; readonly key?: string | null },
): History<T> {
  if (present === history.present) return history;
  const last = history.past.at(-1);
  const goesOn = key !== null && last?.key === key && history.future.length === 0;
  if (goesOn) return { ...history, present };
  const past = [...history.past, { value: history.present, label, key }].slice(-PAST_MAX);
  return { past, present, future: [] };
}

export function undone<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const last = past.at(-1);
  if (last === undefined) return history;
  const { value, label } = last;
  const ahead = [{ value: present, label, key: null }, ...future];
  return { past: past.slice(0, -1), present: value, future: ahead };
}

export function redone<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  const [next, ...rest] = future;
  if (next === undefined) return history;
  const { value, label } = next;
  return { past: [...past, { value: present, label, key: null }], present: value, future: rest };
}

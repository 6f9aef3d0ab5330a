/** `Name: value` lines, as in reports and headers: names in lower case. */
export type Fields = ReadonlyMap<string, string>;

const LINES_MAX = 2_000;
const GROUPS_MAX = 50;
const VALUE_LENGTH_MAX = 4_000;
const NAME = /^([\w-]{1,60})[ \t]{0,4}:/;

/**
 * Reads groups of fields with blank lines between them. Folded lines are put together; a line that
 * is no field is left out. The first field of a name holds within its group, except that a second
 * one of `opening` begins a new group: some servers leave the blank line out.
 *
 * Source: RFC 3464 section 2.1.1, RFC 5965 section 3.1
 */
export function fieldGroupsOf(text: string, opening = 'final-recipient'): Fields[] {
  const groups: Map<string, string>[] = [];
  let group = new Map<string, string>();
  let name: string | null = null;
  const close = (): void => {
    if (group.size > 0 && groups.length < GROUPS_MAX) groups.push(group);
    group = new Map();
    name = null;
  };
  for (const line of text.split(/\r?\n/, LINES_MAX)) {
    if (line.trim() === '') {
      close();
      continue;
    }
    if (/^[ \t]/.test(line)) {
      if (name !== null) group.set(name, joined(group.get(name) ?? '', line));
      continue;
    }
    const found = NAME.exec(line);
    name = found?.[1]?.toLowerCase() ?? null;
    if (found === null || name === null) continue;
    if (name === opening && group.has(name)) {
      const again: string = name;
      close();
      name = again;
    }
    if (group.has(name)) name = null;
    else group.set(name, line.slice(found[0].length).trim().slice(0, VALUE_LENGTH_MAX));
  }
  close();
  return groups;
}

const joined = (value: string, line: string): string =>
  value.length >= VALUE_LENGTH_MAX ? value : `${value} ${line.trim()}`.trim();

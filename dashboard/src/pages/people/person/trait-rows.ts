/** What a trait is, as the editor tells types apart. */
export const TRAIT_TYPES = ['text', 'number', 'yes or no', 'date', 'JSON'] as const;
export type TraitType = (typeof TRAIT_TYPES)[number];

/** One trait while it is edited: its value as it is typed. */
export interface TraitRow {
  readonly name: string;
  readonly type: TraitType;
  readonly text: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

export function rowOf(name: string, value: unknown): TraitRow {
  if (typeof value === 'number') return { name, type: 'number', text: String(value) };
  if (typeof value === 'boolean') return { name, type: 'yes or no', text: value ? 'yes' : 'no' };
  if (typeof value === 'string')
    return { name, type: DAY.test(value) ? 'date' : 'text', text: value };
  return { name, type: 'JSON', text: JSON.stringify(value) };
}

/** What a row says, or why it says nothing. */
export function valueOf({ type, text }: TraitRow): { value: unknown } | { fault: string } {
  switch (type) {
    case 'number': {
      const value = Number(text);
      return text.trim() !== '' && Number.isFinite(value) ? { value } : { fault: 'Not a number' };
    }
    case 'yes or no':
      return { value: text === 'yes' };
    case 'date':
      return DAY.test(text) ? { value: text } : { fault: 'Not a date like 2026-05-01' };
    case 'JSON':
      return jsonOf(text);
    default:
      return { value: text };
  }
}

function jsonOf(text: string): { value: unknown } | { fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'Not JSON' };
  }
}

/**
 * What must be written so that somebody has these traits: those that changed, and null for those that
 * are gone. Null where a row says nothing.
 */
export function changesOf(
  before: Readonly<Record<string, unknown>>,
  rows: readonly TraitRow[],
): Readonly<Record<string, unknown>> | null {
  const changes: Record<string, unknown> = {};
  const kept = new Set<string>();
  for (const row of rows) {
    const name = row.name.trim();
    const read = valueOf(row);
    if ('fault' in read || name === '' || kept.has(name)) return null;
    kept.add(name);
    const isSame =
      Object.hasOwn(before, name) && JSON.stringify(before[name]) === JSON.stringify(read.value);
    if (!isSame) changes[name] = read.value;
  }
  for (const name of Object.keys(before)) if (!kept.has(name)) changes[name] = null;
  return changes;
}

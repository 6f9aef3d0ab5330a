/** What is wrong with data from outside, in words to follow its name, and where: `steps/0/subject`. */
export interface DataFault {
  readonly path: string;
  readonly message: string;
}

/** A value and where it was found. */
interface Found {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Found | null;
}

const UNSTORABLE = 'must not contain NUL or unpaired surrogates';
const INFINITE = 'must not be a number that no JSON reader holds';

/**
 * Why JSON that came from outside cannot be kept as it is: it nests too deep, holds text that
 * PostgreSQL cannot store, or a number that JSON cannot write (`1e999` reads as infinite and would be
 * written as null).
 *
 * Goes level by level instead of calling itself: how deep it nests is the sender's choice.
 *
 * @returns the first fault, null when there is none
 */
export function faultOfData(
  root: unknown,
  { nestingMax }: { nestingMax: number },
): DataFault | null {
  let level: Found[] = [{ value: root, key: '', parent: null }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > nestingMax) {
      return { path: '', message: `must not nest deeper than ${nestingMax} levels` };
    }
    const below: Found[] = [];
    for (const found of level) {
      const message = faultOfValue(found.value);
      if (message !== null) return { path: pathOf(found), message };
      collect(found, below);
    }
    level = below;
  }
  return null;
}

/** Whether PostgreSQL can hold a text. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** The value itself, and the names of its members; not what is below them. */
function faultOfValue(value: unknown): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : UNSTORABLE;
  if (typeof value === 'number') return Number.isFinite(value) ? null : INFINITE;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.keys(value).every(isStorable) ? null : UNSTORABLE;
}

function collect(parent: Found, into: Found[]): void {
  const { value } = parent;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) into.push({ value: child, key, parent });
}

function pathOf(found: Found): string {
  const keys: string[] = [];
  for (let at: Found | null = found; at?.parent; at = at.parent) keys.push(at.key);
  return keys.toReversed().join('/');
}

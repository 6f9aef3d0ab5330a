/** What is wrong with data from outside, in words to follow its name, and where: `steps/0/subject`. */
export interface DataFault {
  readonly path: string;
  readonly message: string;
}

/** A list or an object, and where it was found. */
interface Container {
  readonly value: object;
  readonly key: string | number;
  readonly parent: Container | null;
}

const UNSTORABLE = 'must not contain NUL or unpaired surrogates';
const INFINITE = 'must not be a number that no JSON reader holds';

/**
 * Why JSON that came from outside cannot be kept as it is: it nests too deep, holds text that
 * PostgreSQL cannot store, or a number that JSON cannot write (`1e999` reads as infinite and would be
 * written as null).
 *
 * Goes level by level instead of calling itself: how deep it nests is the sender's choice. A megabyte
 * takes some 20 ms at worst.
 *
 * @returns the first fault, null when there is none
 */
export function faultOfData(
  root: unknown,
  { nestingMax }: { nestingMax: number },
): DataFault | null {
  const message = faultOfScalar(root);
  if (message !== null) return { path: '', message };
  let level: Container[] = isContainer(root) ? [{ value: root, key: '', parent: null }] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    const below: Container[] = [];
    for (const container of level) {
      const fault = faultWithin(container, below);
      if (fault !== null) return fault;
    }
    if (depth > nestingMax) {
      return { path: '', message: `must not nest deeper than ${nestingMax} levels` };
    }
    level = below;
  }
  return null;
}

/** Whether PostgreSQL can hold a text. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;

function faultOfScalar(value: unknown): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : UNSTORABLE;
  return typeof value !== 'number' || Number.isFinite(value) ? null : INFINITE;
}

/** Looks at the members of one container, and adds those that are containers to `below`. */
function faultWithin(parent: Container, below: Container[]): DataFault | null {
  const { value } = parent;
  const look = (key: string | number, child: unknown): DataFault | null => {
    const message = faultOfScalar(child);
    if (message !== null) return { path: pathOf({ value, key, parent }), message };
    if (isContainer(child)) below.push({ value: child, key, parent });
    return null;
  };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const fault = look(index, value[index]);
      if (fault !== null) return fault;
    }
    return null;
  }
  for (const [key, child] of Object.entries(value)) {
    if (!isStorable(key)) return { path: pathOf(parent), message: UNSTORABLE };
    const fault = look(key, child);
    if (fault !== null) return fault;
  }
  return null;
}

function pathOf(container: Container): string {
  const keys: (string | number)[] = [];
  for (let at: Container | null = container; at?.parent; at = at.parent) keys.push(at.key);
  return keys.toReversed().join('/');
}

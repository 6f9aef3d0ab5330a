import type { PathFault } from './load-email-files.ts';

/** As deep as the server takes it, and more. */
const DEPTH_MAX = 100;

/**
 * What JSON cannot say, by its path: the server would be told something else in its place, without a
 * word. What is undefined is left out, which is no fault.
 */
export function notPlain(value: unknown, path = '', depth = 0): PathFault[] {
  const fault = (message: string): PathFault[] => [{ path, message }];
  if (depth > DEPTH_MAX) return fault('is too deep, or holds itself');
  if (Array.isArray(value)) {
    return firstOf(value.map((one: unknown, index) => [String(index), one]));
  }
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? [] : fault(`is no number that can be sent: ${value}`);
    case 'string':
    case 'boolean':
    case 'undefined':
      return [];
    case 'object':
      if (value === null) return [];
      if (!isPlainObject(value))
        return fault('is no text, number, list or object: write it as text');
      return firstOf(Object.entries(value));
    default:
      return fault(`cannot be sent: it is a ${typeof value}`);
  }

  function firstOf(entries: readonly (readonly [string, unknown])[]): PathFault[] {
    const at = (name: string): string => (path === '' ? name : `${path}/${name}`);
    for (const [name, inner] of entries) {
      const faults = notPlain(inner, at(name), depth + 1);
      // One is enough: what holds itself has them without end.
      if (faults.length > 0) return faults;
    }
    return [];
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

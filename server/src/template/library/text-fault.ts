import { isStorable } from '../../platform/plain-data.ts';
import type { Fault } from '../../schedule/fault.ts';

/** Why `value` is not text of 1 to `lengthMax` characters; null when it is. */
export function textFault(value: unknown, path: string, lengthMax: number): Fault | null {
  if (typeof value !== 'string') return { path, message: 'must be a string' };
  if (value.trim() === '') return { path, message: 'must not be empty' };
  if (value.length > lengthMax) return { path, message: `must be at most ${lengthMax} characters` };
  if (isStorable(value)) return null;
  return { path, message: 'must not contain NUL or unpaired surrogates' };
}

import type { Fault } from '../../schedule/fault.ts';

/** The path of a member: `and/0`, or `settings/goal/and/0` below a path. */
export const below = (path: string, key: string | number): string =>
  path === '' ? String(key) : `${path}/${key}`;

/**
 * A fault for each member that a filter does not know. Elsewhere unknown members are ignored; here a
 * slip of the pen would widen an audience.
 */
export function faultsOfUnknown(
  json: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
): Fault[] {
  return Object.keys(json)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: below(path, key),
      message: `is not known here; known are ${known.join(', ')}`,
    }));
}

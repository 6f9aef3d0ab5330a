import { faultOfData } from '../../platform/plain-data.ts';
import type { Fault } from '../../schedule/fault.ts';
import { compileData } from '../../template/index.ts';

/** As deep as traits may nest. */
const NESTING_MAX = 32;

/**
 * Everything wrong with JSON whose texts are templates: what cannot be stored, too much of it, or
 * templates that do not parse.
 *
 * @param bytesMax as JSON, before anything is merged
 */
export function faultsOfTemplates(
  json: unknown,
  { path, bytesMax }: { path: string; bytesMax: number },
): Fault[] {
  const fault = faultOfData(json, { nestingMax: NESTING_MAX });
  if (fault !== null) return [{ path: below(path, fault.path), message: fault.message }];
  if (Buffer.byteLength(JSON.stringify(json)) > bytesMax) {
    return [{ path, message: `must be at most ${bytesMax} bytes as JSON` }];
  }
  return compileData(json).faults.map(({ path: inner, message }) => ({
    path: below(path, inner),
    message,
  }));
}

const below = (path: string, inner: string): string => (inner === '' ? path : `${path}/${inner}`);

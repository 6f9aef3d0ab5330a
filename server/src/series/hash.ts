import { hash } from 'node:crypto';

/** Six bytes: as many as a number holds exactly, and so evenly spread that no branch gains by it. */
const HEX_DIGITS = 12;

/**
 * Where between 0 and 1 a key falls: always the same place for the same key, evenly over all keys,
 * and for keys that are alike as far apart as for any others. The first six bytes of its SHA-256.
 *
 * @returns at least 0, less than 1
 */
export function shareOf(key: string): number {
  return Number.parseInt(hash('sha256', key).slice(0, HEX_DIGITS), 16) / 16 ** HEX_DIGITS;
}

import { readFileSync } from 'node:fs';

/**
 * The text of a file, without a byte order mark.
 *
 * @throws TypeError where it is not UTF-8: letters would be lost without a word
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TypeError('is not text in UTF-8: save it as UTF-8', { cause });
  }
}

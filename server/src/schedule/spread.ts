import type { Interval } from './send-window.ts';

/**
 * Where in the first minutes of a window one recipient's send falls, so that a window's opening is
 * no flood: evenly by a stable hash, always inside the window.
 *
 * @param key of the recipient row; the same key always gives the same place
 * @param spreadMs over how long; a shorter window bounds it
 * @returns milliseconds after the opening
 */
export function spreadOffset(key: string, window: Interval, spreadMs: number): number {
  const width = Math.min(spreadMs, window.closes - window.opens);
  return Math.floor((hashOf(key) / 2 ** 32) * width);
}

/**
 * 32 bits: FNV-1a, then MurmurHash3's finalizer, because keys that differ in the end only stay near
 * otherwise.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

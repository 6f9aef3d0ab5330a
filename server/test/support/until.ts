import { vi } from 'vitest';

/** Of a busy machine; on an idle one what is waited for takes milliseconds. */
const UNTIL_MS = 90_000;
const LOOK_MS = 20;

/** Runs a check again and again until it passes; fails with its last failure after a minute and a half. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: UNTIL_MS, interval: LOOK_MS });
}

import type { Entry } from './entry.ts';

/** Below the 65,536 that a browser takes along. */
const BYTES_MAX = 60_000;

/**
 * The first of the entries, as many as fit, as one text for `POST /api/sdk/beacon`; null for none.
 *
 * @param prepare makes an entry ready, or says that it cannot go. Nothing may then overtake it: an
 *   enroll may need the identify before it.
 */
export function beaconOf(
  entries: readonly Entry[],
  prepare: (entry: Entry) => boolean,
): { readonly text: string; readonly entries: readonly Entry[] } | null {
  const calls: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (!prepare(entry)) break;
    const { path, key, body } = entry;
    const call = JSON.stringify({ path, idempotency_key: key, body });
    bytes += new Blob([call]).size + 1;
    if (bytes > BYTES_MAX) break;
    calls.push(call);
  }
  if (calls.length === 0) return null;
  return { text: `{"calls":[${calls.join()}]}`, entries: entries.slice(0, calls.length) };
}

/** Hands a text to the browser, in a way that needs neither headers nor a preflight. */
export function sendBeacon(url: string, text: string): void {
  if (globalThis.navigator?.sendBeacon?.(url, text)) return;
  fetch(url, { method: 'POST', body: text, keepalive: true, mode: 'no-cors' }).catch(() => {});
}

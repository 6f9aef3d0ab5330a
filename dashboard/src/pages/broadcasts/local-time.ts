/** `2026-03-20T09:00`: what a clock in a zone shows at an instant, as a field of the browser takes it. */
export function localOf(instant: string, timeZone: string): string {
  // The Swedish way of writing a time is the ISO one.
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));
  return text.replace(' ', 'T');
}

/**
 * The instant at which a clock in a zone shows a time. In a gap the time moves forward by the length of
 * the gap; of a time that comes twice, the first is meant. The server's rules are the same.
 */
export function instantOf(local: string, timeZone: string): string {
  const wallMs = Date.parse(`${local}Z`);
  const offsetAt = (ms: number): number =>
    Date.parse(`${localOf(new Date(ms).toISOString(), timeZone)}Z`) -
    Math.floor(ms / 60_000) * 60_000;
  const before = offsetAt(wallMs - 86_400_000);
  const after = offsetAt(wallMs + 86_400_000);
  const candidates = [wallMs - before, wallMs - after].toSorted((a, b) => a - b);
  const exact = candidates.find((ms) => ms + offsetAt(ms) === wallMs);
  return new Date(exact ?? wallMs - before).toISOString();
}

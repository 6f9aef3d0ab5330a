/** Spans of time that a list may be narrowed to. */
export const SPANS = [
  { value: '', label: 'Any time', days: null },
  { value: '1', label: 'Last 24 hours', days: 1 },
  { value: '7', label: 'Last 7 days', days: 7 },
  { value: '30', label: 'Last 30 days', days: 30 },
] as const;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * The instant from which a span tells; undefined for any time. Cut to the hour, so that the same
 * question is not a new one every second.
 */
export function fromOf(span: string, now: Date): string | undefined {
  const days = SPANS.find(({ value }) => value === span)?.days ?? null;
  if (days === null) return undefined;
  const at = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - days * DAY_MS;
  return new Date(at).toISOString();
}

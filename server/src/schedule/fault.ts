/**
 * One thing wrong with what a caller sent, and where: `{ path: 'settings/send_window/end', message
 * }`.
 */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** `value` as a plain JSON object, or null. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Readonly<Record<string, unknown>>) : null;
}

/** Left out, or null: the default is meant. */
export const isAbsent = (value: unknown): value is null | undefined =>
  value === undefined || value === null;

/** `value` is a whole number from `min` to `max`. */
export function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

const QUOTE_LENGTH_MAX = 64;

/** What a caller sent, short enough to repeat in a message. */
export function quoted(text: string): string {
  const short = text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text;
  return `'${short.toWellFormed()}'`;
}

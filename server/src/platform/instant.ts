/** A date, or a date and a time with an offset or `Z`: without one it would mean another instant in each zone. */
const FORM = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/;

/**
 * The instant that an ISO 8601 text names, in whole milliseconds; a date alone means its midnight in
 * UTC. Null when it is no such text, or names a day that does not exist.
 *
 * Stricter than `Date`, which also reads what people write in letters, by the host's own time zone,
 * and takes 30 February for 2 March.
 */
export function instantFrom(text: string): Date | null {
  const [, year, month, day] = FORM.exec(text) ?? [];
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const at = new Date(text);
  return Number(day) <= lastDay && !Number.isNaN(at.getTime()) ? at : null;
}

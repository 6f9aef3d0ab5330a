/** Milliseconds, in the units a span is told in. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The zone of whoever reads the page. */
export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Making a formatter costs fifty times as much as using one. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function parts(instant: string, zone: string): Record<string, string> {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    });
    formatters.set(zone, formatter);
  }
  return Object.fromEntries(
    formatter.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]),
  );
}

/** `Thu 27 Mar 2025` */
export function dayOf(instant: string, zone: string): string {
  const { weekday, day, month, year } = parts(instant, zone);
  return `${weekday} ${day} ${month} ${year}`;
}

/** `09:00`, or `09:00:30` where the seconds are not zero. */
export function minuteOf(instant: string, zone: string): string {
  const { hour, minute, second } = parts(instant, zone);
  return second === '00' ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
}

/** `09:00:00.000` */
export function millisecondOf(instant: string, zone: string): string {
  const { hour, minute, second, fractionalSecond } = parts(instant, zone);
  return `${hour}:${minute}:${second}.${fractionalSecond}`;
}

/** `27 Mar 09:00`; with the year when it is not the year of `reference`. */
export function briefOf(instant: string, zone: string, reference: string): string {
  const { day, month, year, hour, minute } = parts(instant, zone);
  const date = year === parts(reference, zone)['year'] ? '' : ` ${year}`;
  return `${day} ${month}${date} ${hour}:${minute}`;
}

/** How long from one instant to another, in two units: `3 d 2 h`, `18 h 5 min`, `now`. */
export function spanOf(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  if (ms <= 0) return 'now';
  const days = Math.floor(ms / DAY);
  const hours = Math.floor((ms % DAY) / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min` : `${Math.max(1, Math.round(ms / 1000))} s`;
}

/** Whether the runtime knows a zone of this name, in any letter case. */
export function isZone(name: string): boolean {
  // Offsets are accepted by Intl, but they are not zones.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

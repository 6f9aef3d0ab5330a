import { DAY_MS, dayOf, HOUR_MS } from './local-date.ts';

/** A stretch of time in which a zone keeps one offset. Epoch milliseconds, half-open. */
export interface ZoneSpan {
  readonly from: number;
  readonly until: number;
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

/**
 * Converts between instants (epoch milliseconds) and local times (see `local-date.ts`) of one zone.
 */
export interface ZoneClock {
  /** What the wall clock shows at an instant. */
  readonly localAt: (instant: number) => number;
  /**
   * When the wall clock shows a local time. One that a clock change skips moves forward by the
   * length of the gap; one that occurs twice means the first.
   *
   * Source: spec/scheduling.md, rule 2; Temporal's `compatible`.
   */
  readonly instantAt: (local: number) => number;
  /** How often the wall clock shows a local time. */
  readonly occurrenceOf: (local: number) => 'once' | 'skipped' | 'twice';
  /** Whether a clock change skips the whole date, as in Pacific/Apia on 2011-12-30. */
  readonly skipsDate: (day: number) => boolean;
}

/** No zone was ever further from UTC: Manila had −15:56 until 1844. */
const OFFSET_MAX_MS = 16 * HOUR_MS;
/** Spans remembered per zone: two a year for longer than anybody plans, and far from a leak. */
const SPANS_MAX = 256;

const clocks = new Map<string, ZoneClock>();

/**
 * The clock of a zone, kept for the life of the process: there are some 600 names.
 *
 * @param zone as `canonicalZone` gives it
 */
export function zoneClockOf(zone: string): ZoneClock {
  const kept = clocks.get(zone);
  if (kept !== undefined) return kept;
  const clock = createZoneClock(rememberSpans((instant) => readSpan(zone, instant)));
  clocks.set(zone, clock);
  return clock;
}

/** A clock over any source of spans; between two clock changes its arithmetic is plain addition. */
export function createZoneClock(spanAt: (instant: number) => ZoneSpan): ZoneClock {
  const localAt = (instant: number): number => instant + spanAt(instant).offsetMs;

  const resolve = (local: number): { instant: number; span: ZoneSpan; isSkipped: boolean } => {
    let span = spanAt(local - OFFSET_MAX_MS);
    for (;;) {
      const instant = local - span.offsetMs;
      if (instant < span.until) return { instant, span, isSkipped: false };
      const next = spanAt(span.until);
      if (next.from !== span.until) throw new Error(`zone spans do not meet at ${span.until}`);
      if (local - next.offsetMs < next.from) return { instant, span, isSkipped: true };
      span = next;
    }
  };

  const instantAt = (local: number): number => {
    const span = spanAt(local - OFFSET_MAX_MS);
    const isFarFromChange = local + OFFSET_MAX_MS < span.until;
    return isFarFromChange ? local - span.offsetMs : resolve(local).instant;
  };

  const occurrenceOf = (local: number): 'once' | 'skipped' | 'twice' => {
    const { span, isSkipped } = resolve(local);
    if (isSkipped) return 'skipped';
    if (span.until > local + OFFSET_MAX_MS) return 'once';
    return local - spanAt(span.until).offsetMs >= span.until ? 'twice' : 'once';
  };

  const skipsDate = (day: number): boolean => dayOf(localAt(instantAt(day * DAY_MS))) !== day;

  return { localAt, instantAt, occurrenceOf, skipsDate };
}

/** Remembers spans in order of time, and forgets all of them when there are too many. */
function rememberSpans(read: (instant: number) => ZoneSpan): (instant: number) => ZoneSpan {
  let spans: ZoneSpan[] = [];
  let last: ZoneSpan | null = null;
  return (instant) => {
    if (last !== null && instant >= last.from && instant < last.until) return last;
    const index = countUpTo(spans, instant);
    const before = spans[index - 1];
    if (before !== undefined && instant < before.until) {
      last = before;
      return before;
    }
    last = read(instant);
    if (spans.length >= SPANS_MAX) spans = [last];
    else spans.splice(index, 0, last);
    return last;
  };
}

/** How many of the sorted spans begin at or before `instant`. */
function countUpTo(spans: readonly ZoneSpan[], instant: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle];
    if (span !== undefined && span.from <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The span around an instant from the runtime's zone data; some microseconds, so it is remembered.
 */
function readSpan(zone: string, instant: number): ZoneSpan {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  // The previous change is looked for strictly before, and this instant may be the change itself.
  const previous = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const next = at.getTimeZoneTransition('next');
  return {
    from: previous?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: at.offsetNanoseconds / 1_000_000,
  };
}

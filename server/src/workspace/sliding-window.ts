/** The calls of one key in one stretch of time, which is as long as the window is wide. */
export interface Span {
  readonly startMs: number;
  /** Calls of this process that the database does not know yet. */
  unsent: number;
  /** Calls of this process that are on their way to the database. */
  sending: number;
  /** Calls of all processes that the database knows. */
  shared: number;
  /** Calls of this process, wherever they are. */
  own: number;
  /** When the first and the last of `own` were made. */
  firstMs: number;
  lastMs: number;
}

/** What is remembered of one key: the stretch that is running, and the one before it. */
export interface SlidingWindow {
  readonly widthMs: number;
  current: Span;
  previous: Span;
}

/** Sums of fractions differ from whole numbers by about this much. */
const ROUNDING = 1e-9;

/**
 * A window in which nothing was counted yet. Stretches begin at multiples of the width, the same on
 * all machines.
 */
export function newWindow(widthMs: number, nowMs: number): SlidingWindow {
  const startMs = Math.floor(nowMs / widthMs) * widthMs;
  return { widthMs, current: newSpan(startMs), previous: newSpan(startMs - widthMs) };
}

function newSpan(startMs: number): Span {
  return { startMs, unsent: 0, sending: 0, shared: 0, own: 0, firstMs: startMs, lastMs: startMs };
}

/**
 * Moves on to the stretch that `nowMs` is in.
 *
 * A clock that went back a little stays in the stretch it was in; one that was set back begins
 * anew.
 */
export function roll(window: SlidingWindow, nowMs: number): void {
  const { widthMs, current, previous } = window;
  if (nowMs >= previous.startMs && nowMs < current.startMs + widthMs) return;
  const next = newWindow(widthMs, nowMs);
  if (next.previous.startMs === current.startMs) next.previous = current;
  window.current = next.current;
  window.previous = next.previous;
}

/** Counts one call. The window must be rolled to `nowMs`. */
export function count({ current }: SlidingWindow, nowMs: number): void {
  if (current.own === 0) current.firstMs = nowMs;
  current.lastMs = Math.max(current.firstMs, nowMs);
  current.own += 1;
  current.unsent += 1;
}

/**
 * How long a call must wait to be within the limit: 0 when it is now, never more than the width.
 *
 * Counts the running stretch whole and of the one before it the share that is younger than the
 * width, as if its calls were spread evenly. So there is no instant at which a limit starts afresh
 * and twice as much gets through, and two numbers per key are enough. The window must be rolled.
 */
export function waitMs(window: SlidingWindow, limit: number, nowMs: number): number {
  const { widthMs, current, previous } = window;
  const room = limit - 1 - countOf(current);
  if (room >= 0) {
    const olderCount = countOf(previous);
    const isOver = olderCount * youngerShare(window, previous, nowMs - widthMs) > room + ROUNDING;
    if (!isOver) return 0;
    return clamp(whenShareIs(window, previous, room / olderCount) - nowMs, 1, widthMs);
  }
  // Room comes only once the running stretch is the older one and part of it has aged away.
  const share = (limit - 1) / countOf(current);
  return clamp(whenShareIs(window, current, share) - nowMs, 1, widthMs);
}

function countOf(span: Span): number {
  return span.unsent + span.sending + span.shared;
}

/** Which share of a span's calls was made after `sinceMs`. */
function youngerShare(window: SlidingWindow, span: Span, sinceMs: number): number {
  const [fromMs, toMs] = spreadOf(window, span);
  if (toMs <= sinceMs) return 0;
  return fromMs >= sinceMs ? 1 : (toMs - sinceMs) / (toMs - fromMs);
}

/** When only this share of a span's calls will be younger than the width. */
function whenShareIs(window: SlidingWindow, span: Span, share: number): number {
  const [fromMs, toMs] = spreadOf(window, span);
  return toMs + window.widthMs - share * (toMs - fromMs);
}

/** Between which instants a span's calls lie: known of our own, else anywhere in it. */
function spreadOf({ widthMs }: SlidingWindow, span: Span): [fromMs: number, toMs: number] {
  const isAllOurs = countOf(span) <= span.own;
  return isAllOurs ? [span.firstMs, span.lastMs] : [span.startMs, span.startMs + widthMs];
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

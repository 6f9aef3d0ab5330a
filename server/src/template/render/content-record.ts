import type { RenderedEmail } from '../email.ts';

/** What is remembered of how contents behaved. */
export interface ContentRecord {
  /** The result for a content that fails at once for now; null for one that is rendered. */
  readonly refusalOf: (key: string, nowMs: number) => RenderedEmail | null;
  /** Whether its emails are rendered one at a time, so that others do not wait behind a batch. */
  readonly isSlow: (key: string) => boolean;
  readonly ended: (key: string, email: RenderedEmail, tookMs: number, nowMs: number) => void;
  /** A thread was ended because of this content. */
  readonly killed: (key: string, email: RenderedEmail, nowMs: number) => void;
}

/** An email that fails after so much work has run into a limit. A typical one takes 0.2 ms. */
const LATE_MS = 250;
/** An average from which a content is slow. */
const SLOW_MS = 20;
/** How long a content that keeps failing is not tried. Short: the facts may have been the cause. */
const REFUSED_MS = 60_000;
/**
 * Strikes until then, and how many good emails make up for one: a few people with strange facts must
 * not stop an email that thousands get.
 */
const STRIKES_MAX = 2;
const GOOD_PER_STRIKE = 10;
/** Contents remembered, the latest used. */
const CONTENTS_MAX = 2_000;

interface Entry {
  strikes: number;
  good: number;
  averageMs: number;
  /** What the last strike ended as. */
  refusal: RenderedEmail | null;
  refusedUntilMs: number;
}

export function createContentRecord(): ContentRecord {
  const entries = new Map<string, Entry>();

  function entryOf(key: string): Entry {
    const entry = entries.get(key) ?? {
      strikes: 0,
      good: 0,
      averageMs: 0,
      refusal: null,
      refusedUntilMs: 0,
    };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > CONTENTS_MAX) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    }
    return entry;
  }

  function strike(entry: Entry, email: RenderedEmail, nowMs: number): void {
    entry.strikes += 1;
    entry.refusal = email;
    const isBad = entry.strikes >= STRIKES_MAX && entry.strikes * GOOD_PER_STRIKE > entry.good;
    if (isBad) entry.refusedUntilMs = nowMs + REFUSED_MS;
  }

  return {
    refusalOf: (key, nowMs) => {
      const entry = entries.get(key);
      return entry !== undefined && nowMs < entry.refusedUntilMs ? entry.refusal : null;
    },
    isSlow: (key) => {
      const entry = entries.get(key);
      return entry !== undefined && (entry.averageMs > SLOW_MS || isSuspect(entry));
    },
    ended: (key, email, tookMs, nowMs) => {
      const entry = entryOf(key);
      entry.averageMs += (tookMs - entry.averageMs) / 8;
      if (email.kind === 'failed' && tookMs > LATE_MS) strike(entry, email, nowMs);
      else entry.good += 1;
    },
    killed: (key, email, nowMs) => strike(entryOf(key), email, nowMs),
  };
}

const isSuspect = ({ strikes, good }: Entry): boolean => strikes * GOOD_PER_STRIKE > good;

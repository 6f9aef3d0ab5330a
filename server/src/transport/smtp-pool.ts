import type { SmtpSession } from './smtp-session.ts';
import type { Handover } from './transport.ts';

/** Lets a number of callers in at a time; the others wait in line. */
export interface Turnstile {
  /** Resolves when it is the caller's turn, with what ends it; null when `signal` came first. */
  enter(signal?: AbortSignal): Promise<(() => void) | null>;
  /** Resolves when nobody is inside or waiting. */
  empty(): Promise<void>;
}

export function turnstile(places: number): Turnstile {
  let insideCount = 0;
  const line = new Set<() => void>();
  let whenEmpty: (() => void)[] = [];
  const leave = (): void => {
    const [next] = line;
    if (next !== undefined) {
      line.delete(next);
      return next();
    }
    insideCount -= 1;
    if (insideCount > 0) return;
    for (const resolve of whenEmpty) resolve();
    whenEmpty = [];
  };
  const queue = (signal: AbortSignal | undefined): Promise<(() => void) | null> =>
    new Promise((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(leave);
      };
      const giveUp = (): void => {
        if (line.delete(enter)) resolve(null);
      };
      line.add(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  return {
    enter: (signal) => {
      if (signal?.aborted === true) return Promise.resolve(null);
      if (insideCount >= places) return queue(signal);
      insideCount += 1;
      return Promise.resolve(leave);
    },
    empty: () =>
      insideCount === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve)),
  };
}

/** Open sessions that wait for a message. One that the server ends, or that waits too long, is dropped. */
export interface IdleSessions {
  put(session: SmtpSession): void;
  /** The one used last; null when there is none. */
  take(): SmtpSession | null;
}

export function idleSessions(idleMs: number): IdleSessions {
  const sessions: SmtpSession[] = [];
  const timers = new WeakMap<SmtpSession, NodeJS.Timeout>();
  const drop = (session: SmtpSession): void => {
    const at = sessions.indexOf(session);
    if (at !== -1) sessions.splice(at, 1);
  };
  return {
    put: (session) => {
      const { wire } = session;
      if (wire.isLost) return;
      sessions.push(session);
      wire.onLost = () => drop(session);
      // A reply nobody asked for: a farewell, or a server out of step.
      wire.onUnasked = () => wire.lose('the server spoke out of turn');
      const expire = (): void => {
        if (sessions.includes(session)) wire.quit();
      };
      const timer = timers.get(session) ?? setTimeout(expire, idleMs).unref();
      timers.set(session, timer.refresh());
    },
    take: () => {
      const session = sessions.pop() ?? null;
      if (session === null) return null;
      session.wire.onLost = null;
      session.wire.onUnasked = null;
      return session;
    },
  };
}

type Deferred = Extract<Handover, { kind: 'deferred' }>;

/**
 * Keeps a server that cannot be reached, or refuses our password, from being asked again for every
 * message that is due: some lock an account after a few refused passwords.
 */
export interface ReopenPause {
  /** The last failure, while no connection is to be opened; else null. */
  current(): Deferred | null;
  failed(failure: Deferred): void;
  succeeded(): void;
}

const REOPEN_MS_MAX = 30_000;

export function reopenPause(firstMs: number): ReopenPause {
  let last: Deferred | null = null;
  let until = 0;
  let pauseMs = firstMs;
  return {
    current: () => {
      const retryAfterMs = Math.ceil(until - performance.now());
      return last === null || retryAfterMs <= 0 ? null : { ...last, retryAfterMs };
    },
    failed: (failure) => {
      // Attempts that were under way together count once.
      if (performance.now() < until) return;
      last = failure;
      until = performance.now() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, REOPEN_MS_MAX);
    },
    succeeded: () => {
      last = null;
      until = 0;
      pauseMs = firstMs;
    },
  };
}

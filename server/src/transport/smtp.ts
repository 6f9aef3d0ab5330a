import type { DkimKey } from './dkim.ts';
import { dkimSigner } from './dkim.ts';
import { exchange, type Exchange, type ExchangeTimeouts } from './smtp-exchange.ts';
import {
  openSession,
  type OpenedSession,
  type OpenTimeouts,
  type SmtpSession,
} from './smtp-session.ts';
import type { SmtpServer } from './smtp-url.ts';
import type { Handover, OutgoingMessage, Transport } from './transport.ts';

/** How long each phase may take, in milliseconds. */
export interface SmtpTimeouts extends OpenTimeouts, ExchangeTimeouts {
  /** An unused connection is ended after this long, before servers and NATs forget it. */
  readonly idleMs: number;
  /** After a connection could not be opened, none is tried for this long; doubled up to 30 s. */
  readonly reopenMs: number;
}

export interface SmtpOptions {
  readonly server: SmtpServer;
  /** Connections, each with one message at a time. */
  readonly connections?: number;
  /** Messages over one connection before it is renewed, so that load spreads over the hosts of a name. */
  readonly messagesPerConnection?: number;
  readonly dkim?: DkimKey | null;
  /** Certificates to trust instead of the well-known ones, PEM. */
  readonly ca?: string;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Relays commonly take 10 to 50 from one client. */
export const SMTP_CONNECTIONS_DEFAULT = 10;
const MESSAGES_PER_CONNECTION_DEFAULT = 1_000;
const REOPEN_MS_MAX = 30_000;

const TIMEOUTS: SmtpTimeouts = {
  connectMs: 30_000,
  openMs: 120_000,
  commandMs: 300_000,
  dataMs: 120_000,
  contentMs: 180_000,
  // RFC 5321 section 4.5.3.2.6: a server that is cut short here may deliver what we think it lost.
  endMs: 600_000,
  stopMs: 5_000,
  idleMs: 60_000,
  reopenMs: 1_000,
};

const CLOSED: Handover = { kind: 'deferred', answer: 'the transport is closed', phase: 'connect' };
const STOPPING: Handover = { kind: 'deferred', answer: 'the worker is stopping', phase: 'connect' };

/**
 * Hands messages over to an SMTP server, over a few connections that are kept open.
 *
 * One attempt per call: nothing is queued again once any of the content may have left. The one
 * exception is a connection that was kept open and turns out to be closed before the server has
 * answered anything about the message; then a new connection is used, once.
 */
export function createSmtpTransport(options: SmtpOptions): Transport {
  const { server, connections = SMTP_CONNECTIONS_DEFAULT, dkim, ca } = options;
  const { messagesPerConnection = MESSAGES_PER_CONNECTION_DEFAULT } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const sign = dkim ? dkimSigner(dkim) : null;
  const turns = turnstile(connections);
  const idle = idleSessions(timeouts.idleMs);
  const pause = reopenPause(timeouts.reopenMs);
  let isClosed = false;

  const open = (signal?: AbortSignal): Promise<OpenedSession> =>
    openSession(server, timeouts, { ca, signal });

  const handOver = async (
    session: SmtpSession,
    message: OutgoingMessage,
    signal: AbortSignal | undefined,
  ): Promise<Exchange> => {
    session.messageCount += 1;
    return exchange(session, message, { timeouts, signal });
  };

  /** Makes the session ready for another message, or ends it; meanwhile its place stays taken. */
  const settle = async (session: SmtpSession, { recover }: Exchange): Promise<void> => {
    if (!(await recover())) session.wire.lose('the session is spent');
    else if (isClosed || session.messageCount >= messagesPerConnection) session.wire.quit();
    else idle.put(session);
  };

  /** One message, with a place taken that `leave` gives back. */
  const sendInPlace = async (
    message: OutgoingMessage,
    signal: AbortSignal | undefined,
    leave: () => void,
  ): Promise<Handover> => {
    const kept = idle.take();
    if (kept !== null) {
      const first = await handOver(kept, message, signal);
      if (!first.isUntouched || signal?.aborted === true) {
        void settle(kept, first).finally(leave);
        return first.handover;
      }
      kept.wire.lose('the session is spent');
    }
    const paused = pause.current();
    if (isClosed || paused !== null) {
      leave();
      return paused ?? CLOSED;
    }
    const opened = await open(signal);
    if (opened.kind === 'failed') {
      leave();
      const { phase, answer } = opened;
      if (signal?.aborted !== true) pause.failed({ kind: 'deferred', phase, answer });
      return { kind: 'deferred', phase, answer };
    }
    pause.succeeded();
    const result = await handOver(opened.session, message, signal);
    void settle(opened.session, result).finally(leave);
    return result.handover;
  };

  const send = async (message: OutgoingMessage, signal?: AbortSignal): Promise<Handover> => {
    if (isClosed) return CLOSED;
    const signed = sign === null ? message : { ...message, raw: await sign(message.raw) };
    const leave = await turns.enter(signal);
    return leave === null ? STOPPING : sendInPlace(signed, signal, leave);
  };

  return {
    name: 'smtp',
    concurrency: connections,
    send,
    verify: async () => {
      const opened = await open();
      if (opened.kind === 'failed') return { ok: false, phase: opened.phase, answer: opened.answer };
      opened.session.wire.quit();
      return { ok: true, answer: opened.session.greeting };
    },
    close: async () => {
      isClosed = true;
      for (let session = idle.take(); session !== null; session = idle.take()) session.wire.quit();
      await turns.empty();
    },
  };
}

/** Lets `places` callers in at a time and the others wait in line. */
function turnstile(places: number): {
  /** Resolves when it is the caller's turn, with what ends it; null when `signal` came first. */
  enter: (signal?: AbortSignal) => Promise<(() => void) | null>;
  /** Resolves when nobody is inside or waiting. */
  empty: () => Promise<void>;
} {
  let inside = 0;
  const line = new Set<() => void>();
  let whenEmpty: (() => void)[] = [];
  const leave = (): void => {
    const [next] = line;
    if (next !== undefined) {
      line.delete(next);
      return next();
    }
    inside -= 1;
    if (inside === 0) {
      for (const resolve of whenEmpty) resolve();
      whenEmpty = [];
    }
  };
  return {
    enter: (signal) => {
      if (signal?.aborted === true) return Promise.resolve(null);
      if (inside < places) {
        inside += 1;
        return Promise.resolve(leave);
      }
      return new Promise((resolve) => {
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
    },
    empty: () =>
      inside === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve)),
  };
}

/** Open sessions that wait for a message, the last used first. One that the server ends is dropped. */
function idleSessions(idleMs: number): {
  put: (session: SmtpSession) => void;
  take: () => SmtpSession | null;
} {
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

/**
 * Keeps a server that cannot be reached, or refuses our password, from being asked again for every
 * message that is due: some lock an account after a few refused passwords.
 */
function reopenPause(firstMs: number): {
  /** The last failure, while connections are not to be opened; else null. */
  current: () => Handover | null;
  failed: (failure: Extract<Handover, { kind: 'deferred' }>) => void;
  succeeded: () => void;
} {
  let last: Extract<Handover, { kind: 'deferred' }> | null = null;
  let until = 0;
  let pauseMs = firstMs;
  return {
    current: () => {
      const leftMs = Math.ceil(until - performance.now());
      return last === null || leftMs <= 0 ? null : { ...last, retryAfterMs: leftMs };
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

import { dkimSigner, type DkimKey } from './dkim.ts';
import type { AddressFinder } from './smtp-addresses.ts';
import { exchange, type Exchange, type ExchangeTimeouts } from './smtp-exchange.ts';
import { idleSessions, reopenPause, turnstile } from './smtp-pool.ts';
import { openSession, type OpenTimeouts, type SmtpSession } from './smtp-session.ts';
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
  /** Which addresses of the server may be connected to; any, if left out. */
  readonly addressesOf?: AddressFinder;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Relays commonly take 10 to 50 from one client. */
export const SMTP_CONNECTIONS_DEFAULT = 10;
const MESSAGES_PER_CONNECTION_DEFAULT = 1_000;

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
const UNSIGNED: Handover = {
  kind: 'deferred',
  answer: 'a DKIM key of the sender cannot sign',
  phase: 'connect',
};
const STOPPING: Handover = { kind: 'deferred', answer: 'the worker is stopping', phase: 'connect' };

/**
 * Hands messages over to an SMTP server, over a few connections that are kept open.
 *
 * One attempt per call: nothing is queued again once any of the content may have left. The one
 * exception is a connection that was kept open and turns out to be closed before the server has
 * answered anything about the message; then a new connection is used, once.
 */
export function createSmtpTransport(options: SmtpOptions): Transport {
  const { server, connections = SMTP_CONNECTIONS_DEFAULT, dkim, ca, addressesOf } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const signed = dkimSigning(dkim ?? null);
  const turns = turnstile(connections);
  const sessions = sessionsTo(options, timeouts);

  const sendInPlace = async (
    message: OutgoingMessage,
    { signal, mayLeave }: Permissions,
    leave: () => void,
  ): Promise<Handover> => {
    for (let session = sessions.kept(); ; session = null) {
      const opened = session ?? (await sessions.open(signal));
      if ('kind' in opened) {
        leave();
        return opened;
      }
      opened.messageCount += 1;
      const result = await exchange(opened, message, { timeouts, signal, mayLeave });
      const goesAgain = session !== null && result.isUntouched && signal?.aborted !== true;
      if (!goesAgain) {
        // The place stays taken until the session is ready again; the answer does not wait for it.
        void sessions.giveBack(opened, result).finally(leave);
        return result.handover;
      }
      opened.wire.lose('the session is spent');
    }
  };

  return {
    name: 'smtp',
    concurrency: connections,
    send: async (message, signal, mayLeave) => {
      if (sessions.isClosed) return CLOSED;
      const outgoing = await signed(message).catch(() => null);
      if (outgoing === null) return UNSIGNED;
      const leave = await turns.enter(signal);
      return leave === null ? STOPPING : sendInPlace(outgoing, { signal, mayLeave }, leave);
    },
    verify: async () => {
      const opened = await openSession(server, timeouts, { ca, addressesOf });
      if (opened.kind === 'failed')
        return { ok: false, phase: opened.phase, answer: opened.answer };
      opened.session.wire.quit();
      return { ok: true, answer: opened.session.greeting };
    },
    close: async () => {
      sessions.close();
      await turns.empty();
    },
  };
}

/** Keys that are read anew when others have pushed them out: a few kilobytes each. */
const SIGNERS_MAX = 200;

/**
 * Signs a message with its own keys, or with the configured one when it brings none.
 *
 * @returns a function that rejects when a key of the message cannot sign
 */
function dkimSigning(
  configured: DkimKey | null,
): (message: OutgoingMessage) => Promise<OutgoingMessage> {
  const fallback = configured === null ? [] : [dkimSigner(configured)];
  const known = new Map<string, ReturnType<typeof dkimSigner>>();
  const signerOf = (dkim: DkimKey): ReturnType<typeof dkimSigner> => {
    const name = JSON.stringify([dkim.domain, dkim.selector, dkim.key]);
    const signer = known.get(name) ?? dkimSigner(dkim);
    known.delete(name);
    known.set(name, signer);
    const [oldest] = known.keys();
    if (known.size > SIGNERS_MAX && oldest !== undefined) known.delete(oldest);
    return signer;
  };
  return async (message) => {
    const { dkim = [] } = message;
    const signers = dkim.length === 0 ? fallback : dkim.map(signerOf);
    let { raw } = message;
    for (const sign of signers) raw = await sign(raw);
    return raw === message.raw ? message : { ...message, raw };
  };
}

/** What may end or hold back a handover. */
interface Permissions {
  readonly signal: AbortSignal | undefined;
  readonly mayLeave: (() => boolean) | undefined;
}

/** The sessions of one transport: kept, opened, and made ready again. */
interface Sessions {
  readonly isClosed: boolean;
  /** One that was used before and is open as far as anybody knows. */
  kept(): SmtpSession | null;
  /** A new one, or why there is none. */
  open(signal: AbortSignal | undefined): Promise<SmtpSession | Handover>;
  giveBack(session: SmtpSession, result: Exchange): Promise<void>;
  close(): void;
}

function sessionsTo(
  { server, ca, addressesOf, ...options }: SmtpOptions,
  timeouts: SmtpTimeouts,
): Sessions {
  const { messagesPerConnection = MESSAGES_PER_CONNECTION_DEFAULT } = options;
  const idle = idleSessions(timeouts.idleMs);
  const pause = reopenPause(timeouts.reopenMs);
  let isClosed = false;
  return {
    get isClosed() {
      return isClosed;
    },
    kept: () => (isClosed ? null : idle.take()),
    open: async (signal) => {
      if (isClosed) return CLOSED;
      const paused = pause.current();
      if (paused !== null) return paused;
      const opened = await openSession(server, timeouts, { ca, signal, addressesOf });
      if (opened.kind === 'open') {
        pause.succeeded();
        return opened.session;
      }
      const failure = { kind: 'deferred', phase: opened.phase, answer: opened.answer } as const;
      if (signal?.aborted !== true) pause.failed(failure);
      return failure;
    },
    giveBack: async (session, { recover }) => {
      if (!(await recover())) session.wire.lose('the session is spent');
      else if (isClosed || session.messageCount >= messagesPerConnection) session.wire.quit();
      else idle.put(session);
    },
    close: () => {
      isClosed = true;
      for (let session = idle.take(); session !== null; session = idle.take()) session.wire.quit();
    },
  };
}

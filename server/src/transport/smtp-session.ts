import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { certificateNameOf, type AddressFinder } from './smtp-addresses.ts';
import { answerOf } from './smtp-reply.ts';
import type { SmtpServer } from './smtp-url.ts';
import { SmtpWire } from './smtp-wire.ts';
import type { HandoverPhase } from './transport.ts';

/** An SMTP session that is ready for MAIL FROM. */
export interface SmtpSession {
  readonly wire: SmtpWire;
  /** The server's reply to EHLO. */
  readonly greeting: string;
  /** Whether commands may be sent ahead of the replies (RFC 2920). */
  readonly pipelines: boolean;
  /** Whether MAIL FROM may announce the size (RFC 1870). */
  readonly takesSize: boolean;
  /** The largest message that the server takes; 0 when it does not say. */
  readonly bytesMax: number;
  /** How many messages this session was used for. */
  messageCount: number;
}

/** An open session, or how far opening one came and what the server said. */
export type OpenedSession =
  | { readonly kind: 'open'; readonly session: SmtpSession }
  | { readonly kind: 'failed'; readonly phase: HandoverPhase; readonly answer: string };

/** How long opening a session may take, from looking up the name to the end of authentication. */
export interface OpenTimeouts {
  readonly connectMs: number;
  readonly openMs: number;
}

interface OpenOptions {
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Which addresses of the host may be connected to; any, if left out. */
  readonly addressesOf?: AddressFinder | undefined;
}

/**
 * Opens a session. With `addressesOf` one of the addresses that it gives is connected to, the next one
 * when nobody answers there, and no other.
 */
export async function openSession(
  server: SmtpServer,
  timeouts: OpenTimeouts,
  { addressesOf, ...options }: OpenOptions = {},
): Promise<OpenedSession> {
  if (addressesOf === undefined) return openSessionAt(server.host, server, timeouts, options);
  const addresses = await addressesOf(server.host);
  if ('refused' in addresses) return failed(addresses.refused);
  let opened = failed(`the host ${server.host} has no address`);
  for (const address of addresses) {
    opened = await openSessionAt(address, server, timeouts, options);
    const goesOn = opened.kind === 'failed' && opened.phase === 'connect';
    if (!goesOn || options.signal?.aborted === true) break;
  }
  return opened;
}

const failed = (answer: string): OpenedSession => ({ kind: 'failed', phase: 'connect', answer });

/**
 * Opens a session: name look-up over every address, TLS or STARTTLS, EHLO, authentication.
 *
 * nodemailer does all of this, and hands its socket over when the session stands. From there on
 * the conversation is ours: whether the final dot has been written must be known exactly, and
 * nodemailer's pool queues a message again by itself when its connection closes.
 */
function openSessionAt(
  host: string,
  server: SmtpServer,
  { connectMs, openMs }: OpenTimeouts,
  { ca, signal }: Omit<OpenOptions, 'addressesOf'>,
): Promise<OpenedSession> {
  const servername = certificateNameOf(server.host);
  const connection = new SMTPConnection({
    host,
    ...(servername === null ? {} : { servername }),
    port: server.port,
    secure: server.isTls,
    requireTLS: server.startTls === 'required',
    ignoreTLS: server.startTls === 'off',
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: openMs,
    logger: false,
    tls: { rejectUnauthorized: server.verifiesCertificate, ...(ca === undefined ? {} : { ca }) },
    ...(server.name === null ? {} : { name: server.name }),
  });
  return new Promise((resolve) => {
    let phase: HandoverPhase = 'connect';
    let isSettled = false;
    const settle = (result: OpenedSession): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (result.kind === 'failed') connection.close();
      resolve(result);
    };
    const fail = (answer: string): void => settle({ kind: 'failed', phase, answer });
    const failWith = (error: SmtpError): void => {
      phase = phaseOf(error, phase);
      fail(answerOf(error.response ?? error.message));
    };
    const onAbort = (): void => fail('the worker is stopping');
    const timer = setTimeout(() => fail(`no session within ${openMs} ms`), openMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    // Stays for the life of the connection: without it a late error would end the process.
    connection.on('error', failWith);
    connection.once('end', () => fail('the server closed the connection'));
    connection.connect((error) => {
      if (error) return failWith(error);
      const greeting = connection.lastServerResponse || '';
      const finish = (): void => settle(takeOver(connection, greeting));
      if (server.auth === null) return finish();
      phase = 'auth';
      if (!connection.allowsAuth) return fail('the server offers no authentication');
      connection.login({ credentials: { ...server.auth } }, (refusal) =>
        refusal ? failWith(refusal) : finish(),
      );
    });
    if (signal?.aborted === true) onAbort();
  });
}

interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
}

function phaseOf({ code, command }: SmtpError, reached: HandoverPhase): HandoverPhase {
  if (code === 'EAUTH') return 'auth';
  if (code === 'ETLS' || command === 'STARTTLS') return 'tls';
  if (command === 'EHLO' || command === 'HELO') return 'hello';
  return reached;
}

/** Takes the socket away from nodemailer, whose other listeners then only see it close. */
function takeOver(connection: SMTPConnection, greeting: string): OpenedSession {
  // Public by nodemailer's own types, whatever its name says.
  // oxlint-disable-next-line no-underscore-dangle
  const socket = connection._socket;
  if (!socket) return { kind: 'failed', phase: 'connect', answer: 'the connection was closed' };
  socket.removeAllListeners('data');
  socket.setTimeout(0);
  const [isSizeOffered, size] = /^250[ -]SIZE(?: +(\d+))?/im.exec(greeting) ?? [];
  return {
    kind: 'open',
    session: {
      wire: new SmtpWire(socket),
      greeting,
      pipelines: /^250[ -]PIPELINING\b/im.test(greeting),
      takesSize: isSizeOffered !== undefined,
      bytesMax: Number(size ?? 0),
      messageCount: 0,
    },
  };
}
